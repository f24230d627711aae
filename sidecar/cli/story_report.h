// SPDX-License-Identifier: Apache-2.0
// What became of story suites, for people and programs.
#pragma once

#include <string>
#include <vector>

#include "sidecar/cli/output.h"
#include "sidecar/cli/story_runner.h"

namespace waypost::cli {

struct SuiteResult {
  std::string path;
  std::string name;
  std::vector<StoryResult> stories;
};

// How far the stories reach into one rule set.
struct CoverageReport {
  std::string rules;  // the path
  size_t rule_count = 0;
  size_t touchpoint_count = 0;
  std::vector<std::string> rules_not_fired;
  std::vector<std::string> touchpoints_not_passed;
};

struct TestReport {
  std::vector<SuiteResult> suites;
  std::vector<CoverageReport> coverage;  // empty unless asked for

  [[nodiscard]] size_t StoryCount() const;
  [[nodiscard]] size_t FailedCount() const;
};

void PrintReport(const TestReport& report, const Output& output);
[[nodiscard]] std::string ReportJson(const TestReport& report);
// The XML that JUnit made common: a testsuite per suite, a testcase per story.
[[nodiscard]] std::string ReportJunit(const TestReport& report);

}  // namespace waypost::cli
