// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sidecar/cli/story_suite.h"
#include "sidecar/mapping/spec_reader.h"

namespace waypost::cli {

// Reads the value of a step's `expect`; reports what is wrong.
[[nodiscard]] Expectation ReadExpectation(const yaml::Node& node, mapping::SpecReader* reader);

// How a decision differs from what was expected.
struct Difference {
  std::string what;      // "stage of user", "alert ping-pong"
  std::string expected;  // "co_create", "nothing"
  std::string actual;
};

// Compares. `at` is the step's time. `when` tells of actions that time brought, by their ids, when
// they happened: "+2h30m".
[[nodiscard]] std::vector<Difference> Compare(const Expectation& expect,
                                              const v1::Enrichment& enrichment, absl::Time at,
                                              const std::map<std::string, std::string>& when = {});

}  // namespace waypost::cli
