// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/health.h"

#include <algorithm>
#include <utility>

namespace waypost::service {

Health::Health()
    : components_{{"rules", false, "no rules are in force yet"},
                  {"store", false, "the store is not open yet"},
                  {"shutdown", true, "running"}} {}

bool Health::Serving() const {
  return std::all_of(components_.begin(), components_.end(),
                     [](const Component& component) { return component.healthy; });
}

void Health::Set(std::string_view name, bool healthy, std::string_view message) {
  const absl::MutexLock lock(&mutex_);
  const bool before = Serving();
  for (Component& component : components_) {
    if (component.name != name) continue;
    component.healthy = healthy;
    component.message = std::string(message);
  }
  if (listener_ && Serving() != before) listener_(Serving());
}

bool Health::serving() const {
  const absl::MutexLock lock(&mutex_);
  return Serving();
}

std::vector<Health::Component> Health::components() const {
  const absl::MutexLock lock(&mutex_);
  return components_;
}

void Health::Listen(std::function<void(bool serving)> listener) {
  const absl::MutexLock lock(&mutex_);
  listener_ = std::move(listener);
  if (listener_) listener_(Serving());
}

}  // namespace waypost::service
