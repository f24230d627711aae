// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sidecar/rules/rule_set.h"
#include "sidecar/text/diagnostic.h"

namespace waypost::rules {

// What became of loading: a rule set, or at least one error among the diagnostics.
struct LoadResult {
  std::shared_ptr<const RuleSet> rule_set;  // null when there are errors
  std::vector<Diagnostic> diagnostics;      // by file, line and column
};

// Reads one file, or every *.yaml and *.yml directly in a folder (not *_test.yaml, not hidden) in
// the order of their names, as one rule set. Fails only when the path cannot be read; broken rules
// are diagnostics.
[[nodiscard]] absl::StatusOr<LoadResult> LoadRules(const std::string& path);

// The same from contents by file name.
[[nodiscard]] LoadResult LoadRulesFromFiles(const std::map<std::string, std::string>& files);

}  // namespace waypost::rules
