// SPDX-License-Identifier: Apache-2.0
#include "sidecar/base/clock.h"

#include "absl/time/clock.h"

namespace waypost {
namespace {

class MachineClock final : public Clock {
 public:
  [[nodiscard]] absl::Time Now() const override { return absl::Now(); }
};

}  // namespace

const Clock& SystemClock() {
  static const MachineClock clock;
  return clock;
}

absl::Time VirtualClock::Now() const {
  absl::MutexLock lock(&mutex_);
  return now_;
}

void VirtualClock::Set(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  now_ = now;
}

void VirtualClock::Advance(absl::Duration step) {
  absl::MutexLock lock(&mutex_);
  now_ += step;
}

}  // namespace waypost
