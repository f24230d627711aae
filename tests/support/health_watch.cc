// SPDX-License-Identifier: Apache-2.0
#include "tests/support/health_watch.h"

#include <chrono>

namespace waypost {

HealthWatch::HealthWatch(const std::shared_ptr<grpc::Channel>& channel) : stub_(channel) {
  context_.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
  stream_ = stub_.PrepareCall(&context_, "/grpc.health.v1.Health/Watch", &queue_);
  stream_->StartCall(nullptr);
  Step();
  stream_->WriteLast(Request(), grpc::WriteOptions(), nullptr);
  Step();
}

HealthWatch::~HealthWatch() {
  context_.TryCancel();
  grpc::Status ignored;
  stream_->Finish(&ignored, nullptr);
  Step();
}

bool HealthWatch::Step() {
  void* tag = nullptr;
  bool ok = false;
  return queue_.Next(&tag, &ok) && ok;
}

bool HealthWatch::Await(Response::ServingStatus status) {
  Response response;
  do {
    stream_->Read(&response, nullptr);
    if (!Step()) return false;
  } while (response.status() != status);
  return true;
}

}  // namespace waypost
