// SPDX-License-Identifier: Apache-2.0
// Every gate of a survey, open and closed, with its sentence.
#include "sidecar/journey/survey_gates.h"

#include <algorithm>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/journey/letters.h"
#include "tests/unit/journey/survey_desk.h"

namespace waypost::journey {
namespace {

using testing::Condition;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr v1::StatusCategory kNew = v1::STATUS_CATEGORY_NEW;
constexpr v1::StatusCategory kResolved = v1::STATUS_CATEGORY_RESOLVED;

struct Row {
  const char* name;
  const char* want;  // reason code; empty: sent
  const char* sentence = "";
  void (*created)(v1::TicketEvent* event) = [](v1::TicketEvent*) {};
  void (*closed)(v1::TicketEvent* event) = [](v1::TicketEvent*) {};
  void (*rules)(rules::RuleSet* rules) = [](rules::RuleSet*) {};
};

void RequestedBy(const char* tag, v1::TicketEvent* event) {
  event->mutable_ticket()->mutable_requester()->add_tags(tag);
}

const Row kRows[] = {
    {"nothing objects", ""},
    {"merged", "MERGED", "INC9, which gets the survey", [](v1::TicketEvent*) {},
     [](v1::TicketEvent* e) { e->mutable_ticket()->set_merged_into_ref("INC9"); }},
    {"child of a major incident", "CHILD_OF_PARENT", "child of MAJ1", [](v1::TicketEvent*) {},
     [](v1::TicketEvent* e) { e->mutable_ticket()->set_parent_ref("MAJ1"); }},
    {"a parent that the platform does not name", "", "", [](v1::TicketEvent*) {},
     [](v1::TicketEvent* e) { e->mutable_ticket()->set_parent_ref("?"); }},
    {"the requester is the assignee", "REQUESTER_IS_AGENT", "assignee", [](v1::TicketEvent*) {},
     [](v1::TicketEvent* e) { e->mutable_ticket()->mutable_assignee()->set_id("u1"); }},
    {"the requester closed it as an agent", "REQUESTER_IS_AGENT", "agent who acted",
     [](v1::TicketEvent*) {}, [](v1::TicketEvent* e) { e->mutable_actor()->set_id("u1"); }},
    {"the requester closed it as a customer", "", "", [](v1::TicketEvent*) {},
     [](v1::TicketEvent* e) {
       e->mutable_actor()->set_id("u1");
       e->mutable_actor()->set_role(v1::ACTOR_ROLE_CUSTOMER);
     }},
    {"logged for themself by an agent", "SELF_LOGGED", "logged the ticket as an agent",
     [](v1::TicketEvent* e) { e->mutable_actor()->set_id("u1"); }},
    {"logged and closed by one agent for somebody else", "", ""},
    {"closed by the tool", "AUTO_CLOSED", "nobody had resolved it", [](v1::TicketEvent*) {},
     [](v1::TicketEvent* e) { e->mutable_actor()->set_role(v1::ACTOR_ROLE_SYSTEM); }},
    {"deleted", "NOT_SERVED", "deleted", [](v1::TicketEvent*) {},
     [](v1::TicketEvent* e) { e->set_type(v1::EVENT_TYPE_DELETED); },
     [](rules::RuleSet* r) { r->rules[0].on = testing::On({v1::EVENT_TYPE_DELETED}); }},
    {"canceled", "NOT_SERVED", "canceled", [](v1::TicketEvent*) {},
     [](v1::TicketEvent* e) {
       e->mutable_ticket()->set_status_category(v1::STATUS_CATEGORY_CANCELED);
     },
     [](rules::RuleSet* r) { r->rules[0].on = testing::On({v1::EVENT_TYPE_CANCELED}); }},
    {"an account of a machine", "SERVICE_ACCOUNT", "tag",
     [](v1::TicketEvent* e) { RequestedBy("service-account", e); }},
    {"excluded by the rules", "EXCLUDED", "ticket.channel == \"phone\"", [](v1::TicketEvent*) {},
     [](v1::TicketEvent*) {},
     [](rules::RuleSet* r) { r->surveys.exclude = Condition("ticket.channel == \"phone\""); }},
    {"not excluded by the rules", "", "", [](v1::TicketEvent*) {}, [](v1::TicketEvent*) {},
     [](rules::RuleSet* r) { r->surveys.exclude = Condition("ticket.channel == \"chat\""); }},
    {"an exclusion that cannot be evaluated", "EXCLUDED", "cannot be evaluated",
     [](v1::TicketEvent*) {}, [](v1::TicketEvent*) {},
     [](rules::RuleSet* r) {
       r->surveys.exclude = Condition("ticket.custom_fields[\"vip\"] == \"1\"");
     }},
    {"opted out by tag", "OPTED_OUT", "no-surveys",
     [](v1::TicketEvent* e) { RequestedBy("no-surveys", e); }},
    {"opted out as the rules tell it", "OPTED_OUT", "surveys.opted_out",
     [](v1::TicketEvent* e) { (*e->mutable_ticket()->mutable_custom_fields())["quiet"] = "yes"; },
     [](v1::TicketEvent*) {},
     [](rules::RuleSet* r) {
       r->surveys.opted_out = Condition("ticket.custom_fields[\"quiet\"] == \"yes\"");
     }},
    {"not in the sample", "SAMPLED_OUT", "0 %", [](v1::TicketEvent*) {}, [](v1::TicketEvent*) {},
     [](rules::RuleSet* r) { r->rules[0].survey->sample["default"] = 0; }},
};

class SurveyGatesTest : public ::testing::TestWithParam<Row> {};

TEST_P(SurveyGatesTest, SaysWhetherAndWhyNot) {
  const Row& row = GetParam();
  rules::RuleSet rules = SurveyRules(AskRule());
  row.rules(&rules);
  SurveyDesk desk(std::move(rules));
  v1::TicketEvent created = EventOf("INC1", 0, kNew);
  row.created(&created);
  desk.Record(created);
  v1::TicketEvent closed = EventOf("INC1", 1, kResolved);
  row.closed(&closed);
  const v1::ExplainJourneyResponse explained = desk.Explain(closed);
  const v1::Enrichment decided = desk.Record(closed);
  ASSERT_EQ(decided.surveys_size(), 1);
  EXPECT_EQ(decided.surveys(0).reason_code(), row.want);
  EXPECT_THAT(decided.surveys(0).reason(), HasSubstr(row.sentence));

  const auto& gates = explained.rules(0).gates();
  ASSERT_FALSE(gates.empty());
  const v1::GateVerdict& last = *gates.rbegin();
  EXPECT_EQ(last.passed(), std::string(row.want).empty());
  EXPECT_EQ(last.passed() ? "" : last.code(), row.want);
  for (const v1::GateVerdict& gate : gates) EXPECT_FALSE(gate.reason().empty()) << gate.code();
}

INSTANTIATE_TEST_SUITE_P(Rows, SurveyGatesTest, ::testing::ValuesIn(kRows), [](const auto& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
});

TEST(SurveyGateOrderTest, ExplanationShowsEveryGateInOrder) {
  SurveyDesk desk(SurveyRules(AskRule()));
  desk.Record(EventOf("INC1", 0, kNew));
  std::vector<std::string> codes;
  const v1::ExplainJourneyResponse explained = desk.Explain(EventOf("INC1", 1, kResolved));
  for (const v1::GateVerdict& gate : explained.rules(0).gates()) {
    codes.push_back(gate.code());
  }
  EXPECT_THAT(codes, ElementsAre("SAME_CLOSURE", "LATE_EVENT", "MERGED", "CHILD_OF_PARENT",
                                 "NO_TICKET", "REQUESTER_IS_AGENT", "SELF_LOGGED", "AUTO_CLOSED",
                                 "NOT_SERVED", "SERVICE_ACCOUNT", "EXCLUDED", "OPTED_OUT",
                                 "REOPENED", "NEW_WORD_FROM_CUSTOMER", "OTHER_TICKET_OPEN",
                                 "TOO_LATE", "ALREADY_SURVEYED", "COOLDOWN", "OPEN_INVITATION",
                                 "SAMPLED_OUT", "ATTENTION_BUDGET"));
}

TEST(SurveyGateOrderTest, ExplanationOfAScheduledSurveyTellsWhenItIsDue) {
  SurveyDesk desk(SurveyRules(AskRuleAfter(absl::Hours(8))));
  desk.Record(EventOf("INC1", 0, kNew));
  const v1::ExplainJourneyResponse explained = desk.Explain(EventOf("INC1", 1, kResolved));
  const v1::GateVerdict& last = *explained.rules(0).gates().rbegin();
  EXPECT_EQ(last.code(), "DELAY");
  EXPECT_THAT(last.reason(), HasSubstr("2026-03-02 17:01 UTC"));
  EXPECT_EQ(explained.rules(0).verdict(), v1::VERDICT_FIRED);
}

TEST(SurveyGateOrderTest, ExplanationEndsAtTheClosedGate) {
  SurveyDesk desk(SurveyRules(AskRuleAfter(absl::Hours(8))));
  desk.Record(EventOf("INC1", 0, kNew));
  v1::TicketEvent closed = EventOf("INC1", 1, kResolved);
  closed.mutable_ticket()->set_merged_into_ref("INC9");
  EXPECT_EQ(desk.Explain(closed).rules(0).gates().rbegin()->code(), "MERGED");
}

TEST(SurveyGateOrderTest, ExplanationTellsOfQuietHours) {
  rules::RuleSet rules = SurveyRules(AskRule());
  rules.caps.quiet_hours = *calendar::QuietHours::Create(8 * 60, 12 * 60);
  SurveyDesk desk(std::move(rules));
  desk.Record(EventOf("INC1", 0, kNew));
  const v1::ExplainJourneyResponse explained = desk.Explain(EventOf("INC1", 1, kResolved));
  EXPECT_THAT(explained.rules(0).gates().rbegin()->reason(), HasSubstr("quiet hours are over"));
}

TEST(SurveyTicketTest, WhatConcernsNoTicketIsNotAskedAbout) {
  rules::RuleSet rules = SurveyRules(AskRule());
  rules.rules[0].on = testing::On({v1::EVENT_TYPE_SIGNAL});
  SurveyDesk desk(std::move(rules));
  const v1::Enrichment decided = desk.Record(SignalAt(0, "s1", "call_abandoned", "phone"));
  EXPECT_THAT(SurveyDesk::Shown(decided.surveys()), ElementsAre("DO_NOT_SEND NO_TICKET"));
}

// INC1 is a child of MAJ1; what became of the letter to MAJ1 is told.
SurveyDesk ChildDesk(LetterOutcome outcome) {
  SurveyDesk desk(SurveyRules(AskRule()));
  v1::TicketEvent created = EventOf("INC1", 0, kNew);
  created.mutable_ticket()->set_parent_ref("MAJ1");
  desk.Record(created);
  for (const internal::v1::Letter& letter : LettersDue(desk.record, At(1))) {
    static_cast<void>(SettleLetter(letter, outcome, At(1), 1000, &desk.record));
  }
  return desk;
}

TEST(SurveyParentTest, OnlyAParentThatIsKnownIsAReason) {
  SurveyDesk known = ChildDesk(LetterOutcome::kRecorded);
  EXPECT_THAT(SurveyDesk::Shown(known.Record(EventOf("INC1", 60, kResolved)).surveys()),
              ElementsAre("DO_NOT_SEND CHILD_OF_PARENT"));
  SurveyDesk unknown = ChildDesk(LetterOutcome::kUnknownTicket);
  EXPECT_THAT(SurveyDesk::Shown(unknown.Record(EventOf("INC1", 60, kResolved)).surveys()),
              ElementsAre("SEND"));
}

TEST(SurveyParentTest, AParentThatIsNamedAtTheClosureIsLookedForMeanwhile) {
  for (const bool known : {true, false}) {
    SurveyDesk desk(SurveyRules(AskRuleAfter(absl::Hours(8))));
    desk.Record(EventOf("INC1", 0, kNew));
    v1::TicketEvent resolved = EventOf("INC1", 60, kResolved);
    resolved.mutable_ticket()->set_parent_ref("PRB1");
    EXPECT_THAT(SurveyDesk::Shown(desk.Record(resolved).surveys()), ElementsAre("SCHEDULED"));
    for (const internal::v1::Letter& letter : LettersDue(desk.record, At(61))) {
      const auto outcome = known ? LetterOutcome::kRecorded : LetterOutcome::kUnknownTicket;
      static_cast<void>(SettleLetter(letter, outcome, At(61), 1000, &desk.record));
    }
    EXPECT_THAT(desk.Until(9 * kHour), ElementsAre(known ? "DO_NOT_SEND CHILD_OF_PARENT" : "SEND"));
  }
}

TEST(SurveyParentTest, WhoIsUnknownAfterDaysStaysUnknown) {
  SurveyDesk desk = ChildDesk(LetterOutcome::kUnknownTicket);
  for (int hour = 1; hour < 100; ++hour) {
    for (const internal::v1::Letter& letter : LettersDue(desk.record, At(60 * hour + 1))) {
      static_cast<void>(SettleLetter(letter, LetterOutcome::kUnknownTicket, At(60 * hour + 1), 1000,
                                     &desk.record));
    }
  }
  EXPECT_EQ(NextLetter(desk.record), absl::InfiniteFuture()) << "nobody tries any more";
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(EventOf("INC1", 6000, kResolved)).surveys()),
              ElementsAre("SEND"));
}

TEST(SurveyReopenedTest, WhatWaypostItselfOpenedAgainIsNotAskedAbout) {
  SurveyDesk desk(SurveyRules(AskRuleAfter(absl::Hours(8))));
  desk.Record(EventOf("INC1", 0, kNew));
  desk.Record(EventOf("INC1", 60, kResolved));
  v1::TicketEvent written = EventOf("INC1", 120, v1::STATUS_CATEGORY_OPEN);
  written.mutable_actor()->set_role(v1::ACTOR_ROLE_WAYPOST);
  desk.Record(written);
  EXPECT_THAT(desk.Until(9 * kHour), ElementsAre("DO_NOT_SEND REOPENED"));
}

TEST(SurveyGateOrderTest, ExplanationTellsOfAMessage) {
  SurveyDesk desk(SurveyRules(AskRule()));
  desk.Record(EventOf("INC1", 0, kNew));
  internal::v1::Contact* told = desk.record.person.add_contacts();
  told->set_kind(internal::v1::CONTACT_KIND_DIGEST);
  told->set_at(absl::ToUnixMicros(At(1)));
  const v1::ExplainJourneyResponse explained = desk.Explain(EventOf("INC1", 1, kResolved));
  EXPECT_THAT(explained.rules(0).gates().rbegin()->reason(),
              HasSubstr("waits until 2026-03-02 09:16 UTC, because of a message"));
}

TEST(SurveyLateTest, AClosureThatWasOvertakenIsNotAskedAbout) {
  SurveyDesk desk(SurveyRules(AskRule()));
  desk.Record(EventOf("INC1", 0, kNew));
  desk.Record(EventOf("INC1", 60, v1::STATUS_CATEGORY_OPEN));
  const v1::TicketEvent closed = EventOf("INC1", 30, kResolved);
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(closed, At(61)).surveys()),
              ElementsAre("DO_NOT_SEND LATE_EVENT"));
}

TEST(SurveyAutoCloseTest, WhatAPersonResolvedMayBeClosedByTheTool) {
  rules::RuleSet rules = SurveyRules(AskRule());
  rules.rules[0].on = testing::On({v1::EVENT_TYPE_CLOSED});
  SurveyDesk desk(std::move(rules));
  desk.Record(EventOf("INC1", 0, kNew));
  desk.Record(EventOf("INC1", 1, kResolved));
  v1::TicketEvent closed = EventOf("INC1", 2, v1::STATUS_CATEGORY_CLOSED);
  closed.mutable_actor()->set_role(v1::ACTOR_ROLE_SYSTEM);
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(closed).surveys()), ElementsAre("SEND"));
}

TEST(SurveyAutoCloseTest, WhatAPersonResolvedAndTheCustomerThankedForMayBeClosedByTheTool) {
  rules::RuleSet rules = SurveyRules(AskRule());
  rules.rules[0].on = testing::On({v1::EVENT_TYPE_CLOSED});
  SurveyDesk desk(std::move(rules));
  desk.Record(EventOf("INC1", 0, kNew));
  desk.Record(EventOf("INC1", 1, kResolved));
  v1::TicketEvent thanks = EventOf("INC1", 2, v1::STATUS_CATEGORY_OPEN);
  thanks.mutable_actor()->set_role(v1::ACTOR_ROLE_CUSTOMER);
  thanks.mutable_comment()->set_body("Thanks!");
  thanks.mutable_comment()->set_visibility(v1::VISIBILITY_BOTH);
  desk.Record(thanks);
  v1::TicketEvent closed = EventOf("INC1", 3, v1::STATUS_CATEGORY_CLOSED);
  closed.mutable_actor()->set_role(v1::ACTOR_ROLE_SYSTEM);
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(closed).surveys()), ElementsAre("SEND"));
}

TEST(SurveySampleTest, AsksTheShareAndRecordsIt) {
  const auto asked_of = [](const std::string& key) {
    std::set<int> asked;
    for (int person = 0; person < 2000; ++person) {
      rules::Rule rule = AskRule();
      rule.survey->sample["default"] = 0.25;
      rules::RuleSet rules = SurveyRules(rule);
      rules.surveys.sample_key = key;
      SurveyDesk desk(std::move(rules));
      desk.record.person.set_person_id(std::to_string(person));
      v1::TicketEvent created = EventOf("INC1", 0, kNew);
      created.mutable_ticket()->mutable_requester()->set_id(std::to_string(person));
      desk.Record(created);
      const v1::Enrichment decided = desk.Record(EventOf("INC1", 1, kResolved));
      EXPECT_EQ(decided.surveys(0).inclusion_probability(), 0.25);
      if (decided.surveys(0).outcome() == v1::SURVEY_OUTCOME_SEND) asked.insert(person);
    }
    return asked;
  };
  const std::set<int> asked = asked_of("one");
  EXPECT_NEAR(static_cast<double>(asked.size()), 500, 80) << "four standard deviations";
  EXPECT_EQ(asked, asked_of("one"));
  EXPECT_NE(asked, asked_of("another"));
}

}  // namespace
}  // namespace waypost::journey
