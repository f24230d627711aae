// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/alerts.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/journey/alert_desk.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::JourneyState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::waypost::testing::Condition;
using ::waypost::testing::Freeze;
using ::waypost::testing::On;

constexpr v1::StatusCategory kOpen = v1::STATUS_CATEGORY_OPEN;
constexpr v1::StatusCategory kResolved = v1::STATUS_CATEGORY_RESOLVED;

Desk DeskWith(std::vector<rules::Rule> rules) {
  return Desk(Freeze(UpdateRules(std::move(rules))));
}

std::vector<std::string> Move(int minutes, const std::string& group, Desk* desk) {
  return AlertFates(desk->Record(CalmTicketAt(minutes, kOpen, group)));
}

const JourneyState& Journey(const Desk& desk) { return desk.record().journeys[0]; }

TEST(AlertHoldTest, IsRaisedOnceItsConditionHasHeldForSoLong) {
  Desk desk = DeskWith({AtVendor(absl::Minutes(30))});
  EXPECT_THAT(Move(0, "Desk", &desk), IsEmpty());
  EXPECT_THAT(Move(10, "Vendor", &desk), ElementsAre("at-vendor waits: HOLD"));
  EXPECT_THAT(Journey(desk).open_alerts(), IsEmpty());
  EXPECT_THAT(AlertFates(desk.Pass(At(39))), IsEmpty());
  const std::vector<Decision> raised = desk.Pass(At(40));
  EXPECT_THAT(AlertFates(raised), ElementsAre("+40 raised at-vendor"));
  EXPECT_EQ(raised[0].enrichment().alerts(0).text(), "at-vendor of Vendor");
  EXPECT_EQ(raised[0].enrichment().alerts(0).owner_id(), "desk-manager");
  EXPECT_THAT(raised[0].enrichment().rule_ids(), ElementsAre("at-vendor"));
  EXPECT_THAT(Journey(desk).pending(), IsEmpty());
  ASSERT_THAT(Journey(desk).open_alerts(), SizeIs(1));
  EXPECT_EQ(Journey(desk).open_alerts(0).ticket_ref(), "INC1");
}

TEST(AlertHoldTest, EndsWithTheFirstEventAfterWhichTheConditionIsFalse) {
  Desk desk = DeskWith({AtVendor(absl::Minutes(30))});
  Move(0, "Desk", &desk);
  Move(10, "Vendor", &desk);
  v1::TicketEvent comment = CommentAt(15, kOpen);
  comment.mutable_ticket()->set_group("Vendor");
  EXPECT_THAT(AlertFates(desk.Record(comment)), IsEmpty());
  EXPECT_THAT(Move(39, "Desk", &desk), ElementsAre("at-vendor dropped: CAUSE_GONE"));
  EXPECT_THAT(Journey(desk).pending(), IsEmpty());
  EXPECT_THAT(AlertFates(desk.Pass(At(1000))), IsEmpty());
}

TEST(AlertHoldTest, FlappingNeverAlertsAndEachHoldStartsAnew) {
  Desk desk = DeskWith({AtVendor(absl::Minutes(30))});
  Move(0, "Desk", &desk);
  for (int at = 10; at < 100; at += 20) {
    EXPECT_THAT(AlertFates(desk.Pass(At(at))), IsEmpty());
    EXPECT_THAT(Move(at, "Vendor", &desk), ElementsAre("at-vendor waits: HOLD"));
    EXPECT_THAT(Move(at + 10, "Desk", &desk), ElementsAre("at-vendor dropped: CAUSE_GONE"));
  }
  EXPECT_THAT(AlertFates(desk.Pass(At(1000))), IsEmpty());
}

TEST(AlertHoldTest, AnotherEventOnWhichTheRuleFiresDoesNotStartItAnew) {
  Desk desk = DeskWith({AtVendor(absl::Minutes(30))});
  Move(0, "Desk", &desk);
  Move(10, "Vendor", &desk);
  v1::TicketEvent again = CalmTicketAt(20, kOpen, "Vendor");
  again.mutable_ticket()->mutable_assignee()->set_id("agent-2");
  EXPECT_THAT(AlertFates(desk.Record(again)), IsEmpty());
  EXPECT_THAT(AlertFates(desk.Pass(At(60))), ElementsAre("+40 raised at-vendor"));
}

TEST(AlertHoldTest, CountsBusinessTimeOfItsCalendar) {
  rules::Rule rule = AtVendor(absl::Hours(8));
  rule.hold->business = true;
  rule.calendars["default"] = 0;
  rules::RuleSet set = UpdateRules({rule});
  calendar::OpeningHours hours;
  for (size_t day = 0; day < 5; ++day) hours.week[day] = {{9 * 60, 13 * 60}};
  set.calendars.insert(set.calendars.begin(),
                       {"half-days", *calendar::BusinessCalendar::Create(hours), {}});
  Desk desk(Freeze(std::move(set)));
  Move(0, "Desk", &desk);
  Move(60, "Vendor", &desk);  // Monday 10:00: 3 hours are left, 4 on Tuesday
  EXPECT_THAT(AlertFates(desk.Pass(At(49 * 60))), ElementsAre("+2940 raised at-vendor"));
}

TEST(AlertHoldTest, WhoeverLooksLateAsksTheConditionAsItIsThen) {
  Desk desk = DeskWith({AtVendor(absl::Minutes(30))});
  Move(0, "Desk", &desk);
  Move(10, "Vendor", &desk);
  EXPECT_THAT(AlertFates(desk.EvaluateDueAt(At(5000))), ElementsAre("+5000 raised at-vendor"));
}

TEST(AlertUntilTest, ResolvesAnAlertOnAnEventOfItsTicket) {
  rules::Rule moved = MovedAlert();
  moved.alert->until = Condition("event.comment_visibility == \"both\" && actor.role == \"agent\"");
  Desk desk = DeskWith({moved});
  Move(0, "Desk", &desk);
  EXPECT_THAT(Move(10, "Network 1", &desk), ElementsAre("raised moved"));
  const struct {
    const char* name;
    v1::TicketEvent event;
    std::vector<std::string> want;
  } kCases[] = {
      {"internal note", CommentAt(11, kOpen, v1::ACTOR_ROLE_AGENT, v1::VISIBILITY_PROVIDER), {}},
      {"customer", CommentAt(12, kOpen, v1::ACTOR_ROLE_CUSTOMER), {}},
      {"own write-back", CommentAt(13, kOpen, v1::ACTOR_ROLE_WAYPOST), {}},
      {"agent", CommentAt(14, kOpen), {"resolved moved: CAUSE_GONE"}},
      {"agent again", CommentAt(15, kOpen), {}},
  };
  for (const auto& row : kCases) {
    EXPECT_EQ(AlertFates(desk.Record(row.event)), row.want) << row.name;
  }
  EXPECT_THAT(Journey(desk).open_alerts(), IsEmpty());
  EXPECT_THAT(Move(20, "Desk", &desk), ElementsAre("raised moved"));
}

TEST(AlertUntilTest, IsAskedNeitherOnTheEventThatRaisesItNorOnOtherTickets) {
  rules::Rule moved = MovedAlert();
  moved.alert->until = Condition("event.type == \"assigned\"");
  Desk desk = DeskWith({moved});
  v1::TicketEvent other = CalmTicketAt(0, kOpen, "A");
  other.mutable_ticket()->set_ref("INC2");
  for (v1::TicketEvent event : {CalmTicketAt(0, kOpen, "A"), other}) {
    event.mutable_ticket()->set_category("network");
    event.set_event_id(event.ticket().ref());
    desk.Record(event);
  }
  ASSERT_THAT(desk.record().journeys, SizeIs(1));
  EXPECT_THAT(Move(10, "B", &desk), ElementsAre("raised moved"));
  other.set_event_id("other");
  other.mutable_occurred_at()->set_seconds(absl::ToUnixSeconds(At(11)));
  other.mutable_ticket()->set_group("C");
  EXPECT_THAT(AlertFates(desk.Record(other)), IsEmpty());
  EXPECT_THAT(Move(12, "C", &desk), ElementsAre("raised moved", "resolved moved: CAUSE_GONE"));
}

TEST(AlertUntilTest, DoesNotSeeTheEventAgainWhenItsTimeHasCome) {
  rules::Rule rule = AtVendor(absl::Minutes(30));
  rule.alert->until = Condition("event.type == \"assigned\"");
  Desk desk = DeskWith({rule});
  Move(0, "Desk", &desk);
  Move(10, "Vendor", &desk);
  EXPECT_THAT(AlertFates(desk.Pass(At(40 + 24 * 60))),
              ElementsAre("+40 raised at-vendor", "+1480 again at-vendor"));
}

TEST(AlertUntilTest, IsStricterThanTheConditionOfAHold) {
  rules::Rule rule = AtVendor(absl::Minutes(30));
  rule.alert->until = Condition("ticket.group == \"Desk\"");
  Desk desk = DeskWith({rule});
  Move(0, "Desk", &desk);
  Move(10, "Vendor", &desk);
  EXPECT_THAT(AlertFates(desk.Pass(At(40))), ElementsAre("+40 raised at-vendor"));
  EXPECT_THAT(Move(50, "Network 1", &desk), IsEmpty()) << "the condition is false, until as well";
  EXPECT_THAT(Move(60, "Desk", &desk), ElementsAre("resolved at-vendor: CAUSE_GONE"));
}

TEST(AlertUntilTest, WithoutItAHoldsAlertLastsAsLongAsItsCondition) {
  Desk desk = DeskWith({AtVendor(absl::Minutes(30))});
  Move(0, "Desk", &desk);
  Move(10, "Vendor", &desk);
  desk.Pass(At(40));
  EXPECT_THAT(Move(50, "Network 1", &desk), ElementsAre("resolved at-vendor: CAUSE_GONE"));
}

TEST(AlertUntilTest, TheEndOfTheJourneyResolvesWhatIsOpenAndDropsWhatWaits) {
  Desk desk = DeskWith({MovedAlert(), AtVendor(absl::Minutes(30))});
  Move(0, "Desk", &desk);
  EXPECT_THAT(Move(10, "Vendor", &desk), ElementsAre("raised moved", "at-vendor waits: HOLD"));
  EXPECT_THAT(AlertFates(desk.Record(CalmTicketAt(20, kResolved, "Vendor"))),
              ElementsAre("resolved moved: JOURNEY_ENDED", "at-vendor dropped: CAUSE_GONE"));
  EXPECT_THAT(Journey(desk).pending(), IsEmpty());
  EXPECT_THAT(AlertFates(desk.Pass(At(10'000))), IsEmpty());
}

TEST(AlertUntilTest, WhatCannotBeAskedIsToldAndResolvesNothing) {
  rules::Rule moved = MovedAlert();
  moved.alert->until = Condition("ticket.custom_fields[\"floor\"] == \"2\"");
  Desk desk = DeskWith({moved});
  Move(0, "Desk", &desk);
  Move(10, "Network 1", &desk);
  const v1::Enrichment decided = desk.Record(CommentAt(20, kOpen));
  EXPECT_THAT(AlertFates(decided), IsEmpty());
  ASSERT_THAT(decided.rule_errors(), SizeIs(1));
  EXPECT_EQ(decided.rule_errors(0).id(), "moved");
}

TEST(AlertRepeatTest, TimeRepeatsWhatLasts) {
  rules::Rule rule = AtVendor(absl::Minutes(30));
  rule.alert->repeat = {absl::Hours(4)};
  Desk desk = DeskWith({rule});
  Move(0, "Desk", &desk);
  Move(10, "Vendor", &desk);
  const std::vector<Decision> told = desk.Pass(At(40 + 8 * 60));
  EXPECT_THAT(AlertFates(told),
              ElementsAre("+40 raised at-vendor", "+280 again at-vendor", "+520 again at-vendor"));
  EXPECT_EQ(told[1].enrichment().alerts(0).repeats_id(), told[0].enrichment().alerts(0).id());
  EXPECT_NE(told[1].enrichment().alerts(0).id(), told[0].enrichment().alerts(0).id());
  EXPECT_NE(told[1].enrichment().alerts(0).id(), told[2].enrichment().alerts(0).id());
  ASSERT_THAT(Journey(desk).open_alerts(), SizeIs(1));
  EXPECT_EQ(MicrosOf(Journey(desk).open_alerts(0).raised_at()), absl::ToUnixMicros(At(40)));
  EXPECT_EQ(MicrosOf(Journey(desk).open_alerts(0).told_at()), absl::ToUnixMicros(At(520)));
  EXPECT_THAT(Move(530, "Desk", &desk), ElementsAre("resolved at-vendor: CAUSE_GONE"));
  EXPECT_THAT(AlertFates(desk.Pass(At(10'000))), IsEmpty());
}

TEST(AlertRepeatTest, AfterAStandstillItIsToldOnce) {
  rules::Rule rule = AtVendor(absl::Minutes(30));
  rule.alert->repeat = {absl::Hours(4)};
  Desk desk = DeskWith({rule});
  Move(0, "Desk", &desk);
  Move(10, "Vendor", &desk);
  desk.Pass(At(40));
  EXPECT_THAT(AlertFates(desk.EvaluateDueAt(At(5000))), ElementsAre("+5000 again at-vendor"));
}

TEST(AlertRepeatTest, AnEventRepeatsWhatHappenedOnceADay) {
  Desk desk = DeskWith({MovedAlert()});
  Move(0, "A", &desk);
  EXPECT_THAT(Move(10, "B", &desk), ElementsAre("raised moved"));
  EXPECT_THAT(Move(20, "C", &desk), IsEmpty());
  EXPECT_THAT(AlertFates(desk.Pass(At(10 + 24 * 60 - 1))), IsEmpty());
  EXPECT_THAT(Move(10 + 24 * 60 - 1, "D", &desk), IsEmpty());
  EXPECT_THAT(Move(10 + 24 * 60, "E", &desk), ElementsAre("again moved"));
  EXPECT_THAT(Move(10 + 24 * 60 + 1, "F", &desk), IsEmpty());
  EXPECT_THAT(Journey(desk).open_alerts(), SizeIs(1));
}

TEST(AlertKindTest, OneOfAKindIsOpenAndTheMoreSevereTakesItsPlace) {
  rules::Rule third = AlertRule("third", On({v1::EVENT_TYPE_ASSIGNED}),
                                "journey.reassignments == 3", v1::SEVERITY_CRITICAL);
  rules::Rule second = AlertRule("second", On({v1::EVENT_TYPE_ASSIGNED}),
                                 "journey.reassignments == 2", v1::SEVERITY_WARNING);
  rules::Rule moved = MovedAlert();
  for (rules::Rule* rule : {&third, &second, &moved}) rule->alert->kind = "hand-overs";
  Desk desk = DeskWith({moved, second, third});
  Move(0, "A", &desk);
  EXPECT_THAT(Move(10, "B", &desk), ElementsAre("raised moved"));
  EXPECT_THAT(Move(20, "C", &desk), IsEmpty());
  EXPECT_THAT(Move(30, "D", &desk), ElementsAre("raised third", "resolved moved: ESCALATED"));
  EXPECT_THAT(Move(40, "E", &desk), IsEmpty());
  ASSERT_THAT(Journey(desk).open_alerts(), SizeIs(1));
  EXPECT_EQ(Journey(desk).open_alerts(0).alert().rule_id(), "third");
}

TEST(AlertKindTest, OfOneDecisionOnlyTheMostSevereIsRaised) {
  const rules::Rule info = MovedAlert("info", v1::SEVERITY_INFO);
  const rules::Rule critical = MovedAlert("critical", v1::SEVERITY_CRITICAL);
  for (std::vector<rules::Rule> rules :
       {std::vector{info, critical}, std::vector{critical, info}}) {
    const bool lesser_first = rules[0].id == "info";
    for (rules::Rule& rule : rules) rule.alert->kind = "moves";
    Desk desk = DeskWith(rules);
    Move(0, "A", &desk);
    const v1::Enrichment decided = desk.Record(CalmTicketAt(10, kOpen, "B"));
    ASSERT_THAT(decided.alerts(), SizeIs(1));
    EXPECT_EQ(decided.alerts(0).rule_id(), "critical");
    EXPECT_THAT(decided.suppressed_actions(), SizeIs(lesser_first ? 1 : 0));
    ASSERT_THAT(Journey(desk).open_alerts(), SizeIs(1));
    EXPECT_EQ(Journey(desk).open_alerts(0).alert().rule_id(), "critical");
  }
}

TEST(AlertKindTest, WhatWaitsGivesWayToTheMoreSevere) {
  rules::Rule held = AtVendor(absl::Minutes(30));
  rules::Rule critical =
      AlertRule("critical", On({v1::EVENT_TYPE_PRIORITY_CHANGED}), "", v1::SEVERITY_CRITICAL);
  held.alert->kind = critical.alert->kind = "vendor";
  Desk desk = DeskWith({held, critical});
  Move(0, "Desk", &desk);
  Move(10, "Vendor", &desk);
  v1::TicketEvent raised = CalmTicketAt(20, kOpen, "Vendor");
  raised.mutable_ticket()->set_priority("P1");
  EXPECT_THAT(AlertFates(desk.Record(raised)),
              ElementsAre("raised critical", "at-vendor dropped: SUPERSEDED"));
  EXPECT_THAT(AlertFates(desk.Pass(At(1000))), IsEmpty());
}

TEST(AlertShadowTest, IsHeldAndDecidedButNeverOpenNorRepeated) {
  rules::Rule rule = AtVendor(absl::Minutes(30));
  rule.shadow = true;
  Desk desk = DeskWith({rule});
  Move(0, "Desk", &desk);
  EXPECT_THAT(Move(10, "Vendor", &desk), ElementsAre("at-vendor waits: HOLD"));
  const std::vector<Decision> decided = desk.Pass(At(10'000));
  ASSERT_THAT(AlertFates(decided), ElementsAre("+40 raised at-vendor"));
  EXPECT_TRUE(decided[0].enrichment().alerts(0).shadow());
  EXPECT_THAT(decided[0].enrichment().rule_ids(), IsEmpty());
  EXPECT_THAT(Journey(desk).open_alerts(), IsEmpty());
}

TEST(AlertRulesTest, ARuleThatIsGoneEndsWhatWaitsForIt) {
  rules::Rule other = MovedAlert("other");
  Desk desk = DeskWith({AtVendor(absl::Minutes(30))});
  Move(0, "Desk", &desk);
  Move(10, "Vendor", &desk);
  const auto without = Freeze(UpdateRules({other}));
  PersonRecord waiting = desk.record();
  const auto dropped = EvaluateDue(*without, At(40), 100, &waiting);
  ASSERT_TRUE(dropped.has_value());
  EXPECT_THAT(AlertFates(dropped->enrichment()), ElementsAre("at-vendor dropped: CAUSE_GONE"));
  EXPECT_EQ(NextDue(*without, waiting), absl::InfiniteFuture());

  desk.Pass(At(40));
  PersonRecord open = desk.record();
  const auto resolved = EvaluateDue(*without, At(5000), 100, &open);
  ASSERT_TRUE(resolved.has_value());
  EXPECT_THAT(AlertFates(resolved->enrichment()), ElementsAre("resolved at-vendor: CAUSE_GONE"));
  EXPECT_EQ(NextDue(*without, open), absl::InfiniteFuture());
}

TEST(AlertExplainTest, ShowsEachGateAndWhatWaits) {
  Desk desk = DeskWith({AtVendor(absl::Minutes(30))});
  Move(0, "Desk", &desk);
  const v1::ExplainJourneyResponse explained = desk.Explain(CalmTicketAt(10, kOpen, "Vendor"));
  std::vector<std::string> gates;
  for (const v1::GateVerdict& gate : explained.rules(0).gates()) {
    gates.push_back(absl::StrCat(gate.code(), gate.passed() ? " open" : " closed"));
  }
  EXPECT_THAT(gates, ElementsAre("LATE_EVENT open", "ALERT_ALREADY_OPEN open", "HOLD closed"));
  Move(10, "Vendor", &desk);
  const v1::ExplainJourneyResponse later = desk.Explain(CommentAt(20, kOpen));
  ASSERT_THAT(later.waiting(), SizeIs(1));
  EXPECT_EQ(later.waiting(0).reason_code(), "HOLD");
  EXPECT_THAT(later.waiting(0).reason(), HasSubstr("2026-03-02 09:40 UTC"));
}

}  // namespace
}  // namespace waypost::journey
