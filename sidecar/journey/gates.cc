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

Gate AlertGate(const rules::Rule& rule, const Situation& situation) {
  if (situation.folded().late && situation.journey().progress().ended_at() != 0) {
    return {"LATE_EVENT", false, "Newer events are known, and the journey has ended."};
  }
  for (const v1::OpenAlert& open : situation.journey().open_alerts()) {
    if (open.alert().rule_id() == rule.id) {
      return {
          "ALERT_ALREADY_OPEN", false,
          absl::StrCat("The alert ", open.alert().id(), " of this rule is open for this journey.")};
    }
  }
  return {"ALERT_ALREADY_OPEN", true, "No alert of this rule is open for this journey."};
}

std::string MinuteText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
}

}  // namespace waypost::journey
