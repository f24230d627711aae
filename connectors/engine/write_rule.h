// SPDX-License-Identifier: Apache-2.0
// How a tool is told: the part `write:` of a profile.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "connectors/engine/call_template.h"
#include "connectors/engine/settings.h"
#include "connectors/engine/survey_links.h"
#include "connectors/engine/tool_client.h"
#include "sidecar/cel/program.h"
#include "sidecar/mapping/lookup_tables.h"
#include "sidecar/mapping/spec_reader.h"
#include "waypost/v1/action.pb.h"

namespace waypost::connectors {

// A call whose answer holds something that other calls need.
struct Inquiry {
  CallTemplate call;
  std::optional<cel::Program> value;  // over `response`
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

// Immutable once read; thread-safe. What it is made of outlives it.
class WriteRules {
 public:
  // `survey_links` may be null: then nobody gets one.
  WriteRules(const mapping::LookupTables* tables, const Settings* settings,
             const SurveyLinks* survey_links)
      : tables_(*tables), settings_(*settings), survey_links_(survey_links), address_(settings) {}

  // Reads `write:`; whatever is wrong is reported.
  void Read(const yaml::Node& node, mapping::SpecReader* reader);

  // The rule for an action: the first of its kind whose condition holds; nullptr when there is
  // none. INVALID_ARGUMENT: a condition fails.
  [[nodiscard]] absl::StatusOr<const WriteRule*> Find(const v1::Action& action) const;

  // What is looked up about a ticket before each call, and how a token is got; nullptr where
  // neither is needed.
  [[nodiscard]] const Inquiry* search() const { return search_.has_value() ? &*search_ : nullptr; }
  [[nodiscard]] const Inquiry* login() const { return login_.has_value() ? &*login_ : nullptr; }

  // The call that gets a token; it carries none of the headers of the others.
  [[nodiscard]] absl::StatusOr<ToolCall> LoginCall(const std::string& secret) const;

  // The token in its answer. NOT_FOUND: there is none.
  [[nodiscard]] absl::StatusOr<std::string> Token(const ToolAnswer& answer) const;

  // What the answer to the search says of the ticket, which other calls read as `found`.
  // NOT_FOUND: nothing.
  [[nodiscard]] absl::StatusOr<cel::Value> Found(const v1::Action& action,
                                                 const ToolAnswer& answer) const;

  // The call that searches (with null for `found`), carries out the action or verifies it.
  // INVALID_ARGUMENT: an expression fails.
  [[nodiscard]] absl::StatusOr<ToolCall> Call(const CallTemplate& call, const v1::Action& action,
                                              const cel::Value& found,
                                              const Credentials& credentials) const;

  // Whether an answer says that it was done, or, of a call that verifies, that it was before.
  [[nodiscard]] absl::StatusOr<bool> Holds(const cel::Program& program, const v1::Action& action,
                                           const cel::Value& found, const ToolAnswer& answer,
                                           absl::Time started_at) const;

  // The tool's address; empty when the settings do not say it.
  [[nodiscard]] std::string Url() const { return address_.Url(); }

 private:
  [[nodiscard]] std::vector<cel::Value> Values(const v1::Action& action, const cel::Value& found,
                                               const std::string& secret) const;
  [[nodiscard]] absl::StatusOr<cel::Value> Answered(const cel::Program& program,
                                                    const v1::Action& action,
                                                    const cel::Value& found,
                                                    const ToolAnswer& answer,
                                                    absl::Time started_at) const;
  Inquiry ReadInquiry(const yaml::Node& node, mapping::SpecReader* reader);
  void ReadRule(const yaml::Node& node, mapping::SpecReader* reader);

  const mapping::LookupTables& tables_;
  const Settings& settings_;
  const SurveyLinks* survey_links_;
  cel::Environment call_environment_;
  cel::Environment answer_environment_;
  ToolAddress address_;
  std::optional<Inquiry> search_;
  std::optional<Inquiry> login_;
  std::vector<WriteRule> rules_;
};

}  // namespace waypost::connectors
