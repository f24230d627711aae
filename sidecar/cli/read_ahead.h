// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "sidecar/cli/event_reader.h"

namespace waypost::cli {

// The events of another reader, in its order, read on a thread of its own while the caller is at
// work on the ones before: at most kBatches x kBatchSize of them.
class ReadAhead final : public EventReader {
 public:
  static constexpr size_t kBatches = 4;
  static constexpr size_t kBatchSize = 256;

  // Nobody else uses `reader` from here on.
  explicit ReadAhead(std::unique_ptr<EventReader> reader);
  // Waits for the event that is being read; the rest is not read.
  ~ReadAhead() override;

  absl::StatusOr<bool> Next(ReadEvent* next) override;
  [[nodiscard]] int64_t done() const override { return current_.done; }
  [[nodiscard]] int64_t size() const override { return size_; }

 private:
  struct Batch {
    std::vector<ReadEvent> events;  // the first `count` of them; the others keep memory for later
    size_t count = 0;
    int64_t done = 0;                         // of the file, after this batch
    std::optional<absl::StatusOr<bool>> end;  // what the reader said after these, if not another
  };

  void ReadAll();
  void Fill(Batch* batch);
  [[nodiscard]] bool stopped() const ABSL_LOCKS_EXCLUDED(mutex_);
  [[nodiscard]] bool CanRead() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopped_ || !empty_.empty();
  }
  [[nodiscard]] bool CanTake() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !full_.empty();
  }

  const std::unique_ptr<EventReader> reader_;
  const int64_t size_;
  Batch current_;  // handed out one by one
  size_t taken_ = 0;

  mutable absl::Mutex mutex_;
  std::vector<Batch> empty_ ABSL_GUARDED_BY(mutex_);
  std::deque<Batch> full_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace waypost::cli
