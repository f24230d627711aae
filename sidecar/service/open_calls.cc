// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/open_calls.h"

namespace waypost::service {

bool OpenCalls::Begin() {
  const absl::MutexLock lock(&mutex_);
  if (closed_) return false;
  ++open_;
  return true;
}

void OpenCalls::End() {
  const absl::MutexLock lock(&mutex_);
  --open_;
}

void OpenCalls::Close() {
  const absl::MutexLock lock(&mutex_);
  closed_ = true;
}

bool OpenCalls::AwaitNone(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  const auto none = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return open_ == 0; };
  return mutex_.AwaitWithDeadline(absl::Condition(&none), deadline);
}

}  // namespace waypost::service
