// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "grpc/health/v1/health.pb.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/codegen/proto_utils.h"

namespace waypost {

// Listens to grpc.health.v1.Health/Watch for the whole server. Not thread-safe.
class HealthWatch {
 public:
  using Request = grpc::health::v1::HealthCheckRequest;
  using Response = grpc::health::v1::HealthCheckResponse;

  explicit HealthWatch(const std::shared_ptr<grpc::Channel>& channel);
  ~HealthWatch();
  HealthWatch(const HealthWatch&) = delete;
  HealthWatch& operator=(const HealthWatch&) = delete;

  // Waits until the server says so. False: the connection broke, or a minute passed.
  [[nodiscard]] bool Await(Response::ServingStatus status);

 private:
  bool Step();

  grpc::TemplatedGenericStub<Request, Response> stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<Request, Response>> stream_;
};

}  // namespace waypost
