// SPDX-License-Identifier: Apache-2.0
// The gRPC services over the method table.
#pragma once

#include <memory>
#include <vector>

#include "grpcpp/impl/codegen/service_type.h"
#include "sidecar/service/event_intake.h"
#include "sidecar/service/methods.h"
#include "sidecar/service/open_calls.h"
#include "sidecar/service/record_stream.h"

namespace waypost::service {

// JourneyService, OutboxService, InsightService and AdminService. They take and give raw bytes, so
// that what does not parse is answered like everything else that is wrong. All arguments outlive
// them.
[[nodiscard]] std::vector<std::unique_ptr<grpc::Service>> MakeGrpcServices(
    const Methods& methods, const EventIntake& intake, OpenCalls* calls, OpenStreams* streams);

}  // namespace waypost::service
