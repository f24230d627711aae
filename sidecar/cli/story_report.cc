// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/story_report.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sidecar/cli/json_writer.h"
#include "sidecar/cli/names.h"
#include "sidecar/text/markup.h"
#include "sidecar/text/printable.h"

namespace waypost::cli {
namespace {

void PrintStep(const FailedStep& step, const Output& output) {
  output.out() << "     step " << step.number << ", " << Printable(step.at) << "  "
               << output.Paint(step.location.ToString(), Colour::kDim) << '\n';
  for (const auto& line : absl::StrSplit(step.error, '\n', absl::SkipEmpty())) {
    output.out() << "       " << output.Paint("refused: ", Colour::kRed)
                 << Printable(std::string_view(line.data(), line.size())) << '\n';
  }
  for (const Difference& difference : step.differences) {
    output.out() << "       " << Printable(difference.what) << '\n'
                 << output.Paint("         - expected: ", Colour::kGreen)
                 << Printable(difference.expected, "\n") << '\n'
                 << output.Paint("         + actual:   ", Colour::kRed)
                 << Printable(difference.actual, "\n") << '\n';
  }
}

void PrintCoverage(const CoverageReport& coverage, const Output& output) {
  const size_t fired = coverage.rule_count - coverage.rules_not_fired.size();
  const size_t passed = coverage.touchpoint_count - coverage.touchpoints_not_passed.size();
  output.out() << "\nCoverage of " << coverage.rules << ": " << fired << " of "
               << coverage.rule_count << " rules fired, " << passed << " of "
               << coverage.touchpoint_count << " touchpoints passed\n";
  for (const std::string& rule : coverage.rules_not_fired) {
    output.out() << "  rule never fired: " << rule << '\n';
  }
  for (const std::string& touchpoint : coverage.touchpoints_not_passed) {
    output.out() << "  touchpoint never passed: " << touchpoint << '\n';
  }
}

std::string StepText(const FailedStep& step) {
  std::string text = absl::StrCat(step.location.ToString(), ": step ", step.number, ", ", step.at);
  if (!step.error.empty()) {
    absl::StrAppend(&text, "\n  refused: ", step.error);
  }
  for (const Difference& difference : step.differences) {
    absl::StrAppend(&text, "\n  ", difference.what, ": expected ", difference.expected, ", actual ",
                    difference.actual);
  }
  return text;
}

void WriteStory(const StoryResult& story, JsonWriter* json) {
  json->BeginObject();
  json->Key("name").String(story.name);
  json->Key("location").String(story.location.ToString());
  json->Key("passed").Bool(story.passed());
  json->Key("failedSteps").BeginArray();
  for (const FailedStep& step : story.failed_steps) {
    json->BeginObject();
    json->Key("step").Int(static_cast<int64_t>(step.number));
    json->Key("at").String(step.at);
    json->Key("location").String(step.location.ToString());
    json->Key("error").String(step.error);
    json->Key("differences").BeginArray();
    for (const Difference& difference : step.differences) {
      json->BeginObject().Key("what").String(difference.what);
      json->Key("expected").String(difference.expected);
      json->Key("actual").String(difference.actual).EndObject();
    }
    json->EndArray().EndObject();
  }
  json->EndArray().EndObject();
}

void WriteNames(const std::vector<std::string>& names, JsonWriter* json) {
  json->BeginArray();
  for (const std::string& name : names) {
    json->String(name);
  }
  json->EndArray();
}

size_t FailedIn(const SuiteResult& suite) {
  size_t failed = 0;
  for (const StoryResult& story : suite.stories) {
    failed += story.passed() ? 0 : 1;
  }
  return failed;
}

}  // namespace

size_t TestReport::StoryCount() const {
  size_t count = 0;
  for (const SuiteResult& suite : suites) {
    count += suite.stories.size();
  }
  return count;
}

size_t TestReport::FailedCount() const {
  size_t count = 0;
  for (const SuiteResult& suite : suites) {
    count += FailedIn(suite);
  }
  return count;
}

void PrintReport(const TestReport& report, const Output& output) {
  for (const SuiteResult& suite : report.suites) {
    output.out() << output.Paint(suite.name, Colour::kBold) << "  "
                 << output.Paint(suite.path, Colour::kDim) << '\n';
    for (const StoryResult& story : suite.stories) {
      output.out() << "  "
                   << (story.passed() ? output.Paint("ok  ", Colour::kGreen)
                                      : output.Paint("FAIL", Colour::kRed))
                   << ' ' << Printable(story.name) << '\n';
      for (const FailedStep& step : story.failed_steps) {
        PrintStep(step, output);
      }
    }
  }
  for (const CoverageReport& coverage : report.coverage) {
    PrintCoverage(coverage, output);
  }
  const size_t failed = report.FailedCount();
  output.out() << '\n'
               << Counted(static_cast<int64_t>(report.StoryCount()), "story", "stories") << " in "
               << Counted(std::ssize(report.suites), "suite") << ": "
               << (failed == 0 ? output.Paint("all passed", Colour::kGreen)
                               : output.Paint(absl::StrCat(failed, " failed"), Colour::kRed))
               << '\n';
}

std::string ReportJson(const TestReport& report) {
  JsonWriter json;
  json.BeginObject();
  json.Key("stories").Int(static_cast<int64_t>(report.StoryCount()));
  json.Key("failed").Int(static_cast<int64_t>(report.FailedCount()));
  json.Key("suites").BeginArray();
  for (const SuiteResult& suite : report.suites) {
    json.BeginObject().Key("name").String(suite.name).Key("path").String(suite.path);
    json.Key("stories").BeginArray();
    for (const StoryResult& story : suite.stories) {
      WriteStory(story, &json);
    }
    json.EndArray().EndObject();
  }
  json.EndArray();
  json.Key("coverage").BeginArray();
  for (const CoverageReport& coverage : report.coverage) {
    json.BeginObject().Key("rules").String(coverage.rules);
    json.Key("ruleCount").Int(static_cast<int64_t>(coverage.rule_count));
    json.Key("touchpointCount").Int(static_cast<int64_t>(coverage.touchpoint_count));
    json.Key("rulesNotFired");
    WriteNames(coverage.rules_not_fired, &json);
    json.Key("touchpointsNotPassed");
    WriteNames(coverage.touchpoints_not_passed, &json);
    json.EndObject();
  }
  return json.EndArray().EndObject().Take();
}

std::string ReportJunit(const TestReport& report) {
  std::string xml =
      absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"",
                   report.StoryCount(), "\" failures=\"", report.FailedCount(), "\">\n");
  for (const SuiteResult& suite : report.suites) {
    absl::StrAppend(&xml, "  <testsuite name=\"", EscapeMarkup(suite.name), "\" tests=\"",
                    suite.stories.size(), "\" failures=\"", FailedIn(suite), "\">\n");
    for (const StoryResult& story : suite.stories) {
      absl::StrAppend(&xml, "    <testcase classname=\"", EscapeMarkup(suite.name), "\" name=\"",
                      EscapeMarkup(story.name), "\" file=\"", EscapeMarkup(suite.path),
                      "\" line=\"", story.location.line, "\"");
      if (story.passed()) {
        xml += "/>\n";
        continue;
      }
      std::string text;
      for (const FailedStep& step : story.failed_steps) {
        absl::StrAppend(&text, StepText(step), "\n");
      }
      absl::StrAppend(&xml, ">\n      <failure message=\"",
                      Counted(std::ssize(story.failed_steps), "step"), " went otherwise\">",
                      EscapeMarkup(text), "</failure>\n    </testcase>\n");
    }
    xml += "  </testsuite>\n";
  }
  return xml + "</testsuites>\n";
}

}  // namespace waypost::cli
