// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/sidecar_call.h"

namespace waypost::connectors {
namespace {

// gRPC's own back-off grows to two minutes, which a desk would wait for after a restart.
constexpr int kMinReconnectMs = 100;
constexpr int kMaxReconnectMs = 2000;

}  // namespace

std::shared_ptr<grpc::Channel> SidecarChannel(const std::string& target) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kMinReconnectMs);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kMinReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMs);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

absl::Status FromGrpc(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

bool CancellableCall::Begin(grpc::ClientContext* context) {
  const absl::MutexLock lock(&mutex_);
  context_ = cancelled_ ? nullptr : context;
  return !cancelled_;
}

void CancellableCall::End() {
  const absl::MutexLock lock(&mutex_);
  context_ = nullptr;
}

void CancellableCall::Cancel() {
  const absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  if (context_ != nullptr) context_->TryCancel();
}

}  // namespace waypost::connectors
