// SPDX-License-Identifier: Apache-2.0
// Evaluated events on their way to the disk, in the order of their positions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "sidecar/pipeline/outgoing.h"
#include "sidecar/pipeline/pipeline.h"
#include "sidecar/store/store.h"
#include "waypost/internal/v1/expectation.pb.h"

namespace waypost::pipeline {

// Positions are reserved before an event is evaluated and filled after, by many threads at once;
// the commit thread takes filled records from the front, so that the log has no holes. Bounded in
// events and bytes. Thread-safe.
class CommitQueue {
 public:
  // Whoever waits for one event: the caller, and callers that sent it again meanwhile.
  struct Waiter {
    RecordCallback done;
    std::vector<RecordCallback> again;
  };

  // Records, and what each of them brings to the outbox and teaches; null where that is nothing.
  struct Batch {
    std::vector<store::LogRecord> records;
    std::vector<std::unique_ptr<OutboxNews>> news;
    std::vector<std::optional<internal::v1::ExpectationObservation>> observations;
  };

  CommitQueue(size_t max_events, size_t max_bytes)
      : max_events_(max_events), max_bytes_(max_bytes) {}

  // What time brings can wait for events: a quarter of the bounds is all that it takes. What a
  // connector says of actions is no event, but takes as much.
  enum class Cause { kEvent, kTime, kConnector };

  // The next position, or why there is none: QUEUE_FULL, or what Refuse() said. Whoever gets one
  // calls Fill() with it soon, without waiting for the commit thread in between.
  [[nodiscard]] absl::StatusOr<uint64_t> Reserve(size_t bytes, Cause cause = Cause::kEvent);

  // `event_key` (event_key.h) is empty and `done` null for a record that only fills a hole.
  void Fill(store::LogRecord record, std::string event_key, RecordCallback done,
            std::unique_ptr<OutboxNews> news = nullptr,
            std::optional<internal::v1::ExpectationObservation> observation = std::nullopt);

  enum class Joined { kYes, kReusedId, kOtherEvent, kNotWaiting };
  // Lets `done` wait for the answer of the event at `position`, if that is `event_key` and on its
  // way. Takes `done` only then.
  [[nodiscard]] Joined Join(uint64_t position, std::string_view event_key, RecordCallback* done);

  // For the commit thread: moves up to `max_events` filled records of up to about `max_bytes` from
  // the front into `batch`, waiting for the first until `deadline` or Wake().
  void Take(size_t max_events, size_t max_bytes, absl::Time deadline, Batch* batch);

  // For the commit thread: the first `count` records are on disk; their waiters, in order.
  [[nodiscard]] std::vector<Waiter> Complete(size_t count);

  // For the commit thread: forgets everything that waits and returns the waiters, who count as
  // refused. The next position will be `next_position`. Nobody holds a reserved position that is
  // not filled.
  [[nodiscard]] std::vector<Waiter> Reset(uint64_t next_position);

  // Reserve() fails with `why` from now on; OK: it works again.
  void Refuse(absl::Status why);

  // Reserve() fails with SHUTTING_DOWN from now on, for ever.
  void Close();

  // Ends the current or next waiting of Take().
  void Wake();

  // How often Reset() was called. Positions belong to the generation in which they were reserved.
  [[nodiscard]] int64_t generation() const;

  // Returns true once everything up to `position` is on disk, false when a Reset() since that
  // `generation` has forgotten it instead.
  [[nodiscard]] bool AwaitDurable(uint64_t position, int64_t generation);

  // Returns true once nothing waits, false at the deadline.
  [[nodiscard]] bool AwaitEmpty(absl::Time deadline);

  [[nodiscard]] uint64_t durable_position() const;
  [[nodiscard]] size_t waiting() const;
  // Events for which there was no position.
  [[nodiscard]] int64_t refused() const;

 private:
  struct Slot {
    store::LogRecord record;
    std::unique_ptr<OutboxNews> news;
    std::optional<internal::v1::ExpectationObservation> observation;
    std::string event_key;
    Waiter waiter;
    size_t bytes = 0;
    bool filled = false;
  };

  bool HeadFilled() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_events_;
  const size_t max_bytes_;
  mutable absl::Mutex mutex_;
  absl::CondVar taker_;
  // Slot i has the position durable_ + 1 + i.
  std::deque<Slot> slots_ ABSL_GUARDED_BY(mutex_);
  uint64_t durable_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t joined_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
  bool taker_waits_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status refusal_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t refused_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace waypost::pipeline
