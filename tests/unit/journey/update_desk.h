// SPDX-License-Identifier: Apache-2.0
// Rules that write to the person, and short forms for what becomes of their updates.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sidecar/journey/micros.h"
#include "tests/unit/journey/desk.h"

namespace waypost::journey {

// The person is told `text` and hears again within `next` (none when zero).
inline rules::Rule UpdateRule(const std::string& id, rules::EventTypes on, const std::string& text,
                              absl::Duration next = absl::ZeroDuration()) {
  rules::Rule rule;
  rule.id = id;
  rule.on = on;
  rule.update.emplace();
  for (const std::string& part :
       {text, std::string("Do nothing."), std::string("News by {{update.next_update_by}}."),
        std::string("See {{ticket.ref}}.")}) {
    rule.update->parts.push_back(testing::Texts({{"en", part}}));
  }
  if (next > absl::ZeroDuration()) rule.update->next_update_by["default"] = {next};
  return rule;
}

// A rule set with a journey for the user, owned by "desk-manager", and a provider.
inline rules::RuleSet UpdateRules(std::vector<rules::Rule> rules) {
  rules::RuleSet set;
  set.digest = "0123456789abcdef";
  set.languages = {"en"};
  set.stages = testing::DefaultStages();
  set.owners.push_back({"desk-manager", "Desk manager", {"ticket-note"}, {}});
  set.providers.push_back({"network", "Network team", {"Network*"}, std::nullopt, {}});
  rules::JourneyDefinition& user = set.journeys.emplace_back();
  user.id = "get-help";
  rules::Touchpoint& report = user.touchpoints.emplace_back();
  report.id = "report";
  report.owner = 0;
  set.rules = std::move(rules);
  return set;
}

// An agent's snapshot of INC1 with priority P3, in UTC.
inline v1::TicketEvent CalmTicketAt(int minutes, v1::StatusCategory category,
                                    const std::string& group = "Network 1") {
  v1::TicketEvent event = TicketAt(minutes, absl::StrCat("e", minutes), category, group);
  event.mutable_ticket()->set_priority("P3");
  return event;
}

// Tickets INC1, INC2, ... of the same person, each its own matter.
inline v1::TicketEvent ReportAt(int minutes, int number,
                                v1::StatusCategory category = v1::STATUS_CATEGORY_NEW) {
  v1::TicketEvent event = CalmTicketAt(minutes, category);
  event.set_event_id(absl::StrCat("e", number, "-", minutes));
  event.mutable_ticket()->set_ref(absl::StrCat("INC", number));
  return event;
}

inline v1::TicketEvent CommentAt(int minutes, v1::StatusCategory category,
                                 v1::ActorRole by = v1::ACTOR_ROLE_AGENT,
                                 v1::Visibility visibility = v1::VISIBILITY_BOTH) {
  v1::TicketEvent event = CalmTicketAt(minutes, category);
  event.set_event_id(absl::StrCat("c", minutes));
  event.mutable_actor()->set_role(by);
  event.mutable_comment()->set_body("text");
  event.mutable_comment()->set_visibility(visibility);
  return event;
}

// "told" per update, "not told: CODE" or "told waits: CODE" per suppressed one, by rule id.
inline std::vector<std::string> Fates(const v1::Enrichment& decided) {
  std::vector<std::string> fates;
  for (const v1::StatusUpdate& update : decided.status_updates()) fates.push_back(update.rule_id());
  for (const v1::SuppressedAction& suppressed : decided.suppressed_actions()) {
    fates.push_back(absl::StrCat(
        suppressed.rule_id(),
        suppressed.has_waits_until() ? " waits: " : " dropped: ", suppressed.reason_code()));
  }
  return fates;
}

// The minutes after the start at which things became due, each with its fates.
inline std::vector<std::string> Fates(const std::vector<internal::v1::Decision>& decisions) {
  std::vector<std::string> fates;
  for (const internal::v1::Decision& decision : decisions) {
    const absl::Duration after = absl::FromUnixMicros(decision.due_at()) - At(0);
    const std::vector<std::string> one = Fates(decision.enrichment());
    for (const std::string& fate : one) {
      fates.push_back(absl::StrCat("+", absl::ToInt64Minutes(after), " ", fate));
    }
    if (one.empty()) fates.push_back(absl::StrCat("+", absl::ToInt64Minutes(after)));
  }
  return fates;
}

}  // namespace waypost::journey
