// SPDX-License-Identifier: Apache-2.0
// The rows of the table in keys.h, one function a mapping. Internal to the directory.
#pragma once

#include "sidecar/rules/keys.h"

namespace waypost::rules {

Mapping FileMapping();
Mapping StitchingMapping();
Mapping CapsMapping();
Mapping PromisesMapping();
Mapping SurveysMapping();
Mapping CalendarMapping();
Mapping HolidayFileMapping();
Mapping OwnerMapping();
Mapping ProviderMapping();
Mapping PersonaMapping();
Mapping StageMapping();
Mapping JourneyMapping();
Mapping TouchpointMapping();
Mapping RuleMapping();
Mapping AlertMapping();
Mapping UpdateMapping();
Mapping SurveyMapping();
Mapping XlaMapping();
Mapping SilenceMapping();

}  // namespace waypost::rules
