// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/decide.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/rules/vocabulary.h"
#include "tests/unit/journey/desk.h"

namespace waypost::journey {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::waypost::testing::Condition;
using ::waypost::testing::DefaultStages;
using ::waypost::testing::Freeze;
using ::waypost::testing::On;
using ::waypost::testing::Text;
using ::waypost::testing::Texts;

constexpr int kEngage = 1;
constexpr int kCoCreate = 5;
constexpr int kRealize = 6;

rules::Touchpoint MakeTouchpoint(const std::string& id, int stage, rules::EventTypes on,
                                 int owner) {
  rules::Touchpoint touchpoint;
  touchpoint.id = id;
  touchpoint.stage = stage;
  touchpoint.on = on;
  touchpoint.owner = owner;
  return touchpoint;
}

// Two owners, a provider, journeys for user and sponsor, no rules.
rules::RuleSet DeskRules() {
  rules::RuleSet rules;
  rules.digest = "0123456789abcdef";
  rules.languages = {"en", "de"};
  rules.stages = DefaultStages();
  rules.owners.push_back({"desk-manager", "Desk manager", {"ticket-note"}, {}});
  rules.owners.push_back({"incident-manager", "Incident manager", {"ticket-note", "mail"}, {}});
  rules.providers.push_back({"network", "Network team", {"Network*"}, std::nullopt, {}});
  rules::JourneyDefinition& user = rules.journeys.emplace_back();
  user.id = "get-help";
  user.condition = Condition("ticket.type in [\"incident\", \"\"]");
  user.touchpoints.push_back(MakeTouchpoint("search", 0, On({v1::EVENT_TYPE_SIGNAL}), 0));
  user.touchpoints.push_back(MakeTouchpoint("report", kEngage, On({v1::EVENT_TYPE_CREATED}), 0));
  user.touchpoints.back().emotion = -1;
  user.touchpoints.push_back(
      MakeTouchpoint("handed-over", kCoCreate, On({v1::EVENT_TYPE_ASSIGNED}), 1));
  user.touchpoints.push_back(MakeTouchpoint("fixed", kRealize, On({v1::EVENT_TYPE_RESOLVED}), 1));
  rules::JourneyDefinition& sponsor = rules.journeys.emplace_back();
  sponsor.id = "pay";
  sponsor.role = v1::CONSUMER_ROLE_SPONSOR;
  sponsor.touchpoints.push_back(
      MakeTouchpoint("cost-incurred", kCoCreate, On({v1::EVENT_TYPE_ASSIGNED}), -1));
  return rules;
}

rules::Rule AlertRule(const std::string& id, const std::string& condition,
                      const std::string& text) {
  rules::Rule rule;
  rule.id = id;
  rule.condition = Condition(condition);
  rule.alert.emplace();
  rule.alert->text = Texts({{"", text}});
  return rule;
}

rules::Rule SurveyRule(const std::string& id) {
  rules::Rule rule;
  rule.id = id;
  rule.on = On({v1::EVENT_TYPE_RESOLVED});
  rule.survey.emplace();
  return rule;
}

std::vector<std::string> AlertRules(const v1::Enrichment& enrichment) {
  std::vector<std::string> ids;
  for (const v1::ExperienceAlert& alert : enrichment.alerts()) {
    ids.push_back(alert.rule_id());
  }
  return ids;
}

// "user engage/report moved" per position.
std::vector<std::string> Positions(const v1::Enrichment& enrichment) {
  std::vector<std::string> shown;
  for (const v1::JourneyPosition& position : enrichment.positions()) {
    shown.push_back(rules::ConsumerRoleName(position.role()) + " " + position.stage() + "/" +
                    position.touchpoint_id() + (position.moved() ? " moved" : "") +
                    (position.backward() ? " backward" : ""));
  }
  return shown;
}

TEST(DecidePositionTest, RolesPassTheFirstTouchpointOfTheirOwnDefinition) {
  Desk desk(Freeze(DeskRules()));
  EXPECT_THAT(Positions(desk.Record(SignalAt(0, "e1", "search_no_result", "portal"))),
              ElementsAre("user explore/search moved", "sponsor /"));
  const v1::Enrichment created =
      desk.Record(TicketAt(5, "e2", v1::STATUS_CATEGORY_NEW, "Service Desk"));
  EXPECT_THAT(Positions(created), ElementsAre("user engage/report moved", "sponsor /"));
  EXPECT_EQ(created.positions(0).owner_name(), "Desk manager");
  EXPECT_EQ(created.positions(0).provider_id(), "");
  const internal::v1::Decision handed_over =
      desk.Decide(TicketAt(9, "e3", v1::STATUS_CATEGORY_NEW, "Network 2"));
  EXPECT_THAT(
      Positions(handed_over.enrichment()),
      ElementsAre("user co_create/handed-over moved", "sponsor co_create/cost-incurred moved"));
  EXPECT_EQ(handed_over.provider_id(), "network");
  EXPECT_EQ(handed_over.enrichment().positions(0).provider_id(), "network");
  EXPECT_THAT(handed_over.touchpoints(), SizeIs(2));
  EXPECT_FALSE(handed_over.enrichment().unmapped());
}

TEST(DecidePositionTest, AnEventWithoutTouchpointLeavesTheRoleWhereItWas) {
  Desk desk(Freeze(DeskRules()));
  desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "Service Desk"));
  const v1::Enrichment opened =
      desk.Record(TicketAt(1, "e2", v1::STATUS_CATEGORY_OPEN, "Service Desk"));
  EXPECT_THAT(Positions(opened), ElementsAre("user engage/report", "sponsor /"));
  EXPECT_EQ(opened.positions(0).owner_name(), "Desk manager");
  EXPECT_TRUE(opened.unmapped());
  EXPECT_THAT(opened.annotations(), IsEmpty());
}

TEST(DecidePositionTest, GoingBackToAnEarlierStageIsToldUnlessTheEventIsLate) {
  Desk desk(Freeze(DeskRules()));
  desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "Service Desk"));
  desk.Record(TicketAt(60, "e2", v1::STATUS_CATEGORY_RESOLVED, "Service Desk"));
  const v1::Enrichment late = desk.Record(TicketAt(30, "e3", v1::STATUS_CATEGORY_OPEN, "Network"));
  EXPECT_TRUE(late.late());
  EXPECT_THAT(Positions(late),
              ElementsAre("user realize/fixed", "sponsor co_create/cost-incurred moved"));
  EXPECT_FALSE(late.unmapped());
  const v1::Enrichment back = desk.Record(TicketAt(90, "e4", v1::STATUS_CATEGORY_OPEN, "Mail"));
  EXPECT_THAT(Positions(back), ElementsAre("user co_create/handed-over moved backward",
                                           "sponsor co_create/cost-incurred moved"));
}

TEST(DecidePositionTest, ALateEventDoesNotMoveForwardEither) {
  Desk desk(Freeze(DeskRules()));
  desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "Service Desk"));
  desk.Record(TicketAt(60, "e2", v1::STATUS_CATEGORY_OPEN, "Network"));
  const internal::v1::Decision late =
      desk.Decide(TicketAt(30, "e3", v1::STATUS_CATEGORY_RESOLVED, "Service Desk"));
  EXPECT_THAT(Positions(late.enrichment()),
              ElementsAre("user co_create/handed-over", "sponsor co_create/cost-incurred"));
  ASSERT_THAT(late.touchpoints(), SizeIs(1)) << "it is in the timeline";
  EXPECT_EQ(late.touchpoints(0).touchpoint_id(), "fixed");
  EXPECT_THAT(late.enrichment().annotations(), IsEmpty());
}

TEST(DecidePositionTest, ALateEventPassesTheTouchpointOfItsTime) {
  rules::RuleSet rules = DeskRules();
  rules.journeys.front().touchpoints.push_back(
      MakeTouchpoint("worked-on-unseen", kEngage, On({v1::EVENT_TYPE_UPDATED}), 0));
  rules.journeys.front().touchpoints.back().condition =
      Condition("journey.open_tickets > 0 && journey.touchpoint == \"report\"");
  rules.rules.push_back(AlertRule("stands-at-the-end", "journey.touchpoint == \"fixed\"", "x"));
  Desk desk(Freeze(std::move(rules)));
  desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "Service Desk"));
  desk.Record(TicketAt(60, "e2", v1::STATUS_CATEGORY_RESOLVED, "Service Desk"));
  v1::TicketEvent noted = TicketAt(30, "e3", v1::STATUS_CATEGORY_NEW, "Service Desk");
  noted.set_type(v1::EVENT_TYPE_UPDATED);
  const v1::ExplainJourneyResponse explained = desk.Explain(noted);
  EXPECT_EQ(explained.rules(0).verdict(), v1::VERDICT_GATED) << "rules read the newest facts";
  const internal::v1::Decision late = desk.Decide(noted);
  EXPECT_FALSE(late.enrichment().unmapped());
  ASSERT_THAT(late.touchpoints(), SizeIs(1));
  EXPECT_EQ(late.touchpoints(0).touchpoint_id(), "worked-on-unseen");
  EXPECT_THAT(Positions(late.enrichment()), ElementsAre("user realize/fixed", "sponsor /"));
}

TEST(DecidePositionTest, TheDefinitionStaysAndTheFirstTicketAfterSignalsChoosesAnew) {
  rules::RuleSet rules = DeskRules();
  rules::JourneyDefinition request = rules.journeys.front();
  request.id = "get-service";
  request.condition = Condition("ticket.type == \"request\"");
  rules.journeys.push_back(request);
  Desk desk(Freeze(std::move(rules)));
  EXPECT_EQ(desk.Record(SignalAt(0, "e1", "search_no_result", "portal"))
                .positions(0)
                .journey_definition_id(),
            "get-help");
  v1::TicketEvent created = TicketAt(5, "e2", v1::STATUS_CATEGORY_NEW, "");
  created.mutable_ticket()->set_type("request");
  EXPECT_EQ(desk.Record(created).positions(0).journey_definition_id(), "get-service");
  v1::TicketEvent retyped = TicketAt(6, "e3", v1::STATUS_CATEGORY_NEW, "");
  EXPECT_EQ(desk.Record(retyped).positions(0).journey_definition_id(), "get-service");
}

TEST(DecideAnnotationTest, AMoveOfTheUserIsWrittenOnTheTicket) {
  Desk desk(Freeze(DeskRules()));
  const v1::Enrichment created = desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, ""));
  std::vector<std::pair<std::string, std::string>> annotations;
  for (const v1::Annotation& annotation : created.annotations()) {
    annotations.emplace_back(annotation.name(), annotation.value());
  }
  EXPECT_THAT(annotations, ElementsAre(std::pair("journey.id", created.journey_id()),
                                       std::pair("journey.stage", "engage"),
                                       std::pair("journey.touchpoint", "report"),
                                       std::pair("journey.owner", "Desk manager")));
}

TEST(DecideAnnotationTest, WhatTheTicketHasIsNotToldAgain) {
  Desk desk(Freeze(DeskRules()));
  const auto assigned = [](int minute, const std::string& id, const std::string& group) {
    return TicketAt(minute, id, v1::STATUS_CATEGORY_OPEN, group);
  };
  EXPECT_THAT(desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "")).annotations(), SizeIs(4));
  EXPECT_THAT(desk.Record(assigned(1, "e2", "Network")).annotations(), SizeIs(4));
  const v1::Enrichment again = desk.Record(assigned(2, "e3", "Database"));
  EXPECT_TRUE(again.positions(0).moved());
  EXPECT_THAT(again.annotations(), IsEmpty());
  // Another ticket of the same journey may not have it.
  v1::TicketEvent other = assigned(3, "e4", "Network");
  other.mutable_ticket()->set_ref("INC2");
  other.mutable_ticket()->set_parent_ref("INC1");
  EXPECT_EQ(desk.Record(other).journey_id(), again.journey_id());
  EXPECT_THAT(desk.Record(assigned(4, "e5", "Network")).annotations(), SizeIs(4));
  // But nothing that Waypost does tells it twice.
  v1::TicketEvent own = assigned(5, "e6", "Database");
  own.mutable_actor()->set_role(v1::ACTOR_ROLE_WAYPOST);
  EXPECT_TRUE(desk.Record(own).positions(0).moved());
  own = assigned(6, "e7", "Network");
  own.mutable_actor()->set_role(v1::ACTOR_ROLE_WAYPOST);
  EXPECT_THAT(desk.Record(own).annotations(), IsEmpty());
}

TEST(DecideAnnotationTest, RulesAddTheirOwn) {
  rules::RuleSet rules = DeskRules();
  rules::Rule& rule = rules.rules.emplace_back();
  rule.id = "note-stage";
  rule.annotations.push_back({"desk.note", Text("{{ticket.ref}} in {{journey.stage}}")});
  Desk desk(Freeze(std::move(rules)));
  const v1::Enrichment created = desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, ""));
  ASSERT_THAT(created.annotations(), SizeIs(5));
  EXPECT_EQ(created.annotations(4).name(), "desk.note");
  EXPECT_EQ(created.annotations(4).value(), "INC1 in engage");
  EXPECT_EQ(created.annotations(4).rule_id(), "note-stage");
  EXPECT_THAT(created.rule_ids(), ElementsAre("note-stage"));
}

TEST(DecideAlertTest, GoesToItsOwnerOrToTheOneOfTheTouchpointWhereTheUserStands) {
  rules::RuleSet rules = DeskRules();
  rules.rules.push_back(AlertRule("by-touchpoint", "journey.reassignments >= 1",
                                  "{{ticket.ref}} is now with {{ticket.group}}"));
  rules.rules.push_back(AlertRule("by-name", "journey.reassignments >= 1", "moved"));
  rules.rules.back().alert->owner = 0;
  rules.rules.back().alert->severity = v1::SEVERITY_CRITICAL;
  Desk desk(Freeze(std::move(rules)));
  EXPECT_THAT(desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "Service Desk")).alerts(),
              IsEmpty());
  const v1::Enrichment moved = desk.Record(TicketAt(5, "e2", v1::STATUS_CATEGORY_NEW, "Network"));
  ASSERT_THAT(AlertRules(moved), ElementsAre("by-touchpoint", "by-name"));
  EXPECT_THAT(moved.rule_ids(), ElementsAre("by-touchpoint", "by-name"));
  const v1::ExperienceAlert& first = moved.alerts(0);
  EXPECT_EQ(first.text(), "INC1 is now with Network");
  EXPECT_EQ(first.owner_id(), "incident-manager");
  EXPECT_EQ(first.owner_name(), "Incident manager");
  EXPECT_THAT(first.notify(), ElementsAre("ticket-note", "mail"));
  EXPECT_EQ(first.touchpoint_id(), "handed-over");
  EXPECT_EQ(first.severity(), v1::SEVERITY_WARNING);
  EXPECT_THAT(first.id(), StartsWith("a-"));
  EXPECT_THAT(first.id(), SizeIs(18));
  EXPECT_EQ(moved.alerts(1).owner_id(), "desk-manager");
  EXPECT_EQ(moved.alerts(1).severity(), v1::SEVERITY_CRITICAL);
}

TEST(DecideAlertTest, IsOpenOncePerJourneyUntilTheJourneyEnds) {
  rules::RuleSet rules = DeskRules();
  rules.rules.push_back(AlertRule("moved",
                                  "journey.reassignments >= 1 && ticket.status_category "
                                  "!= \"resolved\"",
                                  "moved"));
  Desk desk(Freeze(std::move(rules)));
  desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "A"));
  EXPECT_THAT(AlertRules(desk.Record(TicketAt(1, "e2", v1::STATUS_CATEGORY_OPEN, "B"))),
              ElementsAre("moved"));
  ASSERT_THAT(desk.record().journeys[0].open_alerts(), SizeIs(1));
  EXPECT_EQ(desk.record().journeys[0].open_alerts(0).ticket_ref(), "INC1");
  const v1::Enrichment again = desk.Record(TicketAt(2, "e3", v1::STATUS_CATEGORY_OPEN, "C"));
  EXPECT_THAT(AlertRules(again), IsEmpty());
  EXPECT_THAT(again.rule_ids(), IsEmpty());
  desk.Record(TicketAt(3, "e4", v1::STATUS_CATEGORY_RESOLVED, "C"));
  EXPECT_THAT(desk.record().journeys[0].open_alerts(), IsEmpty());
  EXPECT_THAT(AlertRules(desk.Record(TicketAt(4, "e5", v1::STATUS_CATEGORY_OPEN, "C"))),
              ElementsAre("moved"));
}

TEST(DecideAlertTest, NoneIsOpenOnceTheJourneyHasEnded) {
  const struct {
    const char* name;
    std::vector<v1::TicketEvent> after;  // a first event at minute 0 that raises nothing
  } kCases[] = {
      {"raised by the event that ends it", {TicketAt(5, "e2", v1::STATUS_CATEGORY_RESOLVED, "B")}},
      {"raised by an event after the end",
       {TicketAt(5, "e2", v1::STATUS_CATEGORY_RESOLVED, "A"),
        TicketAt(6, "e3", v1::STATUS_CATEGORY_CLOSED, "B")}},
      {"ended by a late event",
       {TicketAt(9, "e2", v1::STATUS_CATEGORY_UNSPECIFIED, "B"),
        TicketAt(5, "e3", v1::STATUS_CATEGORY_RESOLVED, "A")}},
  };
  for (const auto& row : kCases) {
    rules::RuleSet rules = DeskRules();
    rules.rules.push_back(AlertRule("moved", "journey.reassignments >= 1", "moved"));
    Desk desk(Freeze(std::move(rules)));
    desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "A"));
    int raised = 0;
    for (const v1::TicketEvent& event : row.after) raised += desk.Record(event).alerts_size();
    EXPECT_EQ(raised, 1) << row.name;
    EXPECT_THAT(desk.record().journeys[0].open_alerts(), IsEmpty()) << row.name;
  }
}

TEST(DecideAlertTest, InShadowModeIsDecidedAndMarkedButNeverOpens) {
  rules::RuleSet rules = DeskRules();
  rules.rules.push_back(AlertRule("watched", "true", "x"));
  rules.rules.back().shadow = true;
  rules.rules.back().annotations.push_back({"desk.note", Text("x")});
  Desk desk(Freeze(std::move(rules)));
  for (const char* id : {"e1", "e2"}) {
    const v1::Enrichment decided = desk.Record(TicketAt(0, id, v1::STATUS_CATEGORY_NEW, "A"));
    ASSERT_THAT(AlertRules(decided), ElementsAre("watched"));
    EXPECT_TRUE(decided.alerts(0).shadow());
    EXPECT_TRUE(decided.annotations(decided.annotations_size() - 1).shadow());
    EXPECT_THAT(decided.rule_ids(), IsEmpty());
    EXPECT_THAT(desk.record().journeys[0].open_alerts(), IsEmpty());
  }
}

TEST(DecideUpdateTest, IsWrittenInTheRequestersLanguageWithAPromiseByPriority) {
  const struct {
    const char* name;
    const char* language;
    const char* priority;
    const char* want_language;
    const char* want_text;
    int want_minutes;  // -1: no promise
  } kCases[] = {
      {"regional tag", "de-AT", "P1", "de", "Wir haben INC1", 30},
      {"first language when not told", "", "P2", "en", "We have INC1", 240},
      {"first language when not offered", "fr", "P2", "en", "We have INC1", 240},
  };
  for (const auto& row : kCases) {
    rules::RuleSet rules = DeskRules();
    rules::Rule& rule = rules.rules.emplace_back();
    rule.id = "acknowledge";
    rule.on = On({v1::EVENT_TYPE_CREATED});
    rule.update.emplace();
    rule.update->parts = {
        Texts({{"en", "We have {{ticket.ref}}"}, {"de", "Wir haben {{ticket.ref}}"}})};
    rule.update->next_update_by = {{"P1", {absl::Minutes(30)}}, {"default", {absl::Hours(4)}}};
    rule.update->draft = true;
    Desk desk(Freeze(std::move(rules)));
    v1::TicketEvent event = TicketAt(10, "e1", v1::STATUS_CATEGORY_NEW, "");
    event.mutable_ticket()->mutable_requester()->set_language(row.language);
    event.mutable_ticket()->set_priority(row.priority);
    const v1::Enrichment decided = desk.Record(event);
    ASSERT_THAT(decided.status_updates(), SizeIs(1)) << row.name;
    const v1::StatusUpdate& update = decided.status_updates(0);
    EXPECT_EQ(update.language(), row.want_language) << row.name;
    EXPECT_EQ(update.text(), row.want_text) << row.name;
    EXPECT_EQ(update.next_update_by().seconds(), absl::ToUnixSeconds(At(10 + row.want_minutes)))
        << row.name;
    EXPECT_TRUE(update.draft());
    EXPECT_THAT(update.id(), StartsWith("u-"));
  }
}

TEST(DecideSurveyTest, AsksTheRequesterOncePerJourneyAndSaysWhyNot) {
  const struct {
    const char* name;
    void (*change)(v1::TicketEvent*);
    const char* want_code;
  } kCases[] = {
      {"sent", [](v1::TicketEvent*) {}, ""},
      {"merged", [](v1::TicketEvent* e) { e->mutable_ticket()->set_merged_into_ref("INC9"); },
       "MERGED"},
      {"child", [](v1::TicketEvent* e) { e->mutable_ticket()->set_parent_ref("PRB1"); },
       "CHILD_OF_PARENT"},
      {"assignee",
       [](v1::TicketEvent* e) { e->mutable_ticket()->mutable_assignee()->set_id("u1"); },
       "REQUESTER_IS_AGENT"},
      {"acting agent", [](v1::TicketEvent* e) { e->mutable_actor()->set_id("u1"); },
       "REQUESTER_IS_AGENT"},
      {"requester acts as customer",
       [](v1::TicketEvent* e) {
         e->mutable_actor()->set_id("u1");
         e->mutable_actor()->set_role(v1::ACTOR_ROLE_CUSTOMER);
       },
       ""},
  };
  for (const auto& row : kCases) {
    rules::RuleSet rules = DeskRules();
    rules.rules.push_back(SurveyRule("csat"));
    Desk desk(Freeze(std::move(rules)));
    desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, ""));
    v1::TicketEvent event = TicketAt(5, "e2", v1::STATUS_CATEGORY_RESOLVED, "");
    row.change(&event);
    const v1::Enrichment decided = desk.Record(event);
    ASSERT_THAT(decided.surveys(), SizeIs(1)) << row.name;
    const v1::SurveyDecision& survey = decided.surveys(0);
    EXPECT_EQ(survey.reason_code(), row.want_code) << row.name;
    EXPECT_EQ(survey.reason().empty(), std::string(row.want_code).empty()) << row.name;
    EXPECT_EQ(survey.outcome(), std::string(row.want_code).empty() ? v1::SURVEY_OUTCOME_SEND
                                                                   : v1::SURVEY_OUTCOME_DO_NOT_SEND)
        << row.name;
    EXPECT_EQ(survey.person_id(), "u1") << row.name;
    EXPECT_EQ(survey.language(), "de-AT") << row.name;
    EXPECT_EQ(survey.ticket_ref(), "INC1") << row.name;
  }
}

TEST(DecideSurveyTest, OneSurveyAJourneyAndNoneWithinTheCooldown) {
  rules::RuleSet rules = DeskRules();
  rules.rules.push_back(SurveyRule("watched"));
  rules.rules.back().shadow = true;
  rules.rules.push_back(SurveyRule("csat"));
  rules.rules.push_back(SurveyRule("effort"));
  Desk desk(Freeze(std::move(rules)));
  desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, ""));
  const v1::Enrichment first = desk.Record(TicketAt(1, "e2", v1::STATUS_CATEGORY_RESOLVED, ""));
  ASSERT_THAT(first.surveys(), SizeIs(3));
  EXPECT_TRUE(first.surveys(0).shadow());
  EXPECT_EQ(first.surveys(1).outcome(), v1::SURVEY_OUTCOME_SEND);
  EXPECT_EQ(first.surveys(2).reason_code(), "ALREADY_SURVEYED");
  EXPECT_EQ(first.surveys(2).reason(), "The rule csat has already asked about this journey.");
  EXPECT_THAT(first.rule_ids(), ElementsAre("csat"));
  desk.Record(TicketAt(2, "e3", v1::STATUS_CATEGORY_OPEN, ""));
  const v1::Enrichment second = desk.Record(TicketAt(3, "e4", v1::STATUS_CATEGORY_RESOLVED, ""));
  ASSERT_THAT(second.surveys(), SizeIs(3));
  EXPECT_EQ(second.surveys(1).reason_code(), "COOLDOWN");
  EXPECT_EQ(second.surveys(1).reason(),
            "The person was asked by the rule csat on 2026-03-02 09:01 UTC; nobody is asked twice "
            "within 14 days.");
}

// Writes on creation and on resolution, asks on resolution, alerts on assignment.
std::shared_ptr<const rules::RuleSet> WritingRules() {
  rules::RuleSet rules = DeskRules();
  rules.rules.push_back(SurveyRule("csat"));
  for (const auto& [id, type] : {std::pair("received", v1::EVENT_TYPE_CREATED),
                                 std::pair("solved", v1::EVENT_TYPE_RESOLVED)}) {
    rules::Rule& rule = rules.rules.emplace_back();
    rule.id = id;
    rule.on = On({type});
    rule.update.emplace();
    rule.update->parts = {Texts({{"en", id}})};
    rule.update->next_update_by = {{"default", {absl::Hours(4)}}};
  }
  rules.rules.push_back(AlertRule("moved", "journey.reassignments >= 1", "moved"));
  rules.rules.back().on = On({v1::EVENT_TYPE_ASSIGNED});
  return Freeze(std::move(rules));
}

TEST(DecideLateTest, WhatIsOlderThanTheFirstEventOfATicketWritesToNobody) {
  Desk desk(WritingRules());
  EXPECT_THAT(desk.Record(TicketAt(60, "e1", v1::STATUS_CATEGORY_NEW, "A")).rule_ids(),
              ElementsAre("received"));
  const v1::Enrichment late = desk.Record(TicketAt(0, "e2", v1::STATUS_CATEGORY_NEW, "A"));
  EXPECT_EQ(late.events(0).type(), v1::EVENT_TYPE_CREATED);
  EXPECT_THAT(late.status_updates(), IsEmpty());
  EXPECT_THAT(late.rule_ids(), IsEmpty());
}

TEST(DecideLateTest, ALateResolutionOfATicketThatIsOpenAgainNeitherWritesNorAsks) {
  Desk desk(WritingRules());
  desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "A"));
  desk.Record(TicketAt(60, "e2", v1::STATUS_CATEGORY_OPEN, "A"));
  const v1::Enrichment late = desk.Record(TicketAt(30, "e3", v1::STATUS_CATEGORY_RESOLVED, "A"));
  EXPECT_THAT(late.status_updates(), IsEmpty());
  ASSERT_THAT(late.surveys(), SizeIs(1));
  EXPECT_EQ(late.surveys(0).outcome(), v1::SURVEY_OUTCOME_DO_NOT_SEND);
  EXPECT_EQ(late.surveys(0).reason_code(), "LATE_EVENT");
  EXPECT_THAT(late.rule_ids(), IsEmpty());
}

TEST(DecideLateTest, NewsOfOneTicketIsNotOldBecauseAnotherOneHasNewer) {
  Desk desk(WritingRules());
  desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "A"));
  v1::TicketEvent child = TicketAt(60, "e2", v1::STATUS_CATEGORY_NEW, "A");
  child.mutable_ticket()->set_ref("INC2");
  child.mutable_ticket()->set_parent_ref("INC1");
  desk.Record(child);
  const v1::Enrichment late = desk.Record(TicketAt(30, "e3", v1::STATUS_CATEGORY_RESOLVED, "A"));
  EXPECT_TRUE(late.late());
  EXPECT_THAT(late.rule_ids(), ElementsAre("solved"));
  EXPECT_EQ(late.surveys(0).reason_code(), "OTHER_TICKET_OPEN") << "and not LATE_EVENT";
}

TEST(DecideLateTest, AlertsOfLateEventsAreRaisedWhileTheJourneyGoesOn) {
  for (const bool ended : {false, true}) {
    Desk desk(WritingRules());
    desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "A"));
    desk.Record(
        TicketAt(60, "e2", ended ? v1::STATUS_CATEGORY_RESOLVED : v1::STATUS_CATEGORY_OPEN, "A"));
    const v1::Enrichment late = desk.Record(TicketAt(30, "e3", v1::STATUS_CATEGORY_OPEN, "B"));
    EXPECT_EQ(AlertRules(late),
              ended ? std::vector<std::string>() : std::vector<std::string>{"moved"})
        << ended;
  }
}

TEST(DecideErrorTest, ARuleThatCannotBeEvaluatedIsToldAndTheOthersAct) {
  rules::RuleSet rules = DeskRules();
  rules.rules.push_back(AlertRule("bad-condition", "1 / journey.bounces > 0", "x"));
  rules.rules.push_back(AlertRule("bad-text", "true", "floor {{ticket.custom_fields[\"floor\"]}}"));
  rules.rules.back().survey.emplace();
  rules.rules.back().location = {"desk.yaml", 12, 5};
  rules.rules.push_back(AlertRule("good", "true", "x"));
  rules.journeys.front().touchpoints.insert(rules.journeys.front().touchpoints.begin(),
                                            MakeTouchpoint("bad-touchpoint", 0, {}, -1));
  rules.journeys.front().touchpoints.front().condition = Condition("1 / journey.bounces > 0");
  Desk desk(Freeze(std::move(rules)));
  const v1::Enrichment decided = desk.Record(TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, ""));
  EXPECT_THAT(AlertRules(decided), ElementsAre("good"));
  EXPECT_THAT(decided.surveys(), IsEmpty());
  EXPECT_THAT(Positions(decided), ElementsAre("user engage/report moved", "sponsor /"));
  ASSERT_THAT(decided.rule_errors(), SizeIs(3));
  EXPECT_EQ(decided.rule_errors(0).id(), "bad-touchpoint");
  EXPECT_EQ(decided.rule_errors(1).id(), "bad-condition");
  EXPECT_EQ(decided.rule_errors(2).id(), "bad-text");
  EXPECT_EQ(decided.rule_errors(2).location(), "desk.yaml:12:5");
  EXPECT_THAT(decided.rule_errors(1).message(), HasSubstr("zero"));
}

TEST(DecideWriteBackTest, OurOwnMessageComingHomePassesATouchpointButRunsNoRules) {
  rules::RuleSet rules = DeskRules();
  rules.rules.push_back(AlertRule("always", "true", "x"));
  Desk desk(Freeze(std::move(rules)));
  v1::TicketEvent ours = TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "");
  ours.mutable_actor()->set_role(v1::ACTOR_ROLE_WAYPOST);
  const v1::Enrichment passed = desk.Record(ours);
  EXPECT_THAT(Positions(passed), ElementsAre("user engage/report moved", "sponsor /"));
  EXPECT_THAT(passed.alerts(), IsEmpty());
  ours = TicketAt(1, "e2", v1::STATUS_CATEGORY_OPEN, "");
  ours.mutable_actor()->set_role(v1::ACTOR_ROLE_WAYPOST);
  EXPECT_FALSE(desk.Record(ours).unmapped());
}

TEST(DecideTest, IsPureAndRulesFireOncePerEvent) {
  rules::RuleSet rules = DeskRules();
  rules.rules.push_back(AlertRule("any-event", "event.type != \"created\"", "{{event.type}}"));
  const auto frozen = Freeze(std::move(rules));
  PersonRecord record;
  record.person.set_person_id("u1");
  const v1::TicketEvent event = TicketAt(0, "e1", v1::STATUS_CATEGORY_RESOLVED, "A");
  const absl::StatusOr<Folded> folded = Fold(event, 1, frozen->stitching, nullptr, &record);
  ASSERT_TRUE(folded.ok());
  ASSERT_GT(folded->events.size(), 1u);
  const internal::v1::Decision first = Decide(*frozen, event, record, *folded, At(0), nullptr);
  const internal::v1::Decision second = Decide(*frozen, event, record, *folded, At(0), nullptr);
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  ASSERT_THAT(AlertRules(first.enrichment()), ElementsAre("any-event"));
  EXPECT_EQ(first.enrichment().alerts(0).text(), rules::EventTypeName(folded->events[1].type()));
  EXPECT_EQ(first.enrichment().rule_set_digest(), "0123456789abcdef");
  EXPECT_THAT(first.enrichment().decision_id(), StartsWith("d-"));
}

}  // namespace
}  // namespace waypost::journey
