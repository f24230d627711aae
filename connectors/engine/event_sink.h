// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::connectors {

// Where events go.
class EventSink {
 public:
  virtual ~EventSink() = default;

  // Records events, and writes what became of each to `results`, in their order. A failure means
  // that none of them is known to be recorded: they are to be recorded again. One thread at a time.
  [[nodiscard]] virtual absl::Status Record(const std::vector<const v1::TicketEvent*>& events,
                                            std::vector<absl::Status>* results) = 0;

  // Ends a Record under way, and makes every later one fail. Any thread.
  virtual void Cancel() = 0;
};

// A sidecar at "HOST:PORT" or "unix:PATH". Connects when it is needed.
[[nodiscard]] std::unique_ptr<EventSink> MakeSidecarSink(const std::string& target);

}  // namespace waypost::connectors
