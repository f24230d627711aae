// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "waypost/v1/outbox_service.pb.h"

namespace waypost::connectors {

// Where actions come from.
class ActionSource {
 public:
  virtual ~ActionSource() = default;

  // Takes actions for a while; waits up to 20 s for one when there is none. One thread at a time.
  [[nodiscard]] virtual absl::StatusOr<std::vector<v1::LeasedAction>> Pull() = 0;

  // Tells how they went. UNAVAILABLE and the like: nothing was noted.
  [[nodiscard]] virtual absl::Status Acknowledge(const std::vector<v1::ActionResult>& results) = 0;

  // Ends a call under way, and makes every later one fail. Any thread.
  virtual void Cancel() = 0;
};

// Those of a tenant at the sidecar at "HOST:PORT" or "unix:PATH" that concern these sources, or
// none.
[[nodiscard]] std::unique_ptr<ActionSource> MakeSidecarSource(const std::string& target,
                                                              const std::string& tenant,
                                                              std::vector<std::string> sources);

}  // namespace waypost::connectors
