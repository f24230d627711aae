// SPDX-License-Identifier: Apache-2.0
// Where the sidecar may listen.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace waypost::service {

// An address as the options give it, checked.
struct Address {
  std::string unix_path;  // of a Unix socket; empty for TCP
  std::string host;       // without brackets
  int port = 0;

  // "127.0.0.1:7480", "[::1]:7480" or "unix:/run/waypost.sock".
  [[nodiscard]] std::string ToString() const;
};

// Reads "HOST:PORT" or "unix:PATH". INVALID_ARGUMENT for what is neither, and for every host that
// is not this machine alone: without transport security nobody else may reach the sidecar.
[[nodiscard]] absl::StatusOr<Address> ParseAddress(std::string_view text);

// 127.0.0.0/8, ::1 or localhost.
[[nodiscard]] bool IsLoopback(std::string_view host);

// Makes room for a Unix socket: removes one that nobody answers. UNAVAILABLE when somebody does,
// INVALID_ARGUMENT when the path is too long, in no folder or another kind of file.
[[nodiscard]] absl::Status PrepareUnixSocket(const std::string& path);

}  // namespace waypost::service
