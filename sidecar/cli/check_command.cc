// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sidecar/cli/commands.h"
#include "sidecar/cli/diagnostic_text.h"
#include "sidecar/cli/event_mapping.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/options.h"
#include "sidecar/cli/story_suite.h"
#include "sidecar/rules/loader.h"
#include "sidecar/rules/schema.h"
#include "sidecar/text/diagnostic_codes.h"
#include "sidecar/text/printable.h"
#include "sidecar/text/suggest.h"

namespace waypost::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  waypost check rules/service-desk
  waypost check --strict --output json rules.yaml
  waypost check --explain RULES_UNKNOWN_KEY
  waypost check --schema > rules.schema.json

Each PATH is a rule set of its own: a file, or a folder whose *.yaml files belong together. Files
named *_test.yaml and *.mapping.yaml are checked as story suites and event mappings; of a folder, the
mappings in it are checked too. Notes name what is accepted but not acted on yet. Exit code 3: there are errors (--strict: or warnings).)";

struct Options {
  std::vector<std::string> paths;
  OutputFormat format = OutputFormat::kText;
  bool strict = false;
  bool schema = false;
  std::string explain;
};

// What the check of one path found.
struct Finding {
  std::string path;
  std::string digest;  // of a rule set that loads
  std::string what;    // "12 rules, 3 journeys"
  std::vector<Diagnostic> diagnostics;
};

void CheckRuleSet(const std::string& path, Finding* finding) {
  absl::StatusOr<rules::LoadResult> loaded = rules::LoadRules(path);
  if (!loaded.ok()) {
    Diagnostic unreadable;
    unreadable.location.file = path;
    unreadable.code = std::string(CodeName(DiagnosticCode::kFileUnreadable));
    unreadable.message = std::string(loaded.status().message());
    finding->diagnostics.push_back(std::move(unreadable));
    return;
  }
  finding->diagnostics = std::move(loaded->diagnostics);
  if (loaded->rule_set != nullptr) {
    finding->digest = loaded->rule_set->digest;
    finding->what = absl::StrCat(Counted(std::ssize(loaded->rule_set->rules), "rule"), ", ",
                                 Counted(std::ssize(loaded->rule_set->journeys), "journey"));
  }
}

bool IsMapping(const std::string& path) {
  return absl::EndsWith(path, ".mapping.yaml") || absl::EndsWith(path, ".mapping.yml");
}

// The path itself, and of a folder the event mappings in it, which are no part of the rule set.
std::vector<std::string> WithMappings(const std::string& path) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (IsMapping(entry.path().string())) {
      paths.push_back(entry.path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  paths.insert(paths.begin(), path);
  return paths;
}

Finding Check(const std::string& path) {
  Finding finding;
  finding.path = path;
  DiagnosticSink sink;
  if (absl::EndsWith(path, "_test.yaml") || absl::EndsWith(path, "_test.yml")) {
    const auto suite = StorySuite::Load(path, &sink);
    finding.what = suite.has_value() ? Counted(std::ssize(suite->stories), "story", "stories") : "";
    finding.diagnostics = sink.Take();
  } else if (IsMapping(path)) {
    finding.what = EventMapping::Load(path, &sink) != nullptr ? "an event mapping" : "";
    finding.diagnostics = sink.Take();
  } else {
    CheckRuleSet(path, &finding);
  }
  return finding;
}

bool Passes(const DiagnosticCounts& counts, bool strict) {
  return counts.errors == 0 && (!strict || counts.warnings == 0);
}

void PrintText(const Finding& finding, const DiagnosticCounts& counts, bool passes,
               const Output& output) {
  PrintDiagnostics(finding.diagnostics, output, Stream::kOut);
  output.out() << output.Paint(passes ? "ok" : "broken", passes ? Colour::kGreen : Colour::kRed)
               << "  " << Printable(finding.path) << ": " << CountsText(counts);
  if (!finding.what.empty()) {
    output.out() << " (" << finding.what
                 << (finding.digest.empty() ? "" : absl::StrCat(", digest ", finding.digest))
                 << ")";
  }
  output.out() << '\n';
}

void WriteJson(const Finding& finding, const DiagnosticCounts& counts, JsonWriter* json) {
  json->BeginObject();
  json->Key("path").String(finding.path);
  json->Key("valid").Bool(counts.errors == 0);
  json->Key("digest").String(finding.digest);
  json->Key("errors").Int(counts.errors);
  json->Key("warnings").Int(counts.warnings);
  json->Key("notes").Int(counts.notes);
  json->Key("diagnostics");
  WriteDiagnostics(finding.diagnostics, json);
  json->EndObject();
}

int RunExplain(const std::string& code, const Output& output) {
  const DiagnosticCodeInfo* info = FindDiagnosticCode(code);
  if (info == nullptr) {
    std::vector<std::string> codes;
    for (const DiagnosticCodeInfo& known : DiagnosticCodes()) {
      codes.emplace_back(known.code);
    }
    return output.Fail(kExitUsage,
                       absl::StrCat("there is no code '", code, "'", DidYouMean(code, codes)));
  }
  output.out() << output.Paint(info->code, Colour::kBold) << '\n'
               << info->summary << "\n\n"
               << info->explanation << '\n';
  return kExitOk;
}

int RunCheck(const Options& options, const Output& output) {
  if (!options.explain.empty()) {
    return RunExplain(options.explain, output);
  }
  if (options.schema) {
    output.out() << rules::RulesJsonSchema();
    return kExitOk;
  }
  if (options.paths.empty()) {
    return output.Fail(kExitUsage,
                       "name the files or folders to check\nTry 'waypost check --help'.");
  }
  JsonWriter json;
  json.BeginArray();
  bool all_pass = true;
  std::vector<std::string> paths;
  for (const std::string& path : options.paths) {
    const std::vector<std::string> found = WithMappings(path);
    paths.insert(paths.end(), found.begin(), found.end());
  }
  for (const std::string& path : paths) {
    const Finding finding = Check(path);
    const DiagnosticCounts counts = CountByLevel(finding.diagnostics);
    const bool passes = Passes(counts, options.strict);
    all_pass = all_pass && passes;
    if (options.format == OutputFormat::kJson) {
      WriteJson(finding, counts, &json);
    } else {
      PrintText(finding, counts, passes, output);
    }
  }
  if (options.format == OutputFormat::kJson) {
    output.out() << json.EndArray().Take();
  }
  return all_pass ? kExitOk : kExitRulesDoNotLoad;
}

}  // namespace

void AddCheckCommand(CLI::App& app, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("check", "Find mistakes in rules files");
  command->footer(kFooter);
  command->add_option("PATH", options->paths, "Files or folders");
  AddOutputOption(*command, options->format);
  command->add_flag("--strict", options->strict, "Warnings fail too");
  command->add_option("--explain", options->explain, "Say what a code means")->type_name("CODE");
  command->add_flag("--schema", options->schema, "Print the JSON Schema of rules files");
  command->callback([options, &output, &exit_code] { exit_code = RunCheck(*options, output); });
}

}  // namespace waypost::cli
