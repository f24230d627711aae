// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/read_ahead.h"

#include <utility>

namespace waypost::cli {

ReadAhead::ReadAhead(std::unique_ptr<EventReader> reader)
    : reader_(std::move(reader)), size_(reader_->size()), empty_(kBatches) {
  thread_ = std::thread([this] { ReadAll(); });
}

ReadAhead::~ReadAhead() {
  {
    const absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  thread_.join();
}

void ReadAhead::ReadAll() {
  bool ended = false;
  while (!ended) {
    Batch batch;
    {
      const absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &ReadAhead::CanRead));
      if (stopped_) return;
      batch = std::move(empty_.back());
      empty_.pop_back();
    }
    Fill(&batch);
    ended = batch.end.has_value();
    const absl::MutexLock lock(&mutex_);
    full_.push_back(std::move(batch));
  }
}

void ReadAhead::Fill(Batch* batch) {
  batch->events.resize(kBatchSize);
  batch->count = 0;
  while (batch->count < kBatchSize && !batch->end.has_value() && !stopped()) {
    absl::StatusOr<bool> more = reader_->Next(&batch->events[batch->count]);
    if (more.ok() && *more) {
      ++batch->count;
    } else {
      batch->end = std::move(more);
    }
  }
  batch->done = reader_->done();
}

bool ReadAhead::stopped() const {
  const absl::MutexLock lock(&mutex_);
  return stopped_;
}

absl::StatusOr<bool> ReadAhead::Next(ReadEvent* next) {
  while (taken_ == current_.count) {
    if (current_.end.has_value()) return *current_.end;
    const absl::MutexLock lock(&mutex_);
    if (!current_.events.empty()) empty_.push_back(std::move(current_));
    mutex_.Await(absl::Condition(this, &ReadAhead::CanTake));
    current_ = std::move(full_.front());
    full_.pop_front();
    taken_ = 0;
  }
  std::swap(*next, current_.events[taken_++]);
  return true;
}

}  // namespace waypost::cli
