// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace waypost::connectors {

struct ToolCall {
  std::string method;  // GET, POST, PUT or PATCH
  std::string path;    // with the query
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;                               // empty: none
  std::string content_type = "application/json";  // of the body
};

struct ToolAnswer {
  int status = 0;
  std::string body;         // at most 8 MiB
  std::string location;     // the header, or empty
  std::string retry_after;  // the header, or empty
  std::string date = {};    // the header, or empty
};

// Calls a ticketing tool over HTTP.
class ToolClient {
 public:
  virtual ~ToolClient() = default;

  // The tool's answer, whatever it is; redirects are not followed. UNAVAILABLE: the tool was not
  // reached, so the call had no effect. UNKNOWN: the connection broke or the time (30 s) ran out
  // afterwards, so it may have had; OUT_OF_RANGE: likewise, the answer is too large. One thread at
  // a time.
  [[nodiscard]] virtual absl::StatusOr<ToolAnswer> Call(const ToolCall& call) = 0;
};

// Of the tool at "https://HOST[:PORT][/PATH]" or, on loopback alone, "http://...". The certificate
// is checked with the system's authorities. INVALID_ARGUMENT: it is neither.
[[nodiscard]] absl::StatusOr<std::unique_ptr<ToolClient>> MakeToolClient(const std::string& url);

}  // namespace waypost::connectors
