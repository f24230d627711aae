// SPDX-License-Identifier: Apache-2.0
// The journey as the API shows it.
#pragma once

#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/journey.pb.h"

namespace waypost::journey {

// Tickets oldest first; holders and possessions by provider where the rules know one for the group;
// alignment and gaps against the ideal paths in force. With `with_timeline` also the steps that are
// kept (at most 1,000), oldest first. Linear in the entries; thread-safe on a state that stands
// still.
[[nodiscard]] v1::Journey ViewJourney(const internal::v1::JourneyState& journey,
                                      const rules::RuleSet& rules, bool with_timeline);

}  // namespace waypost::journey
