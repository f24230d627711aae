// SPDX-License-Identifier: Apache-2.0
// What may keep a rule whose condition holds from acting.
#pragma once

#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "sidecar/journey/situation.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::journey {

// One gate's answer.
struct Gate {
  std::string_view code;  // stable, such as ALERT_ALREADY_OPEN
  bool passed = true;
  std::string reason;  // a sentence
  // When closed: until then; InfiniteFuture for good.
  absl::Time until = absl::InfiniteFuture();
};
using Gates = absl::InlinedVector<Gate, 4>;

// SHADOW_MODE: closed for a rule that is only watched.
[[nodiscard]] Gate ShadowGate(const rules::Rule& rule);

// OWN_WRITE_BACK: closed for events that are Waypost's own messages coming home; no rule runs on
// them.
[[nodiscard]] Gate WriteBackGate(const Situation& situation);

// LATE_EVENT: closed for status updates and surveys when the event is older than the newest one
// known of its ticket (for a lone signal: of its journey): the person would be told of the past as
// if it were new.
[[nodiscard]] Gate LateGate(const Situation& situation);

// LATE_EVENT: closed for an event older than the newest one known of a journey that has ended.
// Otherwise ALERT_ALREADY_OPEN: at most one alert of a rule is open per journey.
[[nodiscard]] Gate AlertGate(const rules::Rule& rule, const Situation& situation);

// What keeps a survey from being sent, in this order, up to the first that is closed: LATE_EVENT,
// MERGED, CHILD_OF_PARENT, REQUESTER_IS_AGENT, ALREADY_SURVEYED (once per journey; `decided` holds
// what this event decided so far).
[[nodiscard]] Gates SurveyGates(const Situation& situation, const v1::Enrichment& decided);

}  // namespace waypost::journey
