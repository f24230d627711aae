// SPDX-License-Identifier: Apache-2.0
// Parts for rule sets that tests build by hand. Expressions that do not compile end the test run.
#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "sidecar/cel/program.h"
#include "sidecar/rules/rule_set.h"

namespace waypost::testing {

[[nodiscard]] cel::Program Condition(std::string_view source);
[[nodiscard]] cel::Template Text(std::string_view source);

// Language and text, the first being the fallback.
[[nodiscard]] rules::LocalizedTemplate Texts(
    std::initializer_list<std::pair<std::string_view, std::string_view>> texts);

[[nodiscard]] rules::EventTypes On(std::initializer_list<v1::EventType> types);

// The stages of ITIL's customer journey, "explore" to "realize".
[[nodiscard]] std::vector<rules::Stage> DefaultStages();

// Freezes the rule set with its index.
[[nodiscard]] std::shared_ptr<const rules::RuleSet> Freeze(rules::RuleSet rule_set);

}  // namespace waypost::testing
