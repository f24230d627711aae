// SPDX-License-Identifier: Apache-2.0
// The one thread that watches the clock.
#pragma once

#include <cstdint>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "sidecar/base/clock.h"
#include "sidecar/pipeline/due_decider.h"
#include "sidecar/pipeline/due_sweep.h"
#include "sidecar/pipeline/pipeline.h"
#include "sidecar/pipeline/working_set.h"
#include "sidecar/store/store.h"

namespace waypost::pipeline {

// Has everything decided when it is due. Holds in memory only who is due within a few minutes and
// asks the store for more as time goes on. What cannot be decided now (the commit queue is full,
// the store is down) is tried again. When the rules change it has all due times found anew, in the
// background.
class DueTimer final : public ClockListener {
 public:
  // All outlive the timer.
  DueTimer(const store::Store* store, const Clock* clock, const RuleSource& rules,
           const Options& options, const journey::Outlook* outlook, WorkingSet* set,
           CommitQueue* queue, Recorder* recorder, Committer* committer);
  ~DueTimer() override;
  DueTimer(const DueTimer&) = delete;
  DueTimer& operator=(const DueTimer&) = delete;

  // Starts the thread. Call once, when the working set is ready.
  void Start();

  // Ends the thread; nothing is reserved in the commit queue afterwards.
  void Stop();

  // The rules may have changed.
  void Wake() { set_->due().Wake(); }

  // As Pipeline::SettleDue.
  [[nodiscard]] absl::Status Settle();

  // When something is due next, near or far; the infinite future when nothing waits.
  [[nodiscard]] absl::Time Next() const;

  void ClockWasSet() override { Wake(); }

 private:
  // How a pass ended.
  struct Outcome {
    absl::Status status;
    absl::Duration wait;   // until the next pass
    bool settled = false;  // nothing was due any more, and the due times are by the rules in force
  };

  absl::StatusOr<int64_t> AwaitSettled();
  void Run();
  Outcome Pass();
  bool Holds(absl::Time now);
  absl::StatusOr<bool> DecideSome(absl::Time now);
  absl::StatusOr<bool> LookAhead(absl::Time now);
  void AddFromMemory(absl::Time after, absl::Time until);
  absl::Duration UntilNext(absl::Time now) const;
  bool Stopping() const;

  const store::Store* const store_;
  const Clock* const clock_;
  const absl::Duration backlog_grace_;
  WorkingSet* const set_;
  CommitQueue* const queue_;
  DueDecider decider_;
  DueSweep sweep_;
  // Of the timer thread alone.
  absl::Time hold_until_;        // nothing is decided before
  int64_t cleared_ = -1;         // WorkingSet::cleared() that `read_up_to_` belongs to
  store::DuePerson read_up_to_;  // rows up to here are in the queue

  mutable absl::Mutex mutex_;
  int64_t settles_asked_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t settles_done_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t settled_generation_ ABSL_GUARDED_BY(mutex_) = 0;  // of the commit queue
  int64_t settles_failed_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);  // of those
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = true;
  std::thread thread_;
};

}  // namespace waypost::pipeline
