// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/rate_limit.h"

#include <algorithm>

namespace waypost::connectors {

absl::Duration RateLimit::Take(absl::Time now) {
  if (per_second_ <= 0) return absl::ZeroDuration();
  const absl::MutexLock lock(&mutex_);
  const double passed = at_ == absl::InfinitePast() ? 0 : absl::ToDoubleSeconds(now - at_);
  left_ = std::min(2 * per_second_, left_ + std::max(0.0, passed) * per_second_);
  at_ = now;
  if (left_ < 1) return absl::Seconds((1 - left_) / per_second_);
  left_ -= 1;
  return absl::ZeroDuration();
}

}  // namespace waypost::connectors
