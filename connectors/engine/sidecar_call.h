// SPDX-License-Identifier: Apache-2.0
// What the clients of a sidecar share. Internal to connectors/.
#pragma once

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"

namespace waypost::connectors {

// A channel to a sidecar that tries again soon after the sidecar was away.
[[nodiscard]] std::shared_ptr<grpc::Channel> SidecarChannel(const std::string& target);

[[nodiscard]] absl::Status FromGrpc(const grpc::Status& status);

// Lets another thread end the call that one thread makes. Thread-safe.
class CancellableCall {
 public:
  // False when it was cancelled before. The context outlives the call.
  bool Begin(grpc::ClientContext* context);
  void End();
  void Cancel();

 private:
  absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace waypost::connectors
