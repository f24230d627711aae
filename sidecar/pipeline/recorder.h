// SPDX-License-Identifier: Apache-2.0
// Brings an event to its person and through the rules, on the caller's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sidecar/base/clock.h"
#include "sidecar/journey/outlook.h"
#include "sidecar/pipeline/commit_queue.h"
#include "sidecar/pipeline/pipeline.h"
#include "sidecar/pipeline/working_set.h"
#include "sidecar/store/store.h"

namespace waypost::pipeline {

// Thread-safe. Two events of one person are never evaluated at the same time; a caller's events are
// evaluated in the order of its calls.
class Recorder {
 public:
  // All outlive the recorder.
  Recorder(const store::Store* store, const Clock* clock, RuleSource rules,
           absl::Duration backlog_grace, const journey::Outlook* outlook, WorkingSet* set,
           CommitQueue* queue)
      : store_(store),
        clock_(clock),
        rules_(std::move(rules)),
        backlog_grace_(backlog_grace),
        outlook_(outlook),
        set_(set),
        queue_(queue) {}

  // As Pipeline::Record.
  void Record(const v1::TicketEvent& event, std::string serialized, Delivery delivery,
              RecordCallback done);

 private:
  struct Call;
  // Nothing: the call was settled. A name: try again with that person as the ticket's owner.
  using NextOwner = std::optional<std::string>;

  [[nodiscard]] absl::StatusOr<std::optional<v1::TicketEvent>> FindAnswerOfOther(
      const v1::TicketEvent& event);
  absl::Status Settle(Call* call);
  absl::StatusOr<NextOwner> SettleAt(std::string_view owner, Call* call);
  absl::Status SettleFor(std::string_view owner, Call* call);
  absl::StatusOr<bool> AnswerDuplicate(const Person& person, Call* call);
  absl::Status FindJourney(Person* holder, Call* call);
  absl::Status BringBackRequests(Person* person, const Call& call);
  absl::Status Evaluate(Person* person, Person* former, Call* call);
  absl::Status EvaluateAt(uint64_t position, Person* person, Person* former, Call* call);
  void NoteEvaluated(const internal::v1::Decision& decision, uint64_t position, Person* person,
                     Call* call);
  void FindDue(const rules::RuleSet& rules, Person* person);

  const store::Store* const store_;
  const Clock* const clock_;
  const RuleSource rules_;
  const absl::Duration backlog_grace_;
  const journey::Outlook* const outlook_;
  WorkingSet* const set_;
  CommitQueue* const queue_;
};

}  // namespace waypost::pipeline
