// SPDX-License-Identifier: Apache-2.0
// How a tool is told: the part `write:` of a profile.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "connectors/engine/settings.h"
#include "connectors/engine/tool_client.h"
#include "sidecar/cel/program.h"
#include "sidecar/mapping/lookup_tables.h"
#include "sidecar/mapping/spec_reader.h"
#include "waypost/v1/action.pb.h"

namespace waypost::connectors {

// A call as a template.
struct CallTemplate {
  std::string method;
  std::vector<cel::Template> path;  // its segments
  std::vector<std::pair<std::string, cel::Template>> query;
  std::optional<cel::Program> body;
};

// What is done for some kinds of actions: one call, and perhaps one that finds out whether it was
// done before.
struct WriteRule {
  std::vector<std::string> kinds;
  std::optional<cel::Program> condition;
  CallTemplate call;
  bool repeatable = false;              // done twice it does what it does done once
  std::optional<cel::Program> success;  // over `response`; without it every 2xx is one
  std::optional<CallTemplate> verify_call;
  std::optional<cel::Program> verify;  // over `response` and `started_at`
};

// Immutable once read; thread-safe. Tables and settings outlive it.
class WriteRules {
 public:
  WriteRules(const mapping::LookupTables* tables, const Settings* settings)
      : tables_(*tables), settings_(*settings) {}

  // Reads `write:`; whatever is wrong is reported.
  void Read(const yaml::Node& node, mapping::SpecReader* reader);

  // The rule for an action: the first of its kind whose condition holds; nullptr when there is
  // none. INVALID_ARGUMENT: a condition fails.
  [[nodiscard]] absl::StatusOr<const WriteRule*> Find(const v1::Action& action) const;

  // The call that carries out the action, or that verifies it. INVALID_ARGUMENT: an expression
  // fails.
  [[nodiscard]] absl::StatusOr<ToolCall> Call(const CallTemplate& call, const v1::Action& action,
                                              const std::string& secret) const;

  // Whether an answer says that it was done, or, of a call that verifies, that it was before.
  [[nodiscard]] absl::StatusOr<bool> Holds(const cel::Program& program, const v1::Action& action,
                                           const ToolAnswer& answer, absl::Time started_at) const;

  // The tool's address; empty when the settings do not say it.
  [[nodiscard]] std::string Url() const;

 private:
  [[nodiscard]] std::vector<cel::Value> Values(const v1::Action& action) const;
  std::optional<cel::Template> ReadTemplate(const yaml::Node& node, mapping::SpecReader* reader,
                                            const cel::Environment& environment);
  std::optional<CallTemplate> ReadCall(const yaml::Node& node, mapping::SpecReader* reader);
  void ReadRule(const yaml::Node& node, mapping::SpecReader* reader);

  const mapping::LookupTables& tables_;
  const Settings& settings_;
  cel::Environment call_environment_;
  cel::Environment answer_environment_;
  cel::Environment header_environment_;
  std::optional<cel::Template> url_;
  std::vector<std::pair<std::string, cel::Template>> headers_;
  std::vector<WriteRule> rules_;
};

}  // namespace waypost::connectors
