// SPDX-License-Identifier: Apache-2.0
// Where the consumer roles of a journey stand.
#pragma once

#include <cstdint>

#include "waypost/internal/v1/state.pb.h"

namespace waypost::journey {

// Stage visits kept per role; the oldest go first.
inline constexpr int kMaxStageVisits = 100;

// The state of the role, added when missing.
internal::v1::RoleState* MutableRole(v1::ConsumerRole role, internal::v1::JourneyState* journey);

// Counts a passed touchpoint by its kind.
void CountTouchpoint(v1::TouchpointKind kind, internal::v1::RoleState* role);

// Notes that the role entered the stage (a number of the journey's names), unless it is there.
void EnterStage(uint32_t stage, int64_t at, internal::v1::RoleState* role);

}  // namespace waypost::journey
