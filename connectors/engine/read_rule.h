// SPDX-License-Identifier: Apache-2.0
// How more is read about what a tool sent: the part `read:` of a profile.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "connectors/engine/call_template.h"
#include "connectors/engine/settings.h"
#include "sidecar/cel/program.h"
#include "sidecar/cel/value.h"
#include "sidecar/mapping/lookup_tables.h"
#include "sidecar/mapping/spec_reader.h"

namespace waypost::connectors {

// One step: a named value, from an expression or from calls; with `list`, one for each item.
struct ReadStep {
  std::string name;
  std::optional<cel::Program> list;
  std::optional<cel::Program> condition;  // where it is false, the value is null
  std::optional<cel::Program> key;        // makes a map of the items' values, without null
  std::optional<cel::Program> value;
  std::optional<CallTemplate> call;
  std::optional<cel::Program> items;  // over `response`: of all pages together, instead of it
  std::optional<cel::Program> more;   // over `response` and `page`: whether another page follows
  bool optional = false;              // what the tool does not have is null
};

// Immutable once read; thread-safe. Tables and settings outlive it.
class ReadRules {
 public:
  // Gives the JSON of an answer; NOT_FOUND when the tool does not have it.
  using Ask = absl::FunctionRef<absl::StatusOr<cel::Value>(ToolCall)>;

  ReadRules(const mapping::LookupTables* tables, const Settings* settings)
      : tables_(*tables), settings_(*settings), address_(settings) {}

  // Reads `read:`; whatever is wrong is reported.
  void Read(const yaml::Node& node, mapping::SpecReader* reader);

  [[nodiscard]] const ToolAddress& address() const { return address_; }

  // Whether something is read about everything that comes.
  [[nodiscard]] bool concerns_all() const {
    return payload_.has_value() && !condition_.has_value();
  }

  // Whether something is to be read about what came. INVALID_ARGUMENT: it is no JSON, or the
  // condition fails.
  [[nodiscard]] absl::StatusOr<bool> Concerns(const std::string& body) const;

  // The body to map instead of what came; "null": there is nothing to map. INVALID_ARGUMENT: an
  // expression fails; else what `ask` fails with, with the step's name.
  [[nodiscard]] absl::StatusOr<std::string> Fetch(const std::string& body, Ask ask) const;

 private:
  void ReadStepAt(const yaml::Node& node, cel::Environment* environment,
                  mapping::SpecReader* reader);
  static void ReadCallOf(const yaml::Node& node, const yaml::Node& call,
                         cel::Environment* environment, mapping::SpecReader* reader,
                         ReadStep* step);
  [[nodiscard]] absl::StatusOr<std::vector<cel::Value>> Values(const std::string& body) const;

  const mapping::LookupTables& tables_;
  const Settings& settings_;
  ToolAddress address_;
  std::optional<cel::Program> condition_;
  std::vector<ReadStep> steps_;
  std::optional<cel::Program> payload_;
};

}  // namespace waypost::connectors
