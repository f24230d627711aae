// SPDX-License-Identifier: Apache-2.0
// The way of an event without threads, disk or clock: for story tests, replays and explanations.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sidecar/journey/due.h"
#include "sidecar/journey/evaluate.h"
#include "sidecar/journey/letters.h"
#include "sidecar/journey/outlook.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/pipeline/expectations.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/insight_service.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::pipeline {

// A desk's persons and tickets in memory, decided on by the same pure evaluation as in the running
// sidecar: events are recorded one after the other, duplicates get the first answer again, a ticket
// follows its requester. Time stands still unless LetTimePass() is called. Keeps every journey. Not
// thread-safe.
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

  // Sees what time brings, the letters of other tickets included (journey/letters.h): the decision,
  // and whose it is, both during the call only.
  using DueVisitor =
      std::function<void(const internal::v1::Decision&, const journey::PersonRecord&)>;

  // From now on time brings what the rules want after silence or at a later hour, and `visit` sees
  // it. Call it before the first event.
  void LetTimePass(DueVisitor visit) { visit_ = std::move(visit); }

  // `outlook`, which outlives the desk, is asked how long tickets take instead of what the desk has
  // learned itself.
  void AskInstead(const journey::Outlook* outlook) { outlook_ = outlook; }

  // What the windows were worth, by tenant and age: while time passes, the desk learns how long
  // its tickets take.
  [[nodiscard]] std::vector<TenantCoverage> Coverages() const { return expectations_.Coverages(); }

  // Decides what is due at `now` or before, each at its own time, in the order of these times; of
  // the same time in the order of tenants and person ids. What became due while nobody could look,
  // because of an event that came late, is decided at the time of that event.
  void AdvanceTo(absl::Time now);

  // Records an event that fulfils the bounds stated in ticket.proto, at the time `now`, after
  // AdvanceTo(now). INVALID_ARGUMENT: the first event of a ticket names no requester, or the id is
  // that of an event of another ticket or source, whoever's. Nothing has changed then.
  absl::StatusOr<Recorded> Record(const v1::TicketEvent& event, absl::Time now);

  // What Record would answer, and why and why not, without recording the event. Only a ticket whose
  // requester changes follows already: call Record for the same event next. Fails like Record.
  absl::StatusOr<v1::ExplainJourneyResponse> Explain(const v1::TicketEvent& event, absl::Time now);

  // Calls `visit` for every journey, in no particular order.
  void ForEachJourney(const std::function<void(const internal::v1::JourneyState&)>& visit) const;

  // Calls `visit` for every person, in no particular order.
  void ForEachPerson(const std::function<void(const journey::PersonRecord&)>& visit) const;

  [[nodiscard]] size_t persons() const { return persons_.size(); }
  [[nodiscard]] size_t tickets() const { return homes_.size(); }
  [[nodiscard]] const rules::RuleSet& rules() const { return *rules_; }

 private:
  struct Answer {
    uint64_t event = 0;                          // StableHash of its EventKey
    std::unique_ptr<v1::Enrichment> enrichment;  // null: forgotten
  };
  struct Member {
    std::string key;  // tenant and person
    journey::PersonRecord record;
    // What time brings the record as it stands: FindDue() follows whatever changes the record.
    journey::Due due;
    absl::Time due_at = absl::InfiniteFuture();  // with letters; what due_ holds
  };
  struct Due {
    absl::Time at;
    Member* member;
    bool operator>(const Due& other) const {
      return std::tie(at, member->key) > std::tie(other.at, other.member->key);
    }
  };
  using Persons = absl::flat_hash_map<std::string, std::unique_ptr<Member>>;

  Member* PersonOf(const std::string& tenant, const std::string& person_id);
  // The answer as an event of whoever was asked in place of the requester, if somebody was.
  [[nodiscard]] std::optional<v1::TicketEvent> FindAnswerOfOther(
      const v1::TicketEvent& event) const;
  // Whose event it is. A ticket whose requester changes is moved.
  absl::StatusOr<Member*> Settle(const v1::TicketEvent& event);
  void FindDue(Member* member);
  absl::StatusOr<journey::Evaluation> Evaluate(const v1::TicketEvent& event, absl::Time now,
                                               journey::PersonRecord* record);
  // What the member's tickets have to tell others.
  void DeliverLetters(Member* member);
  journey::LetterOutcome Deliver(const v1::TicketEvent& event);

  std::shared_ptr<const rules::RuleSet> rules_;
  Answers answers_mode_;
  Expectations expectations_;
  const journey::Outlook* outlook_ = &expectations_;
  uint64_t position_ = 0;
  Persons persons_;                                   // by tenant and person
  absl::flat_hash_map<std::string, Member*> homes_;   // by tenant, source, ref
  absl::flat_hash_map<std::string, Answer> answers_;  // by tenant, event
  internal::v1::Decision decision_;
  DueVisitor visit_;
  absl::Time now_ = absl::InfinitePast();
  // Earliest first. An entry whose time is not its member's any more is passed over.
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  const v1::Enrichment forgotten_;
};

}  // namespace waypost::pipeline
