// SPDX-License-Identifier: Apache-2.0
// What may keep a closure from being asked about at this time: what happened since, and what the
// person was asked before. What each gate means is told in survey_gates.h.
#pragma once

#include <string_view>

#include "sidecar/journey/gates.h"
#include "sidecar/journey/survey_context.h"

namespace waypost::journey {

inline constexpr std::string_view kSameClosure = "SAME_CLOSURE";

[[nodiscard]] Gate SameClosureGate(const SurveyContext& context);
[[nodiscard]] Gate ReopenedGate(const SurveyContext& context);
[[nodiscard]] Gate NewWordGate(const SurveyContext& context);
[[nodiscard]] Gate OtherTicketOpenGate(const SurveyContext& context);
[[nodiscard]] Gate TooLateGate(const SurveyContext& context);
[[nodiscard]] Gate AlreadySurveyedGate(const SurveyContext& context);
[[nodiscard]] Gate CooldownGate(const SurveyContext& context);
[[nodiscard]] Gate OpenInvitationGate(const SurveyContext& context);
[[nodiscard]] Gate SampledOutGate(const SurveyContext& context);
[[nodiscard]] Gate SurveyAttentionGate(const SurveyContext& context);

}  // namespace waypost::journey
