// SPDX-License-Identifier: Apache-2.0
// The journey as the API shows it.
#pragma once

#include <optional>

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

// One role of it, which costs far less; nothing when the journey has none of a definition for it.
[[nodiscard]] std::optional<v1::RoleProjection> ViewRole(const internal::v1::JourneyState& journey,
                                                         v1::ConsumerRole role,
                                                         const rules::RuleSet& rules);

}  // namespace waypost::journey
