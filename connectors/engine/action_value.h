// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "connectors/engine/survey_links.h"
#include "sidecar/cel/value.h"
#include "waypost/v1/action.pb.h"

namespace waypost::connectors {

// An action as the expressions of a profile's `write:` read it, a map of texts and whatever else is
// named here:
//   id, kind (a word of ActionKind: "alert", "status_update", ...), ticket_ref, person_id,
//   journey_id, text (of an alert, an update, of all alerts of a digest with line breaks; why an
//   alert is over), owner, owner_id, severity ("info", "warning", "critical"), rule_id,
//   draft (bool), language, survey_kind ("csat", ...), survey_id, reminder (bool),
//   survey_role ("user": the requester is asked; "customer", "sponsor": the person `person_id`),
//   survey_link (where the person answers, or empty), survey_ratings (a list, lowest first, of maps
//   with `rating`, such as "4", and `link`, where that rating is chosen already);
//   annotations: a map, such as {"journey.stage": "engage"}.
// Texts that the action does not have are empty. `links` may be null.
[[nodiscard]] cel::Value ActionValue(const v1::Action& action, const SurveyLinks* links);

// The words of `kind`, for messages.
[[nodiscard]] std::string_view ActionKindWord(v1::ActionKind kind);

}  // namespace waypost::connectors
