// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "google/protobuf/wrappers.pb.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/codegen/proto_utils.h"

namespace waypost {

// As grpc.health.v1.HealthCheckResponse numbers them.
enum class ServingStatus { kServing = 1, kNotServing = 2 };

// Listens to grpc.health.v1.Health/Watch for the whole server. Not thread-safe.
class HealthWatch {
 public:
  explicit HealthWatch(const std::shared_ptr<grpc::Channel>& channel);
  ~HealthWatch();
  HealthWatch(const HealthWatch&) = delete;
  HealthWatch& operator=(const HealthWatch&) = delete;

  // Waits until the server says so. False: the connection broke, or a minute passed.
  [[nodiscard]] bool Await(ServingStatus status);

 private:
  // One string and one number in field 1 are what the service's request and response are.
  using Request = google::protobuf::StringValue;
  using Response = google::protobuf::Int32Value;

  bool Step();

  grpc::TemplatedGenericStub<Request, Response> stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<Request, Response>> stream_;
};

}  // namespace waypost
