// SPDX-License-Identifier: Apache-2.0
// Every unary method once, for gRPC and HTTP alike: from request bytes to response bytes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"
#include "sidecar/pipeline/pipeline.h"
#include "sidecar/service/admin.h"
#include "sidecar/service/event_intake.h"
#include "sidecar/service/read_pool.h"

namespace waypost::service {

// A serialized response, valid during the call, or an error. As pipeline::RecordCallback.
using BytesCallback = pipeline::RecordCallback;

struct Method {
  std::string path;                                    // "/waypost.v1.JourneyService/RecordEvent"
  const google::protobuf::Message* request = nullptr;  // prototypes, for JSON
  const google::protobuf::Message* response = nullptr;
  bool streams = false;  // exists, but is no unary method
  // Answers the serialized request, which is needed during the call only. Never blocks long.
  std::function<void(std::string_view request, BytesCallback done)> call;
};

// Immutable; its methods may be called from any thread.
class Methods {
 public:
  // All outlive the table.
  Methods(pipeline::Pipeline* pipeline, const Admin* admin, const EventIntake* intake,
          ReadPool* pool);

  // nullptr: there is no such method.
  [[nodiscard]] const Method* Find(std::string_view path) const;

  [[nodiscard]] const std::vector<Method>& all() const { return methods_; }

 private:
  std::vector<Method> methods_;
};

}  // namespace waypost::service
