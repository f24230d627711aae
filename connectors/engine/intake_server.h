// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "connectors/engine/connector.h"
#include "connectors/engine/spool.h"
#include "sidecar/base/clock.h"

namespace waypost::connectors {

// Takes webhooks: POST or PUT /hooks/NAME of a connector. Answers
//   202 when the request is on disk; it is not looked into before that,
//   401 when its sender is not known,
//   404 when there is no such connector, 405 for other methods,
//   413 when the body is too large, 400 when it is cut off,
//   429 with Retry-After beyond the connector's rate,
//   503 with Retry-After when the spool is full or the disk fails.
// GET /hooks/NAME answers the challenge of the connector's profile, where it has one.
// GET /healthz answers 200 while the process lives.
class IntakeServer {
 public:
  // Listens and answers. UNAVAILABLE: the address is in use. All others outlive it.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<IntakeServer>> Start(
      const std::string& listen, const std::vector<const Connector*>& connectors,
      size_t max_body_bytes, Spool* spool, const Clock& clock);

  virtual ~IntakeServer() = default;

  // "http://127.0.0.1:40124", with the port really bound.
  [[nodiscard]] virtual const std::string& address() const = 0;

  // Takes no more connections and waits for the requests under way; clients that are slow get 1 s.
  virtual void Shutdown() = 0;
};

}  // namespace waypost::connectors
