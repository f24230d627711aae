// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace waypost {

// The only source of the current time. Implementations may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  // The current instant in UTC. A system clock may step backwards; callers must not assume order.
  [[nodiscard]] virtual absl::Time Now() const = 0;
};

// The machine's clock. Lives for the whole process.
const Clock& SystemClock();

// A clock that stands still until it is told otherwise: for tests, story suites, replay and
// explain.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(absl::Time start) : now_(start) {}

  [[nodiscard]] absl::Time Now() const override;

  // Moves to `now`, forwards or backwards.
  void Set(absl::Time now);

  // Moves by `step`, which may be negative.
  void Advance(absl::Duration step);

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace waypost
