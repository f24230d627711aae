// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "sidecar/cel/value.h"
#include "waypost/v1/action.pb.h"

namespace waypost::connectors {

// An action as the expressions of a profile's `write:` read it, a map of texts and whatever else is
// named here:
//   id, kind (a word of ActionKind: "alert", "status_update", ...), ticket_ref, person_id,
//   journey_id, text (of an alert, an update, of all alerts of a digest with line breaks; why an
//   alert is over), owner, owner_id, severity ("info", "warning", "critical"), rule_id,
//   draft (bool), language, survey_kind ("csat", ...), survey_id, reminder (bool),
//   survey_role ("user": the requester is asked; "customer", "sponsor": the person `person_id`);
//   annotations: a map, such as {"journey.stage": "engage"}.
// Texts that the action does not have are empty.
[[nodiscard]] cel::Value ActionValue(const v1::Action& action);

// The words of `kind`, for messages.
[[nodiscard]] std::string_view ActionKindWord(v1::ActionKind kind);

}  // namespace waypost::connectors
