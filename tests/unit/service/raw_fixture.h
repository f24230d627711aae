// SPDX-License-Identifier: Apache-2.0
// Requests that no message class would write.
#pragma once

#include <string>

#include "grpcpp/generic/generic_stub.h"
#include "tests/unit/service/server_fixture.h"

namespace waypost::service {

// A RecordEventRequest around the bytes of an event.
inline std::string RequestAround(const std::string& event) {
  std::string bytes = "\x0a";  // field 1, length-delimited
  for (size_t length = event.size(); true; length >>= 7) {
    bytes.push_back(static_cast<char>((length & 0x7f) | (length > 0x7f ? 0x80 : 0)));
    if (length <= 0x7f) break;
  }
  return bytes + event;
}

class RawFixture : public ServerFixture {
 protected:
  grpc::Status Send(const std::string& bytes) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    const auto call =
        stub.PrepareUnaryCall(&context, "/waypost.v1.JourneyService/RecordEvent", request, &queue);
    grpc::ByteBuffer response;
    grpc::Status status;
    call->StartCall();
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return status;
  }
};

}  // namespace waypost::service
