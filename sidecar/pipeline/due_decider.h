// SPDX-License-Identifier: Apache-2.0
// Decides what time brings to a person.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "sidecar/base/clock.h"
#include "sidecar/journey/due.h"
#include "sidecar/journey/letters.h"
#include "sidecar/journey/outlook.h"
#include "sidecar/pipeline/commit_queue.h"
#include "sidecar/pipeline/letter_carrier.h"
#include "sidecar/pipeline/pipeline.h"
#include "sidecar/pipeline/recorder.h"
#include "sidecar/pipeline/working_set.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::pipeline {

// Works like the recorder, with a log record per decision and nobody who waits for the answer.
// Thread-safe.
class DueDecider {
 public:
  // All outlive the decider.
  DueDecider(const Clock* clock, RuleSource rules, const journey::Outlook* outlook, WorkingSet* set,
             CommitQueue* queue, Recorder* recorder)
      : clock_(clock),
        rules_(std::move(rules)),
        outlook_(outlook),
        set_(set),
        queue_(queue),
        carrier_(recorder) {}

  // Delivers the person's letters and decides what is due for the person at `hint` and now; what is
  // due later, though it may be due by now, waits for what is due for others before, so that a
  // restart in between changes nothing. Returns when the person is due next. What was decided
  // before a failure is on its way to the disk. RESOURCE_EXHAUSTED, UNAVAILABLE: try again later.
  // DATA_LOSS: the person cannot be read.
  [[nodiscard]] absl::StatusOr<absl::Time> Decide(const PersonName& name, absl::Time hint);

  // The newest position that was filled in that generation of the commit queue; 0 when none was.
  [[nodiscard]] uint64_t LastPosition(int64_t generation) const;

 private:
  // When the person is due next, or the letters that have to be delivered before anything else.
  struct Outcome {
    absl::Time next;
    std::vector<internal::v1::Letter> letters;
  };
  absl::StatusOr<Outcome> DecideUnlessLetters(const PersonName& name, absl::Time hint);
  absl::Status Deliver(const PersonName& name, const std::vector<internal::v1::Letter>& letters);
  absl::Status Settle(const internal::v1::Letter& letter, journey::LetterOutcome outcome,
                      Person* person);
  absl::StatusOr<absl::Time> DecideAll(absl::Time hint, Person* person);
  absl::Status DecideNext(const rules::RuleSet& rules, const journey::Due& due, absl::Time now,
                          Person* person);
  void Hand(internal::v1::Decision decision, uint64_t position, Person* person);

  const Clock* const clock_;
  const RuleSource rules_;
  const journey::Outlook* const outlook_;
  WorkingSet* const set_;
  CommitQueue* const queue_;
  const LetterCarrier carrier_;
  mutable absl::Mutex mutex_;
  int64_t last_generation_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t last_position_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace waypost::pipeline
