// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "grpcpp/grpcpp.h"

namespace waypost {

// How often each event, by its id, is in the timelines of all journeys, as the sidecar behind
// `channel` lists them. An error: what the sidecar answered.
[[nodiscard]] absl::StatusOr<std::map<std::string, int>> CountJourneySteps(
    const std::shared_ptr<grpc::Channel>& channel);

}  // namespace waypost
