// SPDX-License-Identifier: Apache-2.0
// Which touchpoint an event passes for each consumer role, and where that takes the role.
#pragma once

#include <cstddef>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "sidecar/journey/situation.h"
#include "sidecar/rules/matcher.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::journey {

// One role's step. The first journey definition whose condition holds applies, and stays as long as
// the rule set has it; only the first ticket of a journey that had but signals chooses anew.
struct RoleStep {
  v1::ConsumerRole role = v1::CONSUMER_ROLE_USER;
  size_t definition = 0;               // number in RuleSet::journeys
  std::optional<rules::Match> passed;  // number in the definition's touchpoints
  // The role stands at the touchpoint passed. A late event only places a role that has none:
  // where it stands is what the newest events say.
  bool moved = false;
  bool backward = false;  // to a stage before the last one
};
using RoleSteps = absl::InlinedVector<RoleStep, 3>;

// The steps of the roles that a definition applies to, in the order user, customer, sponsor. Moves
// the situation to where the user stands after it.
[[nodiscard]] RoleSteps TakeSteps(rules::Matcher* matcher, Situation* situation,
                                  rules::RuleErrors* errors);

// Writes the steps into the decision: positions, touchpoints and the provider that holds the ball.
void WritePositions(const RoleSteps& steps, const Situation& situation,
                    internal::v1::Decision* decision);

}  // namespace waypost::journey
