// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/cli/commands.h"
#include "sidecar/cli/diagnostic_text.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/options.h"
#include "sidecar/cli/story_report.h"
#include "sidecar/rules/loader.h"

namespace waypost::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  waypost test rules/service-desk
  waypost test --run 'password' --coverage rules/service-desk
  waypost test --junit report.xml --output json rules/service-desk

PATH is a suite *_test.yaml or a folder with suites. A suite:
  apiVersion: waypost/v1
  kind: story-suite
  name: Incidents
  rules: .
  defaults:
    source: my-desk
    requester: {id: ana, language: de}
    ticket: {ref: INC1, type: incident, channel: phone, group: Service Desk}
  stories:
    - name: A ticket comes back
      start: 2026-03-02T09:00:00Z
      steps:
        - at: +0m
          event: {status: New, status_category: new, priority: P3}
          expect: {stage: engage, updates: [{rule: received, language: de}]}
        - at: +2h
          event: {group: Network}
        - at: +3h
          event: {group: Service Desk}
          expect: {alerts: [{rule: ping-pong, owner: incident-manager}]}
        - at: +6h24m
          expect: {updates: [{rule: still-on-it}]}
What a step does not list must not happen. A step with only at and expect lists what time alone
brought since the step before. Exit codes: 3 suites or rules do not load, 4 stories
failed.)";

struct Options {
  std::vector<std::string> paths;
  OutputFormat format = OutputFormat::kText;
  std::string junit;
  std::string run;
  bool coverage = false;
};

// A rule set that suites name, loaded once.
struct LoadedRules {
  std::shared_ptr<const rules::RuleSet> rule_set;  // null when it does not load
  Coverage coverage;
};

bool IsSuite(const std::string& path) {
  return absl::EndsWith(path, "_test.yaml") || absl::EndsWith(path, "_test.yml");
}

absl::StatusOr<std::vector<std::string>> FindSuites(const std::vector<std::string>& paths) {
  std::vector<std::string> suites;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      suites.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path, error)) {
      if (IsSuite(entry.path().string())) {
        found.push_back(entry.path().string());
      }
    }
    if (found.empty()) {
      return absl::NotFoundError(absl::StrCat("there is no *_test.yaml in ", path));
    }
    std::sort(found.begin(), found.end());
    suites.insert(suites.end(), found.begin(), found.end());
  }
  return suites;
}

class TestRun {
 public:
  TestRun(const Options& options, const RE2& filter, const Output& output)
      : options_(options), filter_(filter), output_(output) {}

  // False when the suite or its rules do not load; that was told then.
  bool RunSuite(const std::string& path) {
    DiagnosticSink sink;
    const std::optional<StorySuite> suite = StorySuite::Load(path, &sink);
    PrintDiagnostics(sink.Take(), output_);
    if (!suite.has_value()) {
      return false;
    }
    LoadedRules& rules = RulesAt(suite->rules);
    if (rules.rule_set == nullptr) {
      return false;
    }
    SuiteResult result{path, suite->name, {}};
    for (const Story& story : suite->stories) {
      if (RE2::PartialMatch(story.name, filter_)) {
        result.stories.push_back(RunStory(story, rules.rule_set, &rules.coverage));
      }
    }
    if (!result.stories.empty()) {
      report_.suites.push_back(std::move(result));
    }
    return true;
  }

  const TestReport& Finish() {
    for (const auto& [path, rules] : rules_) {
      if (options_.coverage && rules.rule_set != nullptr) {
        report_.coverage.push_back(CoverageOf(path, rules));
      }
    }
    return report_;
  }

 private:
  LoadedRules& RulesAt(const std::string& path) {
    const auto [place, is_new] = rules_.try_emplace(path);
    if (is_new) {
      absl::StatusOr<rules::LoadResult> loaded = rules::LoadRules(path);
      if (!loaded.ok()) {
        output_.Fail(kExitRulesDoNotLoad, std::string(loaded.status().message()));
        return place->second;
      }
      place->second.rule_set = std::move(loaded->rule_set);
      if (place->second.rule_set == nullptr) {
        PrintDiagnostics(loaded->diagnostics, output_);
      }
    }
    return place->second;
  }

  static CoverageReport CoverageOf(const std::string& path, const LoadedRules& rules) {
    CoverageReport report;
    report.rules = path;
    report.rule_count = rules.rule_set->rules.size();
    for (const rules::JourneyDefinition& journey : rules.rule_set->journeys) {
      report.touchpoint_count += journey.touchpoints.size();
    }
    report.rules_not_fired = RulesNotFired(*rules.rule_set, rules.coverage);
    report.touchpoints_not_passed = TouchpointsNotPassed(*rules.rule_set, rules.coverage);
    return report;
  }

  const Options& options_;
  const RE2& filter_;
  const Output& output_;
  std::map<std::string, LoadedRules> rules_;
  TestReport report_;
};

int WriteReport(const Options& options, const TestReport& report, const Output& output) {
  if (options.format == OutputFormat::kJson) {
    output.out() << ReportJson(report);
  } else if (report.StoryCount() > 0) {
    PrintReport(report, output);
  }
  if (!options.junit.empty()) {
    std::ofstream file(options.junit);
    file << ReportJunit(report);
    if (!file.flush()) {
      return output.Fail(kExitFailure, absl::StrCat("cannot write ", options.junit));
    }
  }
  return report.FailedCount() == 0 ? kExitOk : kExitTestsFailed;
}

int RunTest(const Options& options, const Output& output) {
  const RE2 filter(options.run, RE2::Quiet);
  if (!filter.ok()) {
    return output.Fail(kExitUsage, absl::StrCat("--run: ", filter.error()));
  }
  const absl::StatusOr<std::vector<std::string>> suites = FindSuites(options.paths);
  if (!suites.ok()) {
    return output.Fail(kExitFailure, std::string(suites.status().message()));
  }
  TestRun run(options, filter, output);
  const auto broken = std::count_if(suites->begin(), suites->end(),
                                    [&](const std::string& suite) { return !run.RunSuite(suite); });
  const TestReport& report = run.Finish();
  if (broken == 0 && report.StoryCount() == 0) {
    return output.Fail(kExitFailure, absl::StrCat("no story matches '", options.run, "'"));
  }
  const int exit_code = WriteReport(options, report, output);
  if (broken == 0 || exit_code == kExitFailure) {
    return exit_code;
  }
  return output.Fail(
      kExitRulesDoNotLoad,
      absl::StrCat(broken, " of ", Counted(std::ssize(*suites), "suite"),
                   broken == 1 ? " was" : " were", " not run: the suite or its rules do not load"));
}

}  // namespace

void AddTestCommand(CLI::App& app, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("test", "Run the story tests of rules");
  command->footer(kFooter);
  command->add_option("PATH", options->paths, "Suites or folders with suites")->required();
  AddOutputOption(*command, options->format);
  command->add_option("--junit", options->junit, "Write a JUnit report")->type_name("FILE");
  command->add_option("--run", options->run, "Only stories whose name matches")->type_name("REGEX");
  command->add_flag("--coverage", options->coverage,
                    "List rules and touchpoints that no story reached");
  command->callback([options, &output, &exit_code] { exit_code = RunTest(*options, output); });
}

}  // namespace waypost::cli
