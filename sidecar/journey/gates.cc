// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/gates.h"

#include "absl/strings/str_cat.h"

namespace waypost::journey {

Gate ShadowGate(const rules::Rule& rule) {
  return rule.shadow
             ? Gate{"SHADOW_MODE", false, "The rule is in shadow mode: nothing is delivered."}
             : Gate{"SHADOW_MODE", true, "The rule is not in shadow mode."};
}

Gate WriteBackGate(const Situation& situation) {
  return situation.actor_role() == v1::ACTOR_ROLE_WAYPOST
             ? Gate{"OWN_WRITE_BACK", false, "The event is Waypost's own message coming home."}
             : Gate{"OWN_WRITE_BACK", true, "The event is not Waypost's own."};
}

Gate LateGate(const Situation& situation) {
  return situation.folded().overtaken
             ? Gate{"LATE_EVENT", false,
                    "A newer event of the ticket is known: this is of the past."}
             : Gate{"LATE_EVENT", true, "No newer event of the ticket is known."};
}

std::string MinuteText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
}

}  // namespace waypost::journey
