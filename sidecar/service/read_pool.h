// SPDX-License-Identifier: Apache-2.0
// Threads for calls that may take long, apart from those that take events.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace waypost::service {

// Thread-safe.
class ReadPool {
 public:
  ReadPool(int threads, size_t max_waiting);
  // Runs what waits, then ends.
  ~ReadPool();
  ReadPool(const ReadPool&) = delete;
  ReadPool& operator=(const ReadPool&) = delete;

  // Runs `task` on one of the threads; false when too many wait, and then it never runs.
  [[nodiscard]] bool Run(std::function<void()> task);

 private:
  void Work();

  const size_t max_waiting_;
  absl::Mutex mutex_;
  std::deque<std::function<void()>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace waypost::service
