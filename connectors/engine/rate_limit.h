// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace waypost::connectors {

// Lets a number of requests through a second, and twice as many at once. Thread-safe.
class RateLimit {
 public:
  // 0: no limit.
  explicit RateLimit(double per_second) : per_second_(per_second), left_(2 * per_second) {}

  // How long to wait before the request may come; zero: it may, and is counted. `now` may go back.
  [[nodiscard]] absl::Duration Take(absl::Time now);

 private:
  const double per_second_;
  absl::Mutex mutex_;
  double left_ ABSL_GUARDED_BY(mutex_);
  absl::Time at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace waypost::connectors
