// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string_view>

namespace waypost::cel {
namespace {

constexpr std::array<std::string_view, 11> kRequired = {
    "basic", "conversions", "fields",   "fp_math", "integer_math", "lists",
    "logic", "macros",      "plumbing", "string",  "timestamps"};
constexpr std::array<std::string_view, 2> kRequiredWithoutMessages = {"comparisons", "parse"};

template <typename Names>
bool Has(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const char* Demand(const std::string& file) {
  if (IsRequired(file)) {
    return "all";
  }
  return IsRequiredWithoutMessages(file) ? "all without messages" : "no fewer than before";
}

// What is wrong with the results of a file; empty when nothing is.
std::string ProblemOf(const std::string& file, const FileResult& result,
                      const std::map<std::string, int>& minimums) {
  if (IsRequired(file) || IsRequiredWithoutMessages(file)) {
    const bool complete = result.failures.empty() && result.passed > 0 &&
                          (result.not_applicable == 0 || !IsRequired(file));
    return complete ? "" : "every vector of " + file + " must pass";
  }
  const auto minimum = minimums.find(file);
  if (minimum == minimums.end()) {
    return file + " is not in the table of minimums";
  }
  return result.passed >= minimum->second
             ? ""
             : file + " passed " + std::to_string(minimum->second) + " before";
}

}  // namespace

bool IsRequired(const std::string& file) { return Has(kRequired, file); }

bool IsRequiredWithoutMessages(const std::string& file) {
  return Has(kRequiredWithoutMessages, file);
}

absl::Status ReadMinimums(const std::string& path, std::map<std::string, int>* minimums) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string name;
    int number = 0;
    if (words >> name >> number) {
      (*minimums)[name] = number;
    }
  }
  return minimums->empty() ? absl::NotFoundError("no minimums in " + path) : absl::OkStatus();
}

bool PrintReport(const Results& results, const std::map<std::string, int>& minimums) {
  std::printf("%-16s %7s %7s %15s  %s\n", "file", "passed", "failed", "not applicable",
              "must pass");
  FileResult total;
  std::vector<std::string> problems;
  for (const auto& [file, result] : results) {
    std::printf("%-16s %7d %7zu %15d  %s\n", file.c_str(), result.passed, result.failures.size(),
                result.not_applicable, Demand(file));
    total.passed += result.passed;
    total.not_applicable += result.not_applicable;
    total.failures.insert(total.failures.end(), result.failures.begin(), result.failures.end());
    if (std::string problem = ProblemOf(file, result, minimums); !problem.empty()) {
      problems.push_back(problem);
      for (const std::string& failure : result.failures) {
        problems.push_back("  " + failure);
      }
    }
  }
  for (const std::string_view file : kRequired) {
    if (results.find(std::string(file)) == results.end()) {
      problems.push_back("the suite has no file " + std::string(file));
    }
  }
  std::printf("%-16s %7d %7zu %15d\n", "all", total.passed, total.failures.size(),
              total.not_applicable);
  for (const std::string& problem : problems) {
    std::printf("%s\n", problem.c_str());
  }
  return problems.empty();
}

}  // namespace waypost::cel
