// SPDX-License-Identifier: Apache-2.0
// Errors as gRPC and the Connect protocol carry them.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/status.h"

namespace waypost::service {

// Code, message and the details that pipeline::MakeError attached, in the order of their types'
// names. A status without a reason becomes INTERNAL: what it says is for the log.
[[nodiscard]] google::rpc::Status ToRpcStatus(const absl::Status& status);

// The same with the details in grpc-status-details-bin.
[[nodiscard]] grpc::Status ToGrpcStatus(const absl::Status& status);

// The Connect protocol's name of a code, such as "invalid_argument", and its HTTP status
// (https://connectrpc.com/docs/protocol#error-codes).
[[nodiscard]] std::string_view ConnectCode(absl::StatusCode code);
[[nodiscard]] int ConnectHttpStatus(absl::StatusCode code);

// The Connect protocol's error body: {"code": ..., "message": ..., "details": [...]}.
[[nodiscard]] std::string ToConnectJson(const absl::Status& status);

}  // namespace waypost::service
