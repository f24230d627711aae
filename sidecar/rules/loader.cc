// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/loader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/base/hash.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/rules/calendars.h"
#include "sidecar/rules/compiler.h"
#include "sidecar/rules/lint.h"
#include "sidecar/rules/reader.h"
#include "sidecar/rules/resolver.h"
#include "sidecar/rules/rule_index.h"
#include "sidecar/rules/structure.h"
#include "sidecar/text/diagnostic_codes.h"
#include "sidecar/yaml/document.h"

namespace waypost::rules {
namespace {

using Documents = std::vector<std::unique_ptr<const yaml::Document>>;

std::string DigestOf(const RuleFiles& files) {
  uint64_t hash = StableHash("waypost rules");
  for (const auto& [name, content] : files) {
    hash = StableHashCombine(StableHashCombine(hash, name), content);
  }
  return HashToHex(hash);
}

// A finding about the rule set as a whole.
void AddSetError(const std::string& file, DiagnosticCode code, std::string message,
                 DiagnosticSink* sink) {
  Diagnostic diagnostic;
  diagnostic.location.file = file;
  diagnostic.code = std::string(CodeName(code));
  diagnostic.message = std::move(message);
  sink->Add(std::move(diagnostic));
}

Documents ParseFiles(const RuleFiles& files, const std::string& prefix, DiagnosticSink* sink) {
  Documents documents;
  for (const auto& [name, content] : files) {
    if (IsHolidayFile(name)) {
      continue;
    }
    if (auto document = yaml::Document::Parse(prefix + name, content, yaml::Limits(), sink)) {
      documents.push_back(std::move(document));
    }
  }
  return documents;
}

void CheckName(const Draft& draft, const Documents& documents, DiagnosticSink* sink) {
  const bool all_mappings = std::all_of(
      documents.begin(), documents.end(),
      [](const auto& document) { return document->root().kind == yaml::NodeKind::kMapping; });
  if (!draft.names.empty() || !all_mappings) {
    return;
  }
  AddSetError(documents.front()->source().file(), DiagnosticCode::kRulesNoName,
              documents.size() == 1 ? "the rule set has no name; add the key \"name\""
                                    : "the rule set has no name; add the key \"name\" to one of "
                                      "its files",
              sink);
}

// `sink` may hold what could not be read.
LoadResult Load(const RuleFiles& files, const std::string& prefix, DiagnosticSink sink) {
  Draft draft;
  for (const auto& [name, content] : files) {
    if (IsHolidayFile(name)) {
      draft.holiday_files.try_emplace(name, prefix + name, content);
    }
  }
  const size_t rules_files = files.size() - draft.holiday_files.size();
  bool complete = !sink.has_errors();
  if (rules_files == 0 && complete) {
    AddSetError(prefix.empty() ? "rules" : prefix, DiagnosticCode::kFileUnreadable,
                "there is no rules file", &sink);
  }
  const Documents documents = ParseFiles(files, prefix, &sink);
  complete = complete && rules_files > 0 && documents.size() == rules_files;
  StructureChecker structure(&sink);
  for (const auto& document : documents) {
    structure.Check(*document);
    ReadFile(*document, &draft);
  }
  if (!CheckLimits(draft, &sink)) {
    return {nullptr, sink.Take()};
  }
  // What is missing may hold what the other files refer to; expressions refer to nothing.
  if (!complete) {
    CheckExpressions(draft, &sink);
    return {nullptr, sink.Take()};
  }
  CheckName(draft, documents, &sink);
  Resolve(&draft, &sink);
  // Of a set that is read in part, much would seem unused or missing.
  if (!sink.has_errors()) {
    Lint(draft, &sink);
  }
  const std::string name = draft.names.empty() ? "" : draft.names.front().id;
  auto rule_set = std::make_shared<RuleSet>(Compile(std::move(draft), &sink));
  if (sink.has_errors()) {
    return {nullptr, sink.Take()};
  }
  rule_set->name = name;
  rule_set->digest = DigestOf(files);
  rule_set->files = files;
  rule_set->index = BuildIndex(*rule_set);
  return {std::move(rule_set), sink.Take()};
}

}  // namespace

LoadResult LoadRulesFromFiles(const RuleFiles& files, const std::string& folder_prefix) {
  return Load(files, folder_prefix, DiagnosticSink());
}

absl::StatusOr<LoadResult> LoadRules(const std::string& path) {
  DiagnosticSink sink;
  WAYPOST_ASSIGN_OR_RETURN(const RuleFiles files, ReadRuleFiles(path, &sink));
  return Load(files, FolderPrefix(path), std::move(sink));
}

}  // namespace waypost::rules
