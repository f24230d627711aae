// SPDX-License-Identifier: Apache-2.0
// Rules that alert, and short forms for what becomes of their alerts.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sidecar/journey/micros.h"
#include "tests/unit/journey/update_desk.h"

namespace waypost::journey {

inline rules::Rule AlertRule(const std::string& id, rules::EventTypes on,
                             const std::string& condition = "",
                             v1::Severity severity = v1::SEVERITY_WARNING) {
  rules::Rule rule;
  rule.id = id;
  rule.on = on;
  if (!condition.empty()) rule.condition = testing::Condition(condition);
  rule.alert.emplace();
  rule.alert->severity = severity;
  rule.alert->text = testing::Texts({{"", absl::StrCat(id, " of {{ticket.group}}")}});
  return rule;
}

// Fires on each hand-over.
inline rules::Rule MovedAlert(const std::string& id = "moved",
                              v1::Severity severity = v1::SEVERITY_WARNING) {
  return AlertRule(id, testing::On({v1::EVENT_TYPE_ASSIGNED}), "", severity);
}

// Warns of what lasts: the ticket is with the vendor.
inline rules::Rule AtVendor(absl::Duration hold) {
  rules::Rule rule =
      AlertRule("at-vendor", testing::On({v1::EVENT_TYPE_ASSIGNED}), "ticket.group == \"Vendor\"");
  if (hold > absl::ZeroDuration()) rule.hold = calendar::Span{hold};
  return rule;
}

// "raised R", "again R", "resolved R: CODE", "R waits: CODE", "R dropped: CODE", by rule.
inline std::vector<std::string> AlertFates(const v1::Enrichment& decided) {
  std::vector<std::string> fates;
  for (const v1::ExperienceAlert& alert : decided.alerts()) {
    fates.push_back(
        absl::StrCat(alert.repeats_id().empty() ? "raised " : "again ", alert.rule_id()));
  }
  for (const v1::AlertResolution& resolved : decided.resolved_alerts()) {
    fates.push_back(absl::StrCat("resolved ", resolved.rule_id(), ": ", resolved.reason_code()));
  }
  for (const v1::SuppressedAction& suppressed : decided.suppressed_actions()) {
    fates.push_back(absl::StrCat(
        suppressed.rule_id(),
        suppressed.has_waits_until() ? " waits: " : " dropped: ", suppressed.reason_code()));
  }
  return fates;
}

// The same over time, each behind the minutes after the start.
inline std::vector<std::string> AlertFates(const std::vector<internal::v1::Decision>& decisions) {
  std::vector<std::string> fates;
  for (const internal::v1::Decision& decision : decisions) {
    const absl::Duration after = absl::FromUnixMicros(decision.decided_at()) - At(0);
    for (const std::string& fate : AlertFates(decision.enrichment())) {
      fates.push_back(absl::StrCat("+", absl::ToInt64Minutes(after), " ", fate));
    }
  }
  return fates;
}

}  // namespace waypost::journey
