// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace waypost::connectors {

// What a ticketing tool sent: its headers and its body, byte for byte.
struct Request {
  // Names in lower case, in the order of their arrival.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // The first value of the header, whose name is given in lower case; empty when there is none.
  [[nodiscard]] std::string_view Header(std::string_view name) const;
  void AddHeader(std::string_view name, std::string_view value);
};

// Reads a request as text: lines of the form "Name: value", an empty line, then the body to the
// end. INVALID_ARGUMENT names the line that is no header.
[[nodiscard]] absl::StatusOr<Request> ParseRequestText(std::string_view text);

}  // namespace waypost::connectors
