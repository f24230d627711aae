// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sidecar/rules/rule_set.h"
#include "waypost/v1/insight_service.pb.h"

namespace waypost::pipeline {

// A touchpoint for the rules file that would take these events, in YAML, with the first stage and
// owner of the rule set to be replaced by the right ones.
[[nodiscard]] std::string SuggestTouchpoint(const v1::UnmappedEvents& events,
                                            const rules::RuleSet& rules);

}  // namespace waypost::pipeline
