// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/explain.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/journey/desk.h"

namespace waypost::journey {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::waypost::testing::Condition;
using ::waypost::testing::DefaultStages;
using ::waypost::testing::Freeze;
using ::waypost::testing::On;
using ::waypost::testing::Text;
using ::waypost::testing::Texts;

rules::Touchpoint MakeTouchpoint(const std::string& id, v1::EventType type,
                                 const std::string& condition) {
  rules::Touchpoint touchpoint;
  touchpoint.id = id;
  touchpoint.stage = 1;
  touchpoint.on = On({type});
  touchpoint.condition = Condition(condition);
  return touchpoint;
}

rules::Rule AlertRule(const std::string& id, const std::string& condition) {
  rules::Rule rule;
  rule.id = id;
  rule.condition = Condition(condition);
  rule.alert.emplace();
  rule.alert->text = Texts({{"", "x"}});
  return rule;
}

rules::RuleSet DeskRules() {
  rules::RuleSet rules;
  rules.digest = "d1";
  rules.languages = {"en"};
  rules.stages = DefaultStages();
  rules::JourneyDefinition& user = rules.journeys.emplace_back();
  user.id = "get-help";
  user.touchpoints = {
      MakeTouchpoint("by-mail", v1::EVENT_TYPE_CREATED, "ticket.channel == \"email\""),
      MakeTouchpoint("by-phone", v1::EVENT_TYPE_CREATED, "ticket.channel == \"phone\""),
      MakeTouchpoint("any", v1::EVENT_TYPE_CREATED, "true"),
      MakeTouchpoint("fixed", v1::EVENT_TYPE_RESOLVED, "true"),
      MakeTouchpoint("broken", v1::EVENT_TYPE_CREATED, "1 / journey.bounces > 0"),
  };
  user.touchpoints.front().location = {"desk.yaml", 7, 9};
  return rules;
}

// "id VERDICT" per verdict.
template <typename VerdictList>
std::vector<std::string> Shown(const VerdictList& verdicts) {
  std::vector<std::string> shown;
  for (const v1::RuleVerdict& verdict : verdicts) {
    shown.push_back(absl::StrCat(verdict.id(), " ", v1::Verdict_Name(verdict.verdict()).substr(8)));
  }
  return shown;
}

std::vector<std::string> ShownGates(const v1::RuleVerdict& verdict) {
  std::vector<std::string> shown;
  for (const v1::GateVerdict& gate : verdict.gates()) {
    shown.push_back(absl::StrCat(gate.code(), gate.passed() ? " open" : " closed"));
    EXPECT_FALSE(gate.reason().empty()) << gate.code();
  }
  return shown;
}

TEST(ExplainTest, EveryTouchpointHasAVerdictWithTheFirstFalsePart) {
  const Desk desk(Freeze(DeskRules()));
  const v1::ExplainJourneyResponse explained =
      desk.Explain(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, ""));
  EXPECT_THAT(Shown(explained.touchpoints()),
              ElementsAre("by-mail FALSE", "by-phone FIRED", "any EARLIER_MATCH",
                          "fixed OTHER_EVENT", "broken ERROR"));
  const v1::RuleVerdict& by_mail = explained.touchpoints(0);
  EXPECT_EQ(by_mail.false_part(), "ticket.channel == \"email\"");
  EXPECT_EQ(by_mail.left_value(), "\"phone\"");
  EXPECT_EQ(by_mail.right_value(), "\"email\"");
  EXPECT_EQ(by_mail.location(), "desk.yaml:7:9");
  EXPECT_EQ(by_mail.role(), v1::CONSUMER_ROLE_USER);
  EXPECT_THAT(explained.touchpoints(4).error(), HasSubstr("zero"));
  EXPECT_EQ(explained.event_id(), "e1");
  EXPECT_EQ(explained.rule_set_digest(), "d1");
  EXPECT_FALSE(explained.journey_id().empty());
}

TEST(ExplainTest, SaysWhyNoJourneyDefinitionApplies) {
  rules::RuleSet rules = DeskRules();
  rules.journeys.front().condition = Condition("ticket.type == \"request\"");
  rules::JourneyDefinition& customer = rules.journeys.emplace_back();
  customer.id = "buy-service";
  customer.role = v1::CONSUMER_ROLE_CUSTOMER;
  const Desk desk(Freeze(std::move(rules)));
  v1::TicketEvent created = TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "");
  created.mutable_ticket()->set_type("incident");
  const v1::ExplainJourneyResponse none = desk.Explain(created);
  EXPECT_THAT(Shown(none.journey_definitions()),
              ElementsAre("get-help FALSE", "buy-service FIRED"));
  EXPECT_EQ(none.journey_definitions(0).false_part(), "ticket.type == \"request\"");
  EXPECT_EQ(none.journey_definitions(0).left_value(), "\"incident\"");
  EXPECT_TRUE(none.touchpoints().empty());

  created.mutable_ticket()->set_type("request");
  const v1::ExplainJourneyResponse both = desk.Explain(created);
  EXPECT_THAT(Shown(both.journey_definitions()),
              ElementsAre("get-help FIRED", "buy-service FIRED"));
  EXPECT_THAT(both.touchpoints(), SizeIs(5));
}

TEST(ExplainTest, EveryRuleHasAVerdictAndItsGates) {
  rules::RuleSet rules = DeskRules();
  rules.rules.push_back(AlertRule("always", "true"));
  rules.rules.push_back(AlertRule("never", "journey.tickets >= 1 && journey.bounces >= 2"));
  rules.rules.push_back(AlertRule("watched", "true"));
  rules.rules.back().shadow = true;
  rules.rules.push_back(AlertRule("hold", "true"));
  rules.rules.back().timer_driven = true;
  rules.rules.push_back(AlertRule("silence", "true"));
  rules.rules.back().timer_driven = true;
  rules.rules.back().after_silence["default"] = {absl::Hours(1)};
  rules.rules.push_back(AlertRule("on-resolved", "true"));
  rules.rules.back().on = On({v1::EVENT_TYPE_RESOLVED});
  rules.rules.push_back(AlertRule("bad-text", "true"));
  rules.rules.back().alert->text = Texts({{"", "{{ticket.custom_fields[\"floor\"]}}"}});
  rules::Rule& survey = rules.rules.emplace_back();
  survey.id = "csat";
  survey.survey.emplace();
  Desk desk(Freeze(std::move(rules)));
  v1::TicketEvent created = TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "");
  created.mutable_ticket()->set_parent_ref("PRB1");
  const v1::ExplainJourneyResponse explained = desk.Explain(created);
  EXPECT_THAT(Shown(explained.rules()),
              ElementsAre("always FIRED", "never FALSE", "watched GATED", "hold NOT_ACTIVE",
                          "silence OTHER_EVENT", "on-resolved OTHER_EVENT", "bad-text ERROR",
                          "csat GATED"));
  EXPECT_EQ(explained.rules(1).false_part(), "journey.bounces >= 2");
  EXPECT_EQ(explained.rules(1).left_value(), "0");
  EXPECT_EQ(explained.rules(1).right_value(), "2");
  EXPECT_THAT(ShownGates(explained.rules(0)),
              ElementsAre("LATE_EVENT open", "ALERT_ALREADY_OPEN open", "INHIBITED open",
                          "SILENCED open", "TICKET_CAP open"));
  EXPECT_THAT(ShownGates(explained.rules(2)),
              ElementsAre("SHADOW_MODE closed", "LATE_EVENT open", "ALERT_ALREADY_OPEN open",
                          "INHIBITED open", "SILENCED open", "TICKET_CAP open"));
  EXPECT_THAT(ShownGates(explained.rules(7)), ElementsAre("SAME_CLOSURE open", "LATE_EVENT open",
                                                          "MERGED open", "CHILD_OF_PARENT closed"));
  EXPECT_THAT(explained.rules(7).gates(3).reason(), HasSubstr("PRB1"));
  EXPECT_FALSE(explained.rules(6).error().empty());

  desk.Record(created);
  const v1::ExplainJourneyResponse later =
      desk.Explain(TicketAt(1, "e2", v1::STATUS_CATEGORY_OPEN, ""));
  EXPECT_EQ(Shown(later.rules()).front(), "always GATED");
  EXPECT_THAT(ShownGates(later.rules(0)),
              ElementsAre("LATE_EVENT open", "ALERT_ALREADY_OPEN closed"));

  v1::TicketEvent ours = TicketAt(1, "e2", v1::STATUS_CATEGORY_OPEN, "");
  ours.mutable_actor()->set_role(v1::ACTOR_ROLE_WAYPOST);
  const v1::ExplainJourneyResponse home = desk.Explain(ours);
  EXPECT_EQ(Shown(home.rules()).front(), "always GATED");
  EXPECT_THAT(ShownGates(home.rules(0)), ElementsAre("OWN_WRITE_BACK closed"));
}

TEST(ExplainTest, TellsWhatALateEventKeepsFromBeingSent) {
  rules::RuleSet rules = DeskRules();
  rules::Rule& survey = rules.rules.emplace_back();
  survey.id = "csat";
  survey.survey.emplace();
  rules::Rule& update = rules.rules.emplace_back();
  update.id = "told";
  update.update.emplace();
  update.update->parts = {Texts({{"en", "x"}})};
  rules.rules.push_back(AlertRule("ended", "true"));
  Desk desk(Freeze(std::move(rules)));
  desk.Record(TicketAt(9, "e1", v1::STATUS_CATEGORY_RESOLVED, ""));
  const v1::ExplainJourneyResponse late =
      desk.Explain(TicketAt(5, "e2", v1::STATUS_CATEGORY_OPEN, ""));
  EXPECT_THAT(Shown(late.rules()), ElementsAre("csat GATED", "told GATED", "ended GATED"));
  for (const v1::RuleVerdict& verdict : late.rules()) {
    const std::string gate = verdict.id() == "csat" ? "SAME_CLOSURE closed" : "LATE_EVENT closed";
    EXPECT_THAT(ShownGates(verdict), ElementsAre(gate)) << verdict.id();
  }
}

TEST(ExplainTest, AgreesWithTheDecision) {
  rules::RuleSet rules = DeskRules();
  for (int i = 0; i < 4; ++i) {
    rules.rules.push_back(
        AlertRule(absl::StrCat("waits-", i), absl::StrCat("journey.status_changes >= ", i)));
  }
  Desk desk(Freeze(std::move(rules)));
  const v1::StatusCategory kCategories[] = {
      v1::STATUS_CATEGORY_NEW, v1::STATUS_CATEGORY_OPEN, v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER,
      v1::STATUS_CATEGORY_RESOLVED, v1::STATUS_CATEGORY_CLOSED};
  int minute = 0;
  for (const v1::StatusCategory category : kCategories) {
    const v1::TicketEvent event = TicketAt(minute, absl::StrCat("e", minute), category, "A");
    std::vector<std::string> fired;
    const v1::ExplainJourneyResponse explained = desk.Explain(event);
    for (const v1::RuleVerdict& verdict : explained.rules()) {
      if (verdict.verdict() == v1::VERDICT_FIRED) {
        fired.push_back(verdict.id());
      }
    }
    EXPECT_THAT(desk.Record(event).rule_ids(), ::testing::ElementsAreArray(fired)) << minute;
    ++minute;
  }
}

}  // namespace
}  // namespace waypost::journey
