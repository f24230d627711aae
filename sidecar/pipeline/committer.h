// SPDX-License-Identifier: Apache-2.0
// The one thread that writes to the store.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "sidecar/base/clock.h"
#include "sidecar/pipeline/commit_queue.h"
#include "sidecar/pipeline/expectations.h"
#include "sidecar/pipeline/outbox.h"
#include "sidecar/pipeline/pipeline.h"
#include "sidecar/pipeline/table_writer.h"
#include "sidecar/pipeline/working_set.h"
#include "sidecar/store/store.h"

namespace waypost::pipeline {

// Commits what waits in the queue, all of it at once, and answers; writes the tables behind the
// log; deletes what is too old. When a write fails it refuses new events, answers those that wait
// with the failure, throws the working set away, rebuilds it from the store, and tries until the
// store can be written again.
class Committer {
 public:
  // All outlive the committer.
  Committer(store::Store* store, const Clock* clock, RuleSource rules, const Options& options,
            WorkingSet* set, CommitQueue* queue, Outbox* outbox, Expectations* expectations);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // Replays the tail of the log and starts the thread. Call once, first.
  [[nodiscard]] absl::Status Start();

  // As Pipeline::Flush.
  [[nodiscard]] absl::Status Flush();

  // Commits what waits, writes the tables if the store works, and ends the thread. Nothing is
  // reserved in the queue afterwards: refuse it before.
  void Stop();

  // Every person's due time was found on this basis: to be written with, or after, the rows changed
  // by now. The caller holds the barrier of the working set.
  void NoteDueBasis(std::string basis);

  // OK while the store can be written.
  [[nodiscard]] absl::Status store_status() const;
  [[nodiscard]] uint64_t materialized_position() const { return materialized_; }
  [[nodiscard]] int64_t recorded() const { return recorded_; }
  [[nodiscard]] int64_t decided_by_time() const { return decided_by_time_; }

 private:
  void Run();
  absl::Status Work();
  absl::Status CommitWaiting(absl::Time deadline);
  absl::Status CommitUpTo(uint64_t position);
  void Answer();
  void AnswerOne(const store::LogRecord& record, const std::vector<v1::ActionLease>& leases,
                 CommitQueue::Waiter* waiter);
  void CountDecidedByTime();
  absl::Status WriteTables();
  absl::Status WriteSlices();
  bool WriteIsDue() const;
  // Since the last round began.
  bool ManyHaveNews() const;
  bool PruneIsDue() const;
  absl::Status WriteExpectations();
  void Prune();
  absl::StatusOr<size_t> PruneSome(absl::Time now);
  absl::Time ArchiveBefore() const;
  void FinishFlushes();
  absl::Time NextDeadline() const;
  bool Stopping() const;
  std::optional<std::string> TakeDueBasis();

  void Fail(const absl::Status& why);
  void ForgetUncommitted(const absl::Status& why);
  absl::Status Rebuild(size_t write_at_persons);
  // Once `write_at_persons` have news, the tables are written on the way.
  absl::Status RebuildHoldingBarrier(size_t write_at_persons);
  absl::Status Recover();
  void SetStoreStatus(const absl::Status& status);

  store::Store* const store_;
  const Clock* const clock_;
  const RuleSource rules_;
  const Options options_;
  WorkingSet* const set_;
  CommitQueue* const queue_;
  Outbox* const outbox_;
  Expectations* const expectations_;
  TableWriter writer_;
  std::atomic<uint64_t> materialized_{0};
  std::atomic<int64_t> recorded_{0};
  std::atomic<int64_t> decided_by_time_{0};
  // Of the commit thread alone.
  CommitQueue::Batch batch_;
  absl::Time write_at_ = absl::InfiniteFuture();  // by the machine's clock
  absl::Time prune_at_ = absl::InfinitePast();    // by `clock_`
  bool pruned_ = false;                           // something, in the pass under way
  uint64_t round_position_ = 0;
  uint64_t paced_position_ = 0;  // whose rows the slices written so far made up for
  int64_t round_flushes_ = 0;    // flushes asked for when the round began

  mutable absl::Mutex mutex_;
  std::optional<std::string> due_basis_ ABSL_GUARDED_BY(mutex_);  // to be written
  absl::Status store_status_ ABSL_GUARDED_BY(mutex_);
  int64_t flushes_asked_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t flushes_written_ ABSL_GUARDED_BY(mutex_) = 0;  // the tables are written
  int64_t flushes_done_ ABSL_GUARDED_BY(mutex_) = 0;     // and what is too old is deleted
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace waypost::pipeline
