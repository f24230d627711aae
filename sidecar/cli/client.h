// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "grpcpp/grpcpp.h"

namespace waypost::cli {

// Where the sidecar listens unless told otherwise; `waypost serve` and `waypost demo` use the same.
inline constexpr const char* kDefaultTarget = "127.0.0.1:7480";
inline constexpr const char* kDefaultHttpAddress = "127.0.0.1:7481";

// How long a call to a sidecar may take.
inline constexpr absl::Duration kCallTimeout = absl::Seconds(30);

// A channel to a sidecar at `target`: "host:port" or "unix:PATH". Connects at the first call.
[[nodiscard]] std::shared_ptr<grpc::Channel> Connect(const std::string& target);

// A context whose call fails after kCallTimeout.
[[nodiscard]] std::unique_ptr<grpc::ClientContext> CallContext();

// A failed call as a status whose message says what to do: of a bad request with several
// violations, each on a line of its own; for a sidecar that does not answer, its address.
[[nodiscard]] absl::Status FromGrpc(const grpc::Status& status, const std::string& target);

// The google.rpc.BadRequest among the details of a serialised google.rpc.Status; empty when there
// is none.
[[nodiscard]] google::rpc::BadRequest Violations(const std::string& serialized_status);

}  // namespace waypost::cli
