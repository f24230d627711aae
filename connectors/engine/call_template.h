// SPDX-License-Identifier: Apache-2.0
// Calls of a tool as a profile writes them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "connectors/engine/settings.h"
#include "connectors/engine/tool_client.h"
#include "sidecar/cel/environment.h"
#include "sidecar/cel/program.h"
#include "sidecar/mapping/spec_reader.h"
#include "sidecar/yaml/node.h"

namespace waypost::connectors {

struct CallTemplate {
  std::string method;
  std::vector<cel::Template> path;  // its segments
  std::vector<std::pair<std::string, cel::Template>> query;
  std::optional<cel::Program> body;                        // becomes JSON
  std::vector<std::pair<std::string, cel::Program>> form;  // instead: texts, or what becomes JSON
};

// What the tool knows the connector by.
struct Credentials {
  std::string secret;  // as configured
  std::string token;   // what the tool gave for it; empty where it gives none, or not yet
};

// Whether headers may have the token that the tool gave for the secret.
enum class TokenUse { kNoToken, kToken };

// Reads a text with {{ }}; whatever is wrong is reported.
[[nodiscard]] std::optional<cel::Template> ReadTemplate(const yaml::Node& node,
                                                        const cel::Environment& environment,
                                                        mapping::SpecReader* reader);

// The same of a mapping with the keys of a call.
[[nodiscard]] std::optional<CallTemplate> ReadCallTemplate(const yaml::Node& node,
                                                           const cel::Environment& environment,
                                                           mapping::SpecReader* reader);

// The call with `values` in it; a part of the query that becomes empty is left out.
// INVALID_ARGUMENT: an expression fails, or a segment of the path becomes empty.
[[nodiscard]] absl::StatusOr<ToolCall> MakeCall(const CallTemplate& call, cel::Activation values);

// Where a tool is, and what each call of it carries: `url` and `headers` of a profile. Immutable
// once read; the settings outlive it.
class ToolAddress {
 public:
  explicit ToolAddress(const Settings* settings) : settings_(*settings) {}

  // Reads both keys of `node`; whatever is wrong is reported.
  void Read(const yaml::Node& node, TokenUse tokens, mapping::SpecReader* reader);

  // Empty when the settings do not say it.
  [[nodiscard]] std::string Url() const;

  // INVALID_ARGUMENT: an expression fails.
  [[nodiscard]] absl::Status AddHeaders(const Credentials& credentials, ToolCall* call) const;

 private:
  const Settings& settings_;
  std::optional<cel::Template> url_;
  std::vector<std::pair<std::string, cel::Template>> headers_;
};

}  // namespace waypost::connectors
