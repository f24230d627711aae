// SPDX-License-Identifier: Apache-2.0
// What may keep a rule whose condition holds from acting. Of alerts: alert_gates.h; of surveys:
// survey_gates.h.
#pragma once

#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "sidecar/journey/situation.h"
#include "sidecar/rules/rule_set.h"

namespace waypost::journey {

inline constexpr std::string_view kTooLate = "TOO_LATE";

// What was due longer ago than this, when nobody could look, is not done any more: it tells the
// person or the owner of another week. A weekend without the sidecar is not too long.
inline constexpr absl::Duration kLongestDelay = absl::Hours(72);

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

// An instant as reasons tell it: "2026-11-22 14:30 UTC".
[[nodiscard]] std::string MinuteText(absl::Time time);

}  // namespace waypost::journey
