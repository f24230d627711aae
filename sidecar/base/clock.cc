// SPDX-License-Identifier: Apache-2.0
#include "sidecar/base/clock.h"

#include <algorithm>

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

void SettableClock::AddListener(ClockListener* listener) const {
  const absl::MutexLock lock(&listeners_mutex_);
  listeners_.push_back(listener);
}

void SettableClock::RemoveListener(ClockListener* listener) const {
  const absl::MutexLock lock(&listeners_mutex_);
  listeners_.erase(std::remove(listeners_.begin(), listeners_.end(), listener), listeners_.end());
}

void SettableClock::TellListeners() const {
  const absl::MutexLock lock(&listeners_mutex_);
  for (ClockListener* listener : listeners_) listener->ClockWasSet();
}

absl::Time VirtualClock::Now() const {
  absl::MutexLock lock(&mutex_);
  return now_;
}

void VirtualClock::Set(absl::Time now) {
  {
    absl::MutexLock lock(&mutex_);
    now_ = now;
  }
  TellListeners();
}

void VirtualClock::Advance(absl::Duration step) {
  {
    absl::MutexLock lock(&mutex_);
    now_ += step;
  }
  TellListeners();
}

}  // namespace waypost
