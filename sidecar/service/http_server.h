// SPDX-License-Identifier: Apache-2.0
// The unary methods as the Connect protocol's JSON over HTTP, so that curl needs no gRPC.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "sidecar/service/address.h"
#include "sidecar/service/health.h"
#include "sidecar/service/methods.h"

namespace waypost::service {

// POST /waypost.v1.SERVICE/METHOD with application/json or application/proto. GET /healthz answers
// 200 while the process lives, GET /readyz 200 while calls are served and 503 otherwise, with how
// each part is: ok, STALE (it works, with something out of date) or NOT OK.
//
// A connection is closed after its answer, and a body is at most 16 MiB, however it is coded (413).
// A client that is slow to send a request or to take the answer is cut off after 10 s, after 1 s
// when others wait for a thread.
//
// Requests whose Host is not this machine are refused (421), so that a web page cannot reach the
// sidecar through a name that it controls.
class HttpServer {
 public:
  // Listens and answers. UNAVAILABLE: the address is in use. `methods` and `health` outlive it.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const Address& address,
                                                                         const Methods& methods,
                                                                         const Health& health);

  virtual ~HttpServer() = default;

  // "http://127.0.0.1:40124", with the port really bound.
  [[nodiscard]] virtual const std::string& address() const = 0;

  // Takes no more connections and waits for the calls under way; clients that are slow get 1 s.
  virtual void Shutdown() = 0;
};

}  // namespace waypost::service
