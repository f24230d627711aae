// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/commit_queue.h"

#include <algorithm>
#include <utility>

#include "sidecar/pipeline/errors.h"
#include "sidecar/pipeline/event_key.h"

namespace waypost::pipeline {

absl::StatusOr<uint64_t> CommitQueue::Reserve(size_t bytes, Cause cause) {
  absl::MutexLock lock(&mutex_);
  const bool is_event = cause == Cause::kEvent;
  if (closed_ || !refusal_.ok()) {
    refused_ += is_event ? 1 : 0;
    return closed_ ? ShuttingDown() : refusal_;
  }
  // A single event always fits, so that no bound can make one impossible for ever.
  const size_t share = cause == Cause::kTime ? 4 : 1;
  const bool full =
      slots_.size() + joined_ >= max_events_ / share || bytes_ + bytes > max_bytes_ / share;
  if (full && !slots_.empty()) {
    refused_ += is_event ? 1 : 0;
    return MakeError(Reason::kQueueFull, "too many events wait for the disk; try again");
  }
  slots_.emplace_back().bytes = bytes;
  bytes_ += bytes;
  return durable_ + slots_.size();
}

bool CommitQueue::HeadFilled() const { return slots_.size() > taken_ && slots_[taken_].filled; }

void CommitQueue::Fill(store::LogRecord record, std::string event_key, RecordCallback done,
                       std::unique_ptr<OutboxNews> news,
                       std::optional<internal::v1::ExpectationObservation> observation) {
  absl::MutexLock lock(&mutex_);
  const size_t number = record.position - durable_ - 1;
  Slot& slot = slots_[number];
  slot.record = std::move(record);
  slot.news = std::move(news);
  slot.observation = std::move(observation);
  slot.event_key = std::move(event_key);
  slot.waiter.done = std::move(done);
  slot.filled = true;
  if (taker_waits_ && number == taken_) taker_.Signal();
}

CommitQueue::Joined CommitQueue::Join(uint64_t position, std::string_view event_key,
                                      RecordCallback* done) {
  absl::MutexLock lock(&mutex_);
  if (position <= durable_ || position > durable_ + slots_.size()) return Joined::kNotWaiting;
  Slot& slot = slots_[position - durable_ - 1];
  const Repeat repeat = slot.filled ? CompareKeys(slot.event_key, event_key) : Repeat::kNone;
  if (repeat != Repeat::kSame) {
    return repeat == Repeat::kReused ? Joined::kReusedId : Joined::kOtherEvent;
  }
  slot.waiter.again.push_back(std::move(*done));
  ++joined_;
  return Joined::kYes;
}

void CommitQueue::Take(size_t max_events, size_t max_bytes, absl::Time deadline, Batch* batch) {
  absl::MutexLock lock(&mutex_);
  while (!HeadFilled() && !woken_) {
    taker_waits_ = true;
    const bool timed_out = taker_.WaitWithDeadline(&mutex_, deadline);
    taker_waits_ = false;
    if (timed_out) break;
  }
  woken_ = false;
  size_t bytes = 0;
  while (HeadFilled() && batch->records.size() < max_events && bytes < max_bytes) {
    bytes += slots_[taken_].bytes;
    batch->records.push_back(std::move(slots_[taken_].record));
    batch->news.push_back(std::move(slots_[taken_].news));
    batch->observations.push_back(std::move(slots_[taken_].observation));
    ++taken_;
  }
}

std::vector<CommitQueue::Waiter> CommitQueue::Complete(size_t count) {
  std::vector<Waiter> waiters;
  waiters.reserve(count);
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < count; ++i) {
    Slot& slot = slots_.front();
    bytes_ -= slot.bytes;
    joined_ -= slot.waiter.again.size();
    waiters.push_back(std::move(slot.waiter));
    slots_.pop_front();
  }
  taken_ -= count;
  durable_ += count;
  return waiters;
}

std::vector<CommitQueue::Waiter> CommitQueue::Reset(uint64_t next_position) {
  std::vector<Waiter> waiters;
  absl::MutexLock lock(&mutex_);
  for (Slot& slot : slots_) {
    if (slot.waiter.done != nullptr) ++refused_;
    waiters.push_back(std::move(slot.waiter));
  }
  refused_ += static_cast<int64_t>(joined_);
  slots_.clear();
  durable_ = next_position - 1;
  bytes_ = 0;
  joined_ = 0;
  taken_ = 0;
  ++generation_;
  return waiters;
}

void CommitQueue::Refuse(absl::Status why) {
  absl::MutexLock lock(&mutex_);
  refusal_ = std::move(why);
}

void CommitQueue::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
}

void CommitQueue::Wake() {
  absl::MutexLock lock(&mutex_);
  woken_ = true;
  taker_.Signal();
}

int64_t CommitQueue::generation() const {
  absl::MutexLock lock(&mutex_);
  return generation_;
}

bool CommitQueue::AwaitDurable(uint64_t position, int64_t generation) {
  absl::MutexLock lock(&mutex_);
  const auto settled = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return durable_ >= position || generation_ != generation;
  };
  mutex_.Await(absl::Condition(&settled));
  return generation_ == generation;
}

bool CommitQueue::AwaitEmpty(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  const auto empty = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return slots_.empty(); };
  return mutex_.AwaitWithDeadline(absl::Condition(&empty), deadline);
}

uint64_t CommitQueue::durable_position() const {
  absl::MutexLock lock(&mutex_);
  return durable_;
}

size_t CommitQueue::waiting() const {
  absl::MutexLock lock(&mutex_);
  return slots_.size() + joined_;
}

int64_t CommitQueue::refused() const {
  absl::MutexLock lock(&mutex_);
  return refused_;
}

}  // namespace waypost::pipeline
