// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "connectors/engine/call_template.h"
#include "connectors/engine/tool_client.h"
#include "sidecar/base/clock.h"
#include "sidecar/cel/value.h"

namespace waypost::connectors {

// How long to wait between attempts to read: doubled after each failure, up to the longest. Without
// chance, so that what happens can be foretold.
struct ReadPatience {
  absl::Duration first_delay = absl::Seconds(1);
  absl::Duration longest_delay = absl::Minutes(5);
  absl::Duration refused_delay = absl::Minutes(5);  // when the tool does not let us read
};

// Reads from a tool, and knows how long to leave it alone. Not thread-safe; movable. The address
// and the clock outlive it.
class ToolReader {
 public:
  ToolReader(const ToolAddress* address, std::string secret, std::unique_ptr<ToolClient> client,
             const Clock* clock, const ReadPatience& patience);

  // The answer's JSON.
  //   NOT_FOUND: 404 and 410.
  //   UNAVAILABLE: the tool is away or busy (429, 503); it will be back.
  //   PERMISSION_DENIED: 401, 403 or a redirect; until somebody mends the access.
  //   INTERNAL: another 5xx, or no JSON; perhaps only this call.
  //   INVALID_ARGUMENT: another 4xx, or the call cannot be made; the same call fails again.
  [[nodiscard]] absl::StatusOr<cel::Value> Ask(ToolCall call);

  // How long to wait after a failure of Ask; the tool's Retry-After where it gave one.
  [[nodiscard]] absl::Duration DelayAfter(const absl::Status& failure);
  // Begins again with short delays.
  void Succeeded() { failures_ = 0; }

  // The time by the tool's clock, as far as its answers told it; else by our own.
  [[nodiscard]] absl::Time ToolTime() const;
  [[nodiscard]] absl::Duration clock_difference() const { return clock_difference_; }

 private:
  const ToolAddress* address_;
  std::string secret_;
  std::unique_ptr<ToolClient> client_;
  const Clock* clock_;
  ReadPatience patience_;
  absl::Duration retry_after_;  // zero: the tool named none
  absl::Duration clock_difference_;
  int failures_ = 0;
};

}  // namespace waypost::connectors
