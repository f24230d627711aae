// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace waypost::service {

// Counts unary calls under way, so that a shutdown can wait for them. Thread-safe.
class OpenCalls {
 public:
  // A call begins. False, and it is not counted: none may begin any more.
  [[nodiscard]] bool Begin();
  void End();

  // No more calls begin from now on.
  void Close();

  // Returns true once no call is under way, false at `deadline`.
  [[nodiscard]] bool AwaitNone(absl::Time deadline);

 private:
  absl::Mutex mutex_;
  int64_t open_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace waypost::service
