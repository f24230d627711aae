// SPDX-License-Identifier: Apache-2.0
// The way of an event without threads, disk or clock: for story tests, replays and explanations.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/insight_service.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::pipeline {

// A desk's persons and tickets in memory, decided on by the same pure evaluation as in the running
// sidecar: events are recorded one after the other, duplicates get the first answer again, a ticket
// follows its requester. Keeps every journey. Not thread-safe.
class OfflineDesk {
 public:
  enum class Answers {
    kKeep,    // a duplicate gets the first answer again
    kForget,  // a duplicate is only recognised: less memory for long replays
  };

  explicit OfflineDesk(std::shared_ptr<const rules::RuleSet> rules,
                       Answers answers = Answers::kKeep)
      : rules_(std::move(rules)), answers_mode_(answers) {}

  struct Recorded {
    bool duplicate = false;
    // Valid until the next call; of a duplicate whose answer was forgotten, empty.
    const v1::Enrichment* enrichment = nullptr;
  };

  // Records an event that fulfils the bounds stated in ticket.proto, at the time `now`.
  // INVALID_ARGUMENT: the first event of a ticket names no requester, or the id is that of an event
  // of another ticket or source, whoever's. Nothing has changed then.
  absl::StatusOr<Recorded> Record(const v1::TicketEvent& event, absl::Time now);

  // What Record would answer, and why and why not, without recording the event. Only a ticket whose
  // requester changes follows already: call Record for the same event next. Fails like Record.
  absl::StatusOr<v1::ExplainJourneyResponse> Explain(const v1::TicketEvent& event, absl::Time now);

  // Calls `visit` for every journey, in no particular order.
  void ForEachJourney(const std::function<void(const internal::v1::JourneyState&)>& visit) const;

  [[nodiscard]] size_t persons() const { return persons_.size(); }
  [[nodiscard]] size_t tickets() const { return homes_.size(); }
  [[nodiscard]] const rules::RuleSet& rules() const { return *rules_; }

 private:
  struct Answer {
    uint64_t event = 0;                          // StableHash of its EventKey
    std::unique_ptr<v1::Enrichment> enrichment;  // null: forgotten
  };
  using Persons = absl::flat_hash_map<std::string, std::unique_ptr<journey::PersonRecord>>;

  journey::PersonRecord* PersonOf(const std::string& tenant, const std::string& person_id);
  // Whose event it is. A ticket whose requester changes is moved.
  absl::StatusOr<journey::PersonRecord*> Settle(const v1::TicketEvent& event);

  std::shared_ptr<const rules::RuleSet> rules_;
  Answers answers_mode_;
  uint64_t position_ = 0;
  Persons persons_;                                                 // by tenant and person
  absl::flat_hash_map<std::string, journey::PersonRecord*> homes_;  // by tenant, source, ref
  absl::flat_hash_map<std::string, Answer> answers_;                // by tenant, event
  internal::v1::Decision decision_;
  const v1::Enrichment forgotten_;
};

}  // namespace waypost::pipeline
