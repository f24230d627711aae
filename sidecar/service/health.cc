// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/health.h"

#include <algorithm>
#include <utility>

namespace waypost::service {

Health::Health()
    : components_{{"rules", false, false, "no rules are in force yet"},
                  {"store", false, false, "the store is not open yet"},
                  {"shutdown", true, false, "running"}} {}

bool Health::Serving() const {
  return std::all_of(components_.begin(), components_.end(),
                     [](const Component& component) { return component.healthy; });
}

void Health::Set(std::string_view name, bool healthy, std::string_view message) {
  Replace({std::string(name), healthy, false, std::string(message)});
}

void Health::SetStale(std::string_view name, std::string_view message) {
  Replace({std::string(name), true, true, std::string(message)});
}

void Health::Replace(Component component) {
  const absl::MutexLock lock(&mutex_);
  const bool before = Serving();
  for (Component& known : components_) {
    if (known.name == component.name) known = component;
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
