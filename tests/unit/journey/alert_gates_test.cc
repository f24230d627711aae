// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/alert_gates.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/journey/alert_desk.h"

namespace waypost::journey {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::waypost::testing::Freeze;
using ::waypost::testing::On;

constexpr v1::StatusCategory kOpen = v1::STATUS_CATEGORY_OPEN;

// Each fires on every hand-over, and each is an alert of its own.
std::vector<rules::Rule> Several(int count, v1::Severity severity = v1::SEVERITY_WARNING) {
  std::vector<rules::Rule> rules;
  for (int i = 1; i <= count; ++i) {
    rules.push_back(MovedAlert(absl::StrCat("r", i), severity));
  }
  return rules;
}

v1::TicketEvent InGroup(int minutes, const std::string& group) {
  return CalmTicketAt(minutes, kOpen, group);
}

TEST(AlertCapTest, WhatIsTooManyForATicketInADayWaits) {
  Desk desk(Freeze(UpdateRules(Several(5))));
  desk.Record(InGroup(0, "A"));
  EXPECT_THAT(AlertFates(desk.Record(InGroup(10, "B"))),
              ElementsAre("raised r1", "raised r2", "raised r3", "r4 waits: TICKET_CAP",
                          "r5 waits: TICKET_CAP"));
  EXPECT_THAT(AlertFates(desk.Record(InGroup(20, "C"))), IsEmpty()) << "they wait already";
  EXPECT_THAT(AlertFates(desk.Pass(At(10 + 24 * 60 - 1))), IsEmpty());
  EXPECT_THAT(AlertFates(desk.Pass(At(10 + 24 * 60))),
              ElementsAre("+1450 raised r4", "+1450 raised r5"));
}

TEST(AlertCapTest, CriticalOnesAreFreeOfItAndUseNothingUp) {
  std::vector<rules::Rule> rules = Several(4, v1::SEVERITY_CRITICAL);
  rules.push_back(MovedAlert("warning"));
  Desk desk(Freeze(UpdateRules(rules)));
  desk.Record(InGroup(0, "A"));
  EXPECT_THAT(AlertFates(desk.Record(InGroup(10, "B"))), SizeIs(5));
  EXPECT_THAT(desk.record().journeys[0].alerts_told(), SizeIs(1));
}

TEST(AlertCapTest, IsCountedByTicketAndSetInTheRules) {
  rules::RuleSet rules = UpdateRules(Several(2));
  rules.caps.alerts_per_ticket_per_day = 1;
  Desk desk(Freeze(std::move(rules)));
  for (const char* ref : {"INC1", "INC2"}) {
    for (const auto& [minutes, group] : {std::pair(0, "A"), std::pair(10, "B")}) {
      v1::TicketEvent event = InGroup(minutes, group);
      event.set_event_id(absl::StrCat(ref, minutes));
      event.mutable_ticket()->set_ref(ref);
      event.mutable_ticket()->set_category(ref);
      const v1::Enrichment decided = desk.Record(event);
      if (minutes == 0) continue;
      EXPECT_THAT(AlertFates(decided), ElementsAre("raised r1", "r2 waits: TICKET_CAP")) << ref;
    }
  }
}

TEST(AlertInhibitionTest, OnlyAlertsAboutSilenceAreTheParentsToTell) {
  rules::Rule dark = AlertRule("dark", {});
  dark.timer_driven = true;
  dark.after_silence["default"] = {absl::Hours(1)};
  const struct {
    const char* name;
    const char* parent;
    const char* want;
  } kCases[] = {
      {"no parent", "", "+70 raised dark"},
      {"an unknown one", "?", "+70 raised dark"},
      {"a known one", "MI1", "+70 dark dropped: INHIBITED"},
  };
  for (const auto& row : kCases) {
    Desk desk(Freeze(UpdateRules({dark, MovedAlert()})));
    v1::TicketEvent created = InGroup(0, "A");
    created.mutable_actor()->set_role(v1::ACTOR_ROLE_CUSTOMER);
    created.mutable_ticket()->set_parent_ref(row.parent);
    desk.Record(created);
    EXPECT_THAT(AlertFates(desk.Record(InGroup(5, "B"))), ElementsAre("raised moved")) << row.name;
    desk.Record(CommentAt(10, kOpen));
    EXPECT_THAT(AlertFates(desk.Pass(At(71))), ElementsAre(row.want)) << row.name;
  }
}

TEST(AlertInhibitionTest, AParentThatHasEndedSpeaksNoMore) {
  rules::Rule dark = AlertRule("dark", {});
  dark.timer_driven = true;
  dark.after_silence["default"] = {absl::Hours(1)};
  Desk desk(Freeze(UpdateRules({dark})));
  v1::TicketEvent parent = InGroup(0, "A");
  parent.mutable_ticket()->set_ref("MI1");
  parent.mutable_ticket()->set_category("network");
  desk.Record(parent);
  v1::TicketEvent child = InGroup(1, "A");
  child.mutable_ticket()->set_parent_ref("MI1");
  child.mutable_ticket()->set_category("network");
  desk.Record(child);
  parent.set_event_id("ended");
  parent.mutable_occurred_at()->set_seconds(absl::ToUnixSeconds(At(2)));
  parent.mutable_ticket()->set_status_category(v1::STATUS_CATEGORY_RESOLVED);
  desk.Record(parent);
  EXPECT_THAT(AlertFates(desk.Pass(At(62))), ElementsAre("+62 raised dark"));
}

// A silence from 09:30 to 10:30 on the first day.
rules::Silence Hour() {
  rules::Silence silence;
  silence.id = "works";
  silence.from = At(30);
  silence.until = At(90);
  silence.reason = "new switches";
  return silence;
}

TEST(AlertSilenceTest, MutesWhatFitsAllItsListsWhileItLasts) {
  const struct {
    const char* name;
    void (*set)(rules::Silence*);
    int at;
    const char* want;
  } kCases[] = {
      {"rule", [](auto* s) { s->rules = {"moved"}; }, 60, "moved dropped: SILENCED"},
      {"pattern", [](auto* s) { s->rules = {"mo*"}; }, 60, "moved dropped: SILENCED"},
      {"other rule", [](auto* s) { s->rules = {"dark"}; }, 60, "raised moved"},
      {"owner", [](auto* s) { s->owners = {"desk-manager"}; }, 60, "moved dropped: SILENCED"},
      {"other owner", [](auto* s) { s->owners = {"desk"}; }, 60, "raised moved"},
      {"group", [](auto* s) { s->groups = {"Net*"}; }, 60, "moved dropped: SILENCED"},
      {"other group", [](auto* s) { s->groups = {"Storage"}; }, 60, "raised moved"},
      {"service", [](auto* s) { s->services = {"vpn"}; }, 60, "moved dropped: SILENCED"},
      {"other service", [](auto* s) { s->services = {"mail"}; }, 60, "raised moved"},
      {"rule and group",
       [](auto* s) {
         s->rules = {"*"};
         s->groups = {"Network 2"};
       },
       60, "moved dropped: SILENCED"},
      {"rule and other group",
       [](auto* s) {
         s->rules = {"*"};
         s->groups = {"Storage"};
       },
       60, "raised moved"},
      {"maintenance",
       [](auto* s) {
         s->rules = {"*"};
         s->maintenance = true;
       },
       60, "moved dropped: MAINTENANCE"},
      {"before", [](auto* s) { s->rules = {"*"}; }, 29, "raised moved"},
      {"from its first moment", [](auto* s) { s->rules = {"*"}; }, 30, "moved dropped: SILENCED"},
      {"to its last", [](auto* s) { s->rules = {"*"}; }, 89, "moved dropped: SILENCED"},
      {"after", [](auto* s) { s->rules = {"*"}; }, 90, "raised moved"},
  };
  for (const auto& row : kCases) {
    rules::RuleSet rules = UpdateRules({MovedAlert()});
    rules.silences.push_back(Hour());
    row.set(&rules.silences.back());
    Desk desk(Freeze(std::move(rules)));
    v1::TicketEvent created = InGroup(0, "Network 1");
    created.mutable_ticket()->set_service("vpn");
    desk.Record(created);
    const v1::Enrichment decided = desk.Record(InGroup(row.at, "Network 2"));
    EXPECT_THAT(AlertFates(decided), ElementsAre(row.want)) << row.name;
    if (decided.suppressed_actions().empty()) continue;
    EXPECT_THAT(decided.suppressed_actions(0).reason(), HasSubstr("new switches")) << row.name;
    EXPECT_THAT(desk.record().journeys[0].open_alerts(), IsEmpty()) << row.name;
  }
}

TEST(AlertSilenceTest, WhatLastsIsToldWhenItEndsIfItsCauseIsStillThere) {
  for (const bool gone : {false, true}) {
    rules::RuleSet rules = UpdateRules({AtVendor(absl::Minutes(10))});
    rules.silences.push_back(Hour());
    rules.silences.back().rules = {"*"};
    Desk desk(Freeze(std::move(rules)));
    desk.Record(InGroup(0, "Desk"));
    desk.Record(InGroup(25, "Vendor"));
    EXPECT_THAT(AlertFates(desk.Pass(At(60))), ElementsAre("+35 at-vendor waits: SILENCED"));
    if (gone) {
      EXPECT_THAT(AlertFates(desk.Record(InGroup(70, "Desk"))),
                  ElementsAre("at-vendor dropped: CAUSE_GONE"));
      EXPECT_THAT(AlertFates(desk.Pass(At(1000))), IsEmpty());
    } else {
      EXPECT_THAT(AlertFates(desk.Pass(At(1000))), ElementsAre("+90 raised at-vendor"));
    }
  }
}

TEST(AlertSilenceTest, ARepetitionWaitsForItsEnd) {
  rules::Rule rule = AtVendor(absl::Minutes(10));
  rule.alert->repeat = {absl::Minutes(30)};
  rules::RuleSet rules = UpdateRules({rule});
  rules.silences.push_back(Hour());
  rules.silences.back().rules = {"*"};
  Desk desk(Freeze(std::move(rules)));
  desk.Record(InGroup(0, "Desk"));
  desk.Record(InGroup(5, "Vendor"));
  EXPECT_THAT(AlertFates(desk.Pass(At(125))),
              ElementsAre("+15 raised at-vendor", "+45 at-vendor waits: SILENCED",
                          "+90 again at-vendor", "+120 again at-vendor"));
}

TEST(AlertSilenceTest, AWindowOfACalendarMutesWheneverItIsOpen) {
  rules::RuleSet rules = UpdateRules({AtVendor(absl::Minutes(10)), MovedAlert()});
  calendar::OpeningHours hours;
  hours.week[0] = {{9 * 60 + 30, 10 * 60 + 30}};  // Mondays
  rules.calendars.push_back({"patching", *calendar::BusinessCalendar::Create(hours), {}});
  rules::Silence window;
  window.id = "patching";
  window.maintenance = true;
  window.rules = {"*"};
  window.during = static_cast<int>(rules.calendars.size()) - 1;
  rules.silences.push_back(window);
  Desk desk(Freeze(std::move(rules)));
  desk.Record(InGroup(0, "Desk"));
  EXPECT_THAT(AlertFates(desk.Record(InGroup(60, "Vendor"))),
              ElementsAre("at-vendor waits: HOLD", "moved dropped: MAINTENANCE"));
  EXPECT_THAT(AlertFates(desk.Pass(At(200))),
              ElementsAre("+70 at-vendor waits: MAINTENANCE", "+90 raised at-vendor"));
  EXPECT_THAT(AlertFates(desk.Record(InGroup(24 * 60 + 60, "Desk"))),
              ElementsAre("raised moved", "resolved at-vendor: CAUSE_GONE"))
      << "a Tuesday";
}

}  // namespace
}  // namespace waypost::journey
