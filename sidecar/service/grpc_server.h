// SPDX-License-Identifier: Apache-2.0
// gRPC on loopback and Unix sockets, with health and reflection.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/server.h"
#include "sidecar/service/address.h"
#include "sidecar/service/event_intake.h"
#include "sidecar/service/methods.h"
#include "sidecar/service/open_calls.h"
#include "sidecar/service/record_stream.h"

namespace waypost::service {

// Threads: Start, Shutdown and the destructor from one thread.
class GrpcServer {
 public:
  // Listens on all addresses and answers. UNAVAILABLE: one of them is in use or cannot be had.
  // `methods` and `intake` outlive the server.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(
      const std::vector<Address>& addresses, const Methods& methods, const EventIntake& intake);

  // Cuts calls off that are still under way.
  ~GrpcServer();

  // What grpc.health.v1 answers, overall and for every service.
  void SetServing(bool serving);

  // Refuses new calls, lets those under way end until `deadline` from now, cuts off the rest
  // (DEADLINE_EXCEEDED). Whoever watches the health is told and cut off, which is no failure: such
  // a stream has no end.
  absl::Status Shutdown(absl::Duration deadline);

  // With the ports really bound.
  [[nodiscard]] const std::vector<std::string>& addresses() const { return addresses_; }

 private:
  GrpcServer() = default;

  OpenCalls calls_;
  OpenStreams streams_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::string> addresses_;
  bool shut_down_ = false;
};

}  // namespace waypost::service
