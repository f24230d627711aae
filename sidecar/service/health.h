// SPDX-License-Identifier: Apache-2.0
// How the sidecar is, part by part.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace waypost::service {

// The parts "rules", "store" and "shutdown". All must be well for calls to be served; they begin
// unwell, but for "shutdown". Thread-safe.
class Health {
 public:
  struct Component {
    std::string name;
    bool healthy = false;
    bool stale = false;  // it works, with something that is out of date
    std::string message;
  };

  Health();

  // Says how a part is, for people too.
  void Set(std::string_view component, bool healthy, std::string_view message);

  // Says that a part works, with something that is out of date.
  void SetStale(std::string_view component, std::string_view message);

  [[nodiscard]] bool serving() const;
  [[nodiscard]] std::vector<Component> components() const;

  // Calls `listener` now and whenever serving() changes, one call at a time. It must not call back.
  void Listen(std::function<void(bool serving)> listener);

 private:
  void Replace(Component component);
  bool Serving() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::vector<Component> components_ ABSL_GUARDED_BY(mutex_);
  std::function<void(bool)> listener_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace waypost::service
