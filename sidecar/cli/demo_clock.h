// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>

#include "absl/synchronization/mutex.h"
#include "sidecar/base/clock.h"

namespace waypost::cli {

// The sidecar's clock in the demo: it stands at the event that is being played, so that ages and
// promises are those of the story, and goes with the machine's clock afterwards. Thread-safe.
class DemoClock final : public SettableClock {
 public:
  [[nodiscard]] absl::Time Now() const override {
    const absl::MutexLock lock(&mutex_);
    return played_.value_or(SystemClock().Now());
  }

  // Never goes back while events are played.
  void Play(absl::Time event) {
    {
      const absl::MutexLock lock(&mutex_);
      played_ = std::max(event, played_.value_or(event));
    }
    TellListeners();
  }

  void FollowSystem() {
    {
      const absl::MutexLock lock(&mutex_);
      played_.reset();
    }
    TellListeners();
  }

 private:
  mutable absl::Mutex mutex_;
  std::optional<absl::Time> played_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace waypost::cli
