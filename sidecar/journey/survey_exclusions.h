// SPDX-License-Identifier: Apache-2.0
// Which closures and which persons are not asked about, whatever happens next. What each gate means
// is told in survey_gates.h.
#pragma once

#include "sidecar/journey/gates.h"
#include "sidecar/journey/survey_context.h"

namespace waypost::journey {

[[nodiscard]] Gate MergedGate(const SurveyContext& context);
[[nodiscard]] Gate ChildOfParentGate(const SurveyContext& context);
[[nodiscard]] Gate NoTicketGate(const SurveyContext& context);
[[nodiscard]] Gate RequesterIsAgentGate(const SurveyContext& context);
[[nodiscard]] Gate NotClosedGate(const SurveyContext& context);
[[nodiscard]] Gate NoRecipientGate(const SurveyContext& context);
[[nodiscard]] Gate SelfLoggedGate(const SurveyContext& context);
[[nodiscard]] Gate AutoClosedGate(const SurveyContext& context);
[[nodiscard]] Gate NotServedGate(const SurveyContext& context);
[[nodiscard]] Gate ServiceAccountGate(const SurveyContext& context);
[[nodiscard]] Gate ExcludedGate(const SurveyContext& context);
[[nodiscard]] Gate OptedOutGate(const SurveyContext& context);

}  // namespace waypost::journey
