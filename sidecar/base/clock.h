// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace waypost {

// Whoever waits for a time and must hear when a clock is set.
class ClockListener {
 public:
  virtual ~ClockListener() = default;

  // The clock was set, forwards or backwards. Called on the thread that set it; must return soon.
  virtual void ClockWasSet() = 0;
};

// The only source of the current time. Implementations may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  // The current instant in UTC. A system clock may step backwards; callers must not assume order.
  [[nodiscard]] virtual absl::Time Now() const = 0;

  // Tells `listener` whenever the clock is set, until it is removed, which waits for a call under
  // way. The machine's clock does not tell: look at it again from time to time.
  virtual void AddListener(ClockListener* /*listener*/) const {}
  virtual void RemoveListener(ClockListener* /*listener*/) const {}
};

// The machine's clock. Lives for the whole process.
const Clock& SystemClock();

// What clocks that are set by hand have in common.
class SettableClock : public Clock {
 public:
  void AddListener(ClockListener* listener) const final;
  void RemoveListener(ClockListener* listener) const final;

 protected:
  // Call it after setting the clock, without a lock.
  void TellListeners() const;

 private:
  mutable absl::Mutex listeners_mutex_;
  mutable std::vector<ClockListener*> listeners_ ABSL_GUARDED_BY(listeners_mutex_);
};

// A clock that stands still until it is told otherwise: for tests, story suites, replay and
// explain.
class VirtualClock final : public SettableClock {
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
