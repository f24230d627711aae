// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sidecar/cli/story_expectation.h"
#include "sidecar/cli/story_suite.h"
#include "sidecar/rules/rule_set.h"

namespace waypost::cli {

// A step that went otherwise than expected.
struct FailedStep {
  size_t number = 0;  // from 1
  Location location;
  std::string at;     // "+2h0m0s from the start"
  std::string error;  // the event was refused; no differences then
  std::vector<Difference> differences;
};

struct StoryResult {
  std::string name;
  Location location;
  std::vector<FailedStep> failed_steps;

  [[nodiscard]] bool passed() const { return failed_steps.empty(); }
};

// What of a rule set the stories reached.
struct Coverage {
  std::set<std::string> rules;        // that fired, also in shadow mode
  std::set<std::string> touchpoints;  // that were passed, as "JOURNEY/TOUCHPOINT"
};

// Plays a story on an empty desk. The clock goes on to each step's time, and never goes back; what
// becomes due on the way happens.
[[nodiscard]] StoryResult RunStory(const Story& story,
                                   const std::shared_ptr<const rules::RuleSet>& rules,
                                   Coverage* coverage);

// What of `rules` is not in `coverage`, in file order.
[[nodiscard]] std::vector<std::string> RulesNotFired(const rules::RuleSet& rules,
                                                     const Coverage& coverage);
[[nodiscard]] std::vector<std::string> TouchpointsNotPassed(const rules::RuleSet& rules,
                                                            const Coverage& coverage);

}  // namespace waypost::cli
