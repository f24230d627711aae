// SPDX-License-Identifier: Apache-2.0
// The running sidecar: store, rules, pipeline, and the servers in front of them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sidecar/base/clock.h"

namespace waypost::service {

struct ServerOptions {
  // Where gRPC listens: "HOST:PORT" on a loopback address (127.0.0.0/8, [::1], localhost; port 0
  // takes a free one) or "unix:PATH" (the socket is its owner's alone; a stale one is replaced). At
  // least one.
  std::vector<std::string> listen = {"127.0.0.1:7480"};

  // Where the same services answer JSON over HTTP: "HOST:PORT" on loopback; empty: nowhere.
  std::string http = "127.0.0.1:7481";

  // The SQLite database file, made when absent; empty: memory only, for tests and trials.
  std::string data = "waypost.db";
  // The largest size of that file in bytes; 0 is no limit.
  int64_t max_data_bytes = 0;

  // The rules: a file, or a folder of files.
  std::string rules;
  // Take changed rules files into force by themselves.
  bool watch_rules = true;

  // As in pipeline::Options.
  absl::Duration retention = absl::Hours(400 * 24);
  size_t cache_bytes = size_t{32} << 20;

  // Outlives the server.
  const Clock* clock = &SystemClock();
};

// Threads: Start, Shutdown and the destructor from one thread; the others from any.
class Server {
 public:
  // Reads the rules, opens the store, replays what its tables lack, binds every address, and
  // answers once all of that is done. Any failure is returned with a sentence that says what to do;
  // nothing is left running then.
  //
  // INVALID_ARGUMENT: an address that is not loopback, rules with errors (the message lists
  // them), options that make no sense. UNAVAILABLE: an address or the store is in use.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options);

  // Shuts down with a deadline of 10 s unless Shutdown() was called.
  virtual ~Server() = default;

  // The addresses with the ports really bound, in the order of the options: "127.0.0.1:40123" or
  // "unix:/run/waypost.sock"; and "http://127.0.0.1:40124", empty without HTTP.
  [[nodiscard]] virtual std::vector<std::string> addresses() const = 0;
  [[nodiscard]] virtual std::string http_address() const = 0;

  // Reads the rules again and puts them in force whole or not at all; what SIGHUP does. The status
  // says why not.
  virtual absl::Status ReloadRules() = 0;

  // Returns once everything that is due by the clock is decided and on disk, for whoever sets the
  // clock by hand. The status says why not.
  virtual absl::Status SettleDue() = 0;

  // Health says NOT_SERVING first, then new calls are refused, those under way get until `deadline`
  // from now, everything accepted is written, everything is closed. DEADLINE_EXCEEDED: calls were
  // cut off; nothing that was answered is lost. Blocks; idempotent.
  virtual absl::Status Shutdown(absl::Duration deadline) = 0;
};

}  // namespace waypost::service
