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

// The files of a rule set: content by name, the name without the folder.
using RuleFiles = std::map<std::string, std::string>;

// The file, or every *.yaml and *.yml directly in the folder (not *_test.yaml, *.mapping.yaml, the
// same with .yml, or hidden ones; symbolic links are followed); and the holiday files (*.ics) of
// the same folder whose names one of them mentions. What has such a name and cannot be read, as a
// folder, a pipe or a link that leads nowhere, is FILE_UNREADABLE in `sink` and not in the answer.
// NOT_FOUND: there is no such path, or the folder has no rules file. RESOURCE_EXHAUSTED: more than
// 1,000 files or 16 MiB in all. Otherwise fails as the system does.
[[nodiscard]] absl::StatusOr<RuleFiles> ReadRuleFiles(const std::string& path,
                                                      DiagnosticSink* sink);

// What stands before a file's name in diagnostics: "rules/" for the path "rules" or "rules/a.yaml".
[[nodiscard]] std::string FolderPrefix(const std::string& path);

// Reads the files at `path` as one rule set, in the order of their names. Fails only when they
// cannot be read; broken rules are diagnostics.
[[nodiscard]] absl::StatusOr<LoadResult> LoadRules(const std::string& path);

// The same from contents. Locations name the files with `folder_prefix` before; the digest covers
// names and contents only. Never fails: no file at all is an error among the diagnostics.
[[nodiscard]] LoadResult LoadRulesFromFiles(const RuleFiles& files,
                                            const std::string& folder_prefix = "");

}  // namespace waypost::rules
