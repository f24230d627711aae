// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/update_gates.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/journey/attention.h"
#include "tests/unit/journey/update_desk.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::waypost::testing::Freeze;
using ::waypost::testing::On;

constexpr v1::StatusCategory kNew = v1::STATUS_CATEGORY_NEW;
constexpr v1::StatusCategory kOpen = v1::STATUS_CATEGORY_OPEN;
constexpr v1::StatusCategory kResolved = v1::STATUS_CATEGORY_RESOLVED;

rules::Rule Moved() { return UpdateRule("moved", On({v1::EVENT_TYPE_ASSIGNED}), "It moved."); }
rules::Rule Solved() {
  rules::Rule rule = UpdateRule("solved", On({v1::EVENT_TYPE_RESOLVED}), "It is solved.");
  rule.update->once_per_status = true;
  return rule;
}
rules::Rule Silence(absl::Duration after) {
  rules::Rule rule = UpdateRule("silence", {}, "Still on it.");
  rule.timer_driven = true;
  rule.after_silence["default"] = {after};
  return rule;
}

// Hand-overs between groups at these minutes.
v1::TicketEvent MoveAt(int minutes, const std::string& priority = "P3") {
  v1::TicketEvent event =
      CalmTicketAt(minutes, kOpen, minutes % 2 == 0 ? "Network 2" : "Network 3");
  event.mutable_ticket()->set_priority(priority);
  return event;
}

TEST(UpdateGatesTest, TheFirstRuleOfADecisionSpeaks) {
  Desk desk(Freeze(UpdateRules({Moved(), UpdateRule("also", On({v1::EVENT_TYPE_ASSIGNED}), "?")})));
  desk.Record(CalmTicketAt(0, kNew));
  const v1::Enrichment decided = desk.Record(MoveAt(60));
  EXPECT_THAT(Fates(decided), ElementsAre("moved", "also dropped: SUPERSEDED"));
  EXPECT_EQ(decided.status_updates(0).text(), "It moved. Do nothing. News by . See INC1.");
  EXPECT_EQ(decided.status_updates(0).ticket_ref(), "INC1");
  EXPECT_THAT(decided.rule_ids(), ElementsAre("moved"));
  EXPECT_THAT(decided.suppressed_actions(0).reason(), HasSubstr("moved"));
}

TEST(UpdateGatesTest, NothingIsSaidSoonAfterTheDeskWroteItself) {
  const struct {
    const char* name;
    v1::TicketEvent before;
    int at;
    const char* want;
  } kCases[] = {
      {"just now", CommentAt(60, kNew), 62, "moved dropped: TOOL_JUST_WROTE"},
      {"14 minutes ago", CommentAt(60, kNew), 74, "moved dropped: TOOL_JUST_WROTE"},
      {"15 minutes ago", CommentAt(60, kNew), 75, "moved"},
      {"internal note", CommentAt(60, kNew, v1::ACTOR_ROLE_AGENT, v1::VISIBILITY_PROVIDER), 62,
       "moved"},
      {"the customer wrote", CommentAt(60, kNew, v1::ACTOR_ROLE_CUSTOMER), 62, "moved"},
  };
  for (const auto& row : kCases) {
    Desk desk(Freeze(UpdateRules({Moved()})));
    desk.Record(CalmTicketAt(0, kNew));
    desk.Record(row.before);
    EXPECT_THAT(Fates(desk.Record(MoveAt(row.at))), ElementsAre(row.want)) << row.name;
  }
}

TEST(UpdateGatesTest, ACommentWithTheChangeTellsIt) {
  Desk desk(Freeze(UpdateRules({Solved()})));
  desk.Record(CalmTicketAt(0, kNew));
  EXPECT_THAT(Fates(desk.Record(CommentAt(60, kResolved))),
              ElementsAre("solved dropped: TOOL_JUST_WROTE"));
}

TEST(UpdateGatesTest, AStatusIsToldOnceUntilTheTicketIsReopened) {
  rules::Rule question = UpdateRule("question", On({v1::EVENT_TYPE_WAITING}), "A question.");
  question.update->once_per_status = true;
  rules::RuleSet rules = UpdateRules({question, Solved()});
  rules.caps.updates_per_ticket_per_day = 100;
  Desk desk(Freeze(std::move(rules)));
  const auto at = [&](int minutes, v1::StatusCategory category) {
    return Fates(desk.Record(CalmTicketAt(minutes, category)));
  };
  const v1::StatusCategory waiting = v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER;
  EXPECT_THAT(at(0, kNew), IsEmpty());
  EXPECT_THAT(at(20, waiting), ElementsAre("question"));
  EXPECT_THAT(at(40, kOpen), IsEmpty());
  EXPECT_THAT(at(60, waiting), ElementsAre("question dropped: FIRST_ENTRY"));
  EXPECT_THAT(at(80, kResolved), ElementsAre("solved"));
  EXPECT_THAT(at(100, kOpen), IsEmpty());
  EXPECT_THAT(at(120, waiting), ElementsAre("question"));
  EXPECT_THAT(at(140, kResolved), ElementsAre("solved"));
}

TEST(UpdateGatesTest, ChangesWithinTheWindowAreToldAtOnce) {
  rules::Rule solved = Solved();
  rules::RuleSet rules = UpdateRules({Moved(), solved});
  rules.caps.update_interval = absl::Minutes(1);
  Desk desk(Freeze(std::move(rules)));
  desk.Record(CalmTicketAt(0, kNew));
  EXPECT_THAT(Fates(desk.Record(MoveAt(60))), ElementsAre("moved"));
  const v1::Enrichment second = desk.Record(MoveAt(63));
  EXPECT_THAT(Fates(second), ElementsAre("moved waits: MERGE_WINDOW"));
  EXPECT_EQ(MicrosOf(second.suppressed_actions(0).waits_until()), absl::ToUnixMicros(At(70)));
  ASSERT_THAT(desk.record().journeys[0].pending(), SizeIs(1));
  EXPECT_THAT(Fates(desk.Record(CalmTicketAt(66, kResolved, "Network 3"))),
              ElementsAre("moved dropped: SUPERSEDED", "solved waits: MERGE_WINDOW"));
  const std::vector<Decision> decisions = desk.Pass(At(1000));
  EXPECT_THAT(Fates(decisions), ElementsAre("+70 solved"));
  EXPECT_THAT(desk.record().journeys[0].pending(), IsEmpty());
  EXPECT_THAT(decisions[0].enrichment().rule_ids(), ElementsAre("solved"));
}

TEST(UpdateGatesTest, WhatWaitedIsDroppedWhenItIsNoLongerTrue) {
  rules::RuleSet rules = UpdateRules({Moved(), Solved()});
  rules.caps.update_interval = absl::Minutes(1);
  Desk desk(Freeze(std::move(rules)));
  desk.Record(CalmTicketAt(0, kNew));
  desk.Record(MoveAt(60));
  EXPECT_THAT(Fates(desk.Record(CalmTicketAt(62, kResolved, "Network 2"))),
              ElementsAre("solved waits: MERGE_WINDOW"));
  desk.Record(CalmTicketAt(65, kOpen, "Network 2"));
  EXPECT_THAT(Fates(desk.Pass(At(1000))), ElementsAre("+70 solved dropped: SUPERSEDED"));

  Desk other(Freeze([] {
    rules::RuleSet set = UpdateRules({Moved()});
    set.caps.update_interval = absl::Minutes(1);
    return set;
  }()));
  other.Record(CalmTicketAt(0, kNew));
  other.Record(MoveAt(60));
  other.Record(MoveAt(61));
  other.Record(CalmTicketAt(62, kResolved, "Network 3"));
  EXPECT_THAT(Fates(other.Pass(At(1000))), ElementsAre("+70 moved dropped: SUPERSEDED"));
}

TEST(UpdateGatesTest, WhatWaitedIsDroppedWhenTheDeskSpokeForItself) {
  rules::RuleSet rules = UpdateRules({Moved()});
  rules.caps.update_interval = absl::Minutes(1);
  struct {
    const char* name;
    v1::TicketEvent meanwhile;
    const char* want;
  } cases[] = {
      {"public comment", CommentAt(63, kOpen), "+70 moved dropped: SUPERSEDED"},
      {"internal note", CommentAt(63, kOpen, v1::ACTOR_ROLE_AGENT, v1::VISIBILITY_PROVIDER),
       "+70 moved"},
      {"a question to the person", CalmTicketAt(63, v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER),
       "+70 moved dropped: SUPERSEDED"},
      {"another status", CalmTicketAt(63, v1::STATUS_CATEGORY_WAITING_ON_PROVIDER), "+70 moved"},
  };
  const auto frozen = Freeze(std::move(rules));
  for (auto& row : cases) {
    SCOPED_TRACE(row.name);
    Desk desk(frozen);
    desk.Record(CalmTicketAt(0, kNew));
    desk.Record(MoveAt(60));
    EXPECT_THAT(Fates(desk.Record(MoveAt(61))), ElementsAre("moved waits: MERGE_WINDOW"));
    row.meanwhile.mutable_ticket()->clear_group();
    desk.Record(row.meanwhile);
    EXPECT_THAT(Fates(desk.Pass(At(1000))), ElementsAre(row.want));
  }
}

TEST(UpdateGatesTest, WhatAnImportTellsIsNoNews) {
  for (const int minutes : {1440, 1441}) {
    Desk desk(Freeze(UpdateRules({Moved()})));
    desk.Record(CalmTicketAt(0, kNew));
    const Decision decision = desk.DecideAt(At(60 + minutes), MoveAt(60));
    EXPECT_THAT(Fates(decision.enrichment()),
                ElementsAre(minutes > 1440 ? "moved dropped: TOO_LATE" : "moved"));
  }
}

TEST(UpdateGatesTest, ATextThatWaitedIsRenderedAnewAndKeepsItsId) {
  rules::Rule moved = Moved();
  moved.update->parts[0] = testing::Texts({{"en", "{{ticket.subject}}"}});
  rules::RuleSet rules = UpdateRules({moved});
  rules.caps.update_interval = absl::Minutes(1);
  Desk desk(Freeze(std::move(rules)));
  desk.Record(CalmTicketAt(0, kNew));
  desk.Record(MoveAt(60));
  const std::string id = desk.Record(MoveAt(61)).suppressed_actions(0).action_id();
  v1::TicketEvent renamed = CalmTicketAt(65, kOpen, "Network 3");
  renamed.mutable_ticket()->set_subject("Renamed");
  desk.Record(renamed);
  const std::vector<Decision> decisions = desk.Pass(At(1000));
  ASSERT_THAT(decisions, SizeIs(1));
  EXPECT_EQ(decisions[0].enrichment().status_updates(0).id(), id);
  EXPECT_THAT(decisions[0].enrichment().status_updates(0).text(), HasSubstr("Renamed"));
}

TEST(UpdateGatesTest, ATicketIsWrittenAboutAtMostSoOften) {
  Desk desk(Freeze(UpdateRules({Moved()})));
  desk.Record(CalmTicketAt(0, kNew));
  const auto at = [&](int minutes, const std::string& priority) {
    return Fates(desk.Record(MoveAt(minutes, priority)));
  };
  EXPECT_THAT(at(60, "P3"), ElementsAre("moved"));
  EXPECT_THAT(at(101, "P3"), ElementsAre("moved waits: TICKET_CAP"));
  EXPECT_THAT(Fates(desk.Pass(At(400))), ElementsAre("+300 moved"));  // four hours later
  EXPECT_THAT(at(600, "P3"), ElementsAre("moved"));
  EXPECT_THAT(at(901, "P3"), ElementsAre("moved waits: TICKET_CAP"));  // three in a day
  EXPECT_THAT(Fates(desk.Pass(At(2000))), ElementsAre("+1500 moved"));
  EXPECT_THAT(at(1520, "P2"), ElementsAre("moved"));
  EXPECT_THAT(at(1531, "P1"), ElementsAre("moved"));
  EXPECT_THAT(at(1532, "P1"), ElementsAre("moved waits: MERGE_WINDOW"));
}

TEST(UpdateGatesTest, NobodyIsWrittenToAtNightUnlessItIsUrgent) {
  const struct {
    const char* name;
    const char* zone;
    const char* priority;
    int at;  // minutes after 09:00 UTC on Monday
    int want;
  } kCases[] = {
      {"evening in UTC", "", "P3", 12 * 60, 22 * 60},
      {"a minute before", "", "P3", 11 * 60 - 1, -1},
      {"evening in New York", "America/New_York", "P3", 17 * 60, 27 * 60},
      {"morning in New York", "America/New_York", "P3", 5 * 60, -1},
      {"urgent", "", "P2", 12 * 60, -1},
  };
  for (const auto& row : kCases) {
    rules::RuleSet rules = UpdateRules({Moved()});
    rules.caps.quiet_hours = *calendar::QuietHours::Create(20 * 60, 7 * 60);
    Desk desk(Freeze(std::move(rules)));
    desk.Record(CalmTicketAt(0, kNew));
    v1::TicketEvent event = MoveAt(row.at, row.priority);
    event.mutable_ticket()->mutable_requester()->set_time_zone(row.zone);
    const v1::Enrichment decided = desk.Record(event);
    if (row.want < 0) {
      EXPECT_THAT(Fates(decided), ElementsAre("moved")) << row.name;
      continue;
    }
    EXPECT_THAT(Fates(decided), ElementsAre("moved waits: QUIET_HOURS")) << row.name;
    const std::vector<Decision> decisions = desk.Pass(At(10'000));
    ASSERT_THAT(decisions, SizeIs(1)) << row.name;
    const absl::Time sent = absl::FromUnixMicros(decisions[0].decided_at());
    EXPECT_GE(sent, At(row.want)) << row.name;
    EXPECT_LT(sent, At(row.want) + kMorningSpread) << row.name;
    EXPECT_THAT(decisions[0].enrichment().status_updates(), SizeIs(1)) << row.name;
  }
}

TEST(UpdateGatesTest, AChildLeavesItsSilenceToTheParent) {
  const struct {
    const char* name;
    const char* parent;
    const char* want;
  } kCases[] = {{"no parent", "", "+60 silence"},
                {"parent", "INC9", "+60 silence dropped: PARENT_TELLS"},
                {"unknown parent", "?", "+60 silence"}};
  for (const auto& row : kCases) {
    Desk desk(Freeze(UpdateRules({Silence(absl::Hours(1))})));
    v1::TicketEvent event = CalmTicketAt(0, kNew);
    event.mutable_ticket()->set_parent_ref(row.parent);
    desk.Record(event);
    EXPECT_THAT(Fates(desk.Pass(At(61))), ElementsAre(row.want)) << row.name;
  }
}

TEST(UpdateGatesTest, SilenceKeepsQuietWhileAMessageWaits) {
  rules::RuleSet rules = UpdateRules({Moved(), Silence(absl::Hours(2))});
  rules.caps.update_interval = absl::Hours(6);
  Desk desk(Freeze(std::move(rules)));
  desk.Record(CalmTicketAt(0, kNew));
  desk.Record(MoveAt(10));
  desk.Record(MoveAt(31));
  EXPECT_THAT(Fates(desk.Pass(At(371))),
              ElementsAre("+130 silence dropped: SUPERSEDED", "+250 silence dropped: SUPERSEDED",
                          "+370 moved"));
}

TEST(UpdateGatesTest, ADraftHasNoCapsAndCountsAsNoMessage) {
  rules::Rule draft = Moved();
  draft.update->draft = true;
  Desk desk(Freeze(UpdateRules({draft})));
  desk.Record(CalmTicketAt(0, kNew));
  for (const int minutes : {60, 61, 62, 63, 64}) {
    EXPECT_THAT(Fates(desk.Record(MoveAt(minutes))), ElementsAre("moved"));
  }
  EXPECT_THAT(desk.record().person.contacts(), IsEmpty());
}

TEST(UpdateGatesTest, ARuleInShadowModeLeavesNothingWaiting) {
  rules::Rule moved = Moved();
  rules::Rule shadow = UpdateRule("shadow", On({v1::EVENT_TYPE_PRIORITY_CHANGED}), "!");
  shadow.shadow = true;
  Desk desk(Freeze(UpdateRules({moved, shadow})));
  desk.Record(CalmTicketAt(0, kNew));
  desk.Record(MoveAt(60));
  v1::TicketEvent raised = CalmTicketAt(61, kOpen, "Network 2");
  raised.mutable_ticket()->set_priority("P4");
  EXPECT_THAT(Fates(desk.Record(raised)), ElementsAre("shadow waits: MERGE_WINDOW"));
  EXPECT_THAT(desk.record().journeys[0].pending(), IsEmpty());
}

TEST(UpdateGatesTest, UrgentNewsOfAnotherTicketIsSentOverTheCap) {
  rules::Rule received = UpdateRule("received", On({v1::EVENT_TYPE_CREATED}), "We have it.");
  Desk desk(Freeze(UpdateRules({received})));
  for (int number = 1; number <= 5; ++number) desk.Record(ReportAt(number, number));
  v1::TicketEvent urgent = ReportAt(6, 6);
  urgent.mutable_ticket()->set_priority("P1");
  EXPECT_THAT(Fates(desk.Record(urgent)), ElementsAre("received"));
}

TEST(UpdateGatesTest, ExplainShowsGatesAndWhatWaits) {
  Desk desk(Freeze(UpdateRules({Moved()})));
  desk.Record(CalmTicketAt(0, kNew));
  desk.Record(MoveAt(60));
  desk.Record(MoveAt(101));
  const v1::ExplainJourneyResponse response = desk.Explain(MoveAt(120));
  ASSERT_THAT(response.waiting(), SizeIs(1));
  EXPECT_EQ(response.waiting(0).reason_code(), "TICKET_CAP");
  EXPECT_EQ(response.waiting(0).ticket_ref(), "INC1");
  EXPECT_EQ(response.rules(0).verdict(), v1::VERDICT_GATED);
  std::vector<std::string> gates;
  for (const v1::GateVerdict& gate : response.rules(0).gates()) {
    gates.push_back(gate.code() + (gate.passed() ? "" : " closed"));
  }
  EXPECT_THAT(gates, ElementsAre("LATE_EVENT", "SUPERSEDED", "TOO_LATE", "TOOL_JUST_WROTE",
                                 "MERGE_WINDOW", "TICKET_CAP closed"));
}

TEST(AttentionTest, WorthDecidesWhoGetsTheRestOfTheBudget) {
  rules::Caps caps;
  caps.messages_per_person_per_week = 10;
  const auto passes = [&](int messages, Worth worth) {
    internal::v1::PersonState person;
    for (int i = 0; i < messages; ++i) {
      person.add_contacts()->set_at(absl::ToUnixMicros(At(i)));
    }
    return AttentionGate(worth, At(1000), caps, person).passed;
  };
  const struct {
    int messages;
    bool other, survey, promise, urgent;
  } kCases[] = {{5, true, true, true, true},   {6, false, true, true, true},
                {7, false, true, true, true},  {8, false, false, true, true},
                {9, false, false, true, true}, {10, false, false, false, true}};
  for (const auto& row : kCases) {
    EXPECT_EQ(passes(row.messages, Worth::kOther), row.other) << row.messages;
    EXPECT_EQ(passes(row.messages, Worth::kSurvey), row.survey) << row.messages;
    EXPECT_EQ(passes(row.messages, Worth::kPromise), row.promise) << row.messages;
    EXPECT_EQ(passes(row.messages, Worth::kUrgent), row.urgent) << row.messages;
  }
}

TEST(AttentionTest, AQuestionFindsRoomWhereOtherNewsDoesNot) {
  rules::Rule question = UpdateRule("question", On({v1::EVENT_TYPE_WAITING}), "We need you.");
  question.update->once_per_status = true;
  rules::RuleSet rules = UpdateRules({Moved(), question});
  rules.caps.messages_per_person_per_week = 5;
  Desk desk(Freeze(std::move(rules)));
  desk.Record(CalmTicketAt(0, kNew));
  for (int i = 0; i < 3; ++i) {
    desk.record().person.add_contacts()->set_at(absl::ToUnixMicros(At(i)));
  }
  EXPECT_THAT(Fates(desk.Record(MoveAt(60))), ElementsAre("moved waits: ATTENTION_BUDGET"));
  EXPECT_THAT(
      Fates(desk.Record(CalmTicketAt(120, v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER, "Network 2"))),
      ::testing::Contains("question"));
}

TEST(AttentionTest, AClosedBudgetSaysWhenThereIsRoomAgain) {
  rules::Caps caps;
  caps.messages_per_person_per_week = 2;
  internal::v1::PersonState person;
  for (const int minutes : {0, 60}) person.add_contacts()->set_at(absl::ToUnixMicros(At(minutes)));
  const Gate gate = AttentionGate(Worth::kPromise, At(100), caps, person);
  EXPECT_FALSE(gate.passed);
  EXPECT_EQ(gate.until, At(7 * 1440));
  EXPECT_TRUE(AttentionGate(Worth::kPromise, gate.until, caps, person).passed);
}

}  // namespace
}  // namespace waypost::journey
