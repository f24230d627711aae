// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/survey_requests.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/journey/survey_town.h"

namespace waypost::journey {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kOpen = v1::STATUS_CATEGORY_OPEN;
constexpr auto kResolved = v1::STATUS_CATEGORY_RESOLVED;
constexpr auto kClosed = v1::STATUS_CATEGORY_CLOSED;

rules::RuleSet AskBoss(absl::Duration delay = absl::Hours(8)) {
  return SurveyRules(AskOther("\"boss\"", delay));
}

// The ticket of the person is opened and solved.
void Serve(const std::string& person, const std::string& ref, int minutes, SurveyTown* town) {
  ASSERT_TRUE(town->Record(EventOfPerson(person, ref, minutes, kOpen)).ok());
  ASSERT_TRUE(town->Record(EventOfPerson(person, ref, minutes + 10, kResolved)).ok());
}

const internal::v1::JourneyState& OnlyJourney(const std::string& person, SurveyTown* town) {
  EXPECT_THAT(town->Of(person).journeys, SizeIs(1));
  return town->Of(person).journeys.front();
}

TEST(SurveyRequestsTest, WhoeverTheRuleNamesIsAskedInPlaceOfTheRequester) {
  SurveyTown town(AskBoss());
  Serve("ann", "A1", 0, &town);
  EXPECT_THAT(town.SurveysOf("ann"), ElementsAre("relation DO_NOT_SEND HANDED_OVER"));
  EXPECT_THAT(town.SurveysOf("boss"), ElementsAre("relation SCHEDULED"));
  town.AdvanceTo(10 + 8 * kHour);
  EXPECT_THAT(town.SurveysOf("boss"), ElementsAre("relation SEND"));
  const v1::SurveyDecision& survey = OnlyJourney("boss", &town).surveys(0);
  EXPECT_EQ(survey.person_id(), "boss");
  EXPECT_EQ(survey.role(), v1::CONSUMER_ROLE_CUSTOMER);
  EXPECT_EQ(survey.source(), "request-tracker");
  EXPECT_EQ(survey.ticket_ref(), "A1");
  EXPECT_EQ(survey.kind(), v1::SURVEY_KIND_NPS);
  EXPECT_EQ(survey.inclusion_probability(), 1);
  const v1::SurveyDecision& handed_over = OnlyJourney("ann", &town).surveys(0);
  EXPECT_EQ(handed_over.id(), survey.id());
  EXPECT_EQ(handed_over.person_id(), "boss");
  EXPECT_EQ(OnlyJourney("ann", &town).facts().surveys_not_sent(), 0);
  EXPECT_EQ(OnlyJourney("boss", &town).facts().surveys_sent(), 1);
}

TEST(SurveyRequestsTest, OneCooldownHoldsForAllWhomSomebodyAnswersFor) {
  SurveyTown town(AskBoss(absl::ZeroDuration()));
  Serve("ann", "A1", 0, &town);
  Serve("bob", "B1", kHour, &town);
  Serve("eve", "C1", 91 * kDay, &town);
  EXPECT_THAT(town.SurveysOf("boss"),
              ElementsAre("relation EXPIRED", "relation DO_NOT_SEND COOLDOWN", "relation SEND"));
}

TEST(SurveyRequestsTest, TheCooldownCountsWhatWasAskedAboutOwnTickets) {
  rules::RuleSet rules = AskBoss(absl::ZeroDuration());
  rules.rules.push_back(AskRule());
  SurveyTown town(std::move(rules));
  Serve("ann", "A1", 0, &town);
  Serve("boss", "B1", kDay, &town);
  // Of their own ticket they are both the user and the customer.
  EXPECT_THAT(town.SurveysOf("boss"),
              ElementsAre("relation SEND", "relation DO_NOT_SEND HANDED_OVER",
                          "csat DO_NOT_SEND COOLDOWN", "relation DO_NOT_SEND COOLDOWN"));
}

TEST(SurveyRequestsTest, TheSurveyOfTheRequesterGoesOnBesideIt) {
  rules::RuleSet rules = AskBoss();
  rules.rules.push_back(AskRule());
  SurveyTown town(std::move(rules));
  Serve("ann", "A1", 0, &town);
  EXPECT_THAT(town.SurveysOf("ann"), ElementsAre("relation DO_NOT_SEND HANDED_OVER", "csat SEND"));
}

TEST(SurveyRequestsTest, AReopeningBeforeTheSurveyTakesItBack) {
  SurveyTown town(AskBoss());
  Serve("ann", "A1", 0, &town);
  ASSERT_TRUE(town.Record(EventOfPerson("ann", "A1", 60, kOpen)).ok());
  EXPECT_THAT(town.SurveysOf("ann"), ElementsAre("relation DO_NOT_SEND REOPENED"));
  EXPECT_THAT(town.SurveysOf("boss"), ElementsAre("relation DO_NOT_SEND REOPENED"));
  ASSERT_TRUE(town.Record(EventOfPerson("ann", "A1", 120, kResolved)).ok());
  ASSERT_TRUE(town.Record(EventOfPerson("ann", "A1", 130, kClosed)).ok());
  town.AdvanceTo(120 + 8 * kHour);
  EXPECT_THAT(town.SurveysOf("boss"),
              ElementsAre("relation DO_NOT_SEND REOPENED", "relation SEND"));
}

TEST(SurveyRequestsTest, AReopeningAfterTheSurveyLeavesItAndStopsTheReminder) {
  rules::RuleSet rules = AskBoss(absl::ZeroDuration());
  rules.rules[0].survey->reminder = absl::Hours(48);
  SurveyTown town(std::move(rules));
  Serve("ann", "A1", 0, &town);
  ASSERT_TRUE(town.Record(EventOfPerson("ann", "A1", 60, kOpen)).ok());
  EXPECT_TRUE(OnlyJourney("boss", &town).surveys(0).superseded());
  town.AdvanceTo(3 * kDay);
  EXPECT_THAT(town.SurveysOf("boss"), ElementsAre("relation SEND"));
  town.AdvanceTo(8 * kDay);
  EXPECT_THAT(town.SurveysOf("boss"), ElementsAre("relation EXPIRED"));
}

// A crash may deliver the withdrawal first: the sender settles letters one by one.
TEST(SurveyRequestsTest, AWithdrawalThatComesFirstHoldsAgainstTheRequest) {
  SurveyTown town(AskBoss());
  town.carry_letters = false;
  Serve("ann", "A1", 0, &town);
  ASSERT_TRUE(town.Record(EventOfPerson("ann", "A1", 60, kOpen)).ok());
  std::vector<internal::v1::Letter> letters = LettersDue(town.Of("ann"), At(60));
  ASSERT_THAT(letters, SizeIs(2));
  for (const size_t number : {1U, 0U}) {
    PersonRecord& boss = town.Of("boss");
    ASSERT_TRUE(Evaluate(town.rules(), letters[number].event(), 100 + number, At(61), &boss).ok());
  }
  EXPECT_THAT(town.SurveysOf("boss"), ElementsAre("relation DO_NOT_SEND REOPENED"));
  EXPECT_THAT(town.Of("boss").journeys.front().pending(), IsEmpty());
}

TEST(SurveyRequestsTest, TheAnswerIsOfWhoeverWasAsked) {
  SurveyTown town(AskBoss(absl::ZeroDuration()));
  Serve("ann", "A1", 0, &town);
  v1::TicketEvent answer = EventOfPerson("ann", "A1", 60, v1::STATUS_CATEGORY_UNSPECIFIED);
  answer.set_event_id("answer");
  answer.mutable_feedback()->set_survey_id(OnlyJourney("boss", &town).surveys(0).id());
  answer.mutable_feedback()->set_rating(11);
  EXPECT_EQ(town.Record(answer).code(), absl::StatusCode::kFailedPrecondition);
  answer.mutable_feedback()->set_rating(3);
  ASSERT_TRUE(town.Record(answer).ok());
  EXPECT_THAT(town.SurveysOf("boss"), ElementsAre("relation ANSWERED"));
  EXPECT_EQ(OnlyJourney("boss", &town).surveys(0).answer().rating(), 3);
  EXPECT_EQ(OnlyJourney("boss", &town).facts().emotion_basis(), v1::EMOTION_BASIS_SAID);
  EXPECT_THAT(OnlyJourney("boss", &town).pending(), IsEmpty());
  EXPECT_EQ(OnlyJourney("ann", &town).facts().emotion_basis(), v1::EMOTION_BASIS_UNSPECIFIED);
  EXPECT_THAT(town.SurveysOf("ann"), ElementsAre("relation DO_NOT_SEND HANDED_OVER"));
  town.Restart();
}

TEST(SurveyRequestsTest, ALowScoreRaisesAnAlertAboutTheTicket) {
  rules::RuleSet rules = AskBoss(absl::ZeroDuration());
  rules::Rule low;
  low.id = "low";
  low.on = testing::On({v1::EVENT_TYPE_FEEDBACK});
  low.condition = testing::Condition("event.sentiment == \"negative\"");
  low.alert.emplace();
  low.alert->text = testing::Texts({{"en", "{{ticket.ref}} was rated {{event.rating}}"}});
  rules.rules.push_back(std::move(low));
  SurveyTown town(std::move(rules));
  Serve("ann", "A1", 0, &town);
  v1::TicketEvent answer = EventOfPerson("ann", "A1", 60, v1::STATUS_CATEGORY_UNSPECIFIED);
  answer.mutable_feedback()->set_survey_id(OnlyJourney("boss", &town).surveys(0).id());
  ASSERT_TRUE(town.Record(answer).ok());
  const v1::Enrichment& decided = town.log().back().decision.enrichment();
  ASSERT_THAT(decided.alerts(), SizeIs(1));
  EXPECT_EQ(decided.alerts(0).text(), "A1 was rated 0");
  EXPECT_FALSE(decided.unmapped());
}

TEST(SurveyRequestsTest, WhyNobodyIsAskedIsToldWithTheTicket) {
  const struct {
    const char* name;
    const char* recipient;
    v1::StatusCategory ends;
    std::string outcome;
  } kCases[] = {
      {"nobody is known", "ticket.service == \"Z\" ? \"boss\" : \"\"", kResolved,
       "relation DO_NOT_SEND NO_RECIPIENT"},
      {"the expression fails", "ticket.custom_fields[\"customer\"]", kResolved,
       "relation DO_NOT_SEND NO_RECIPIENT"},
      {"the assignee", "ticket.assignee.id", kResolved, "relation DO_NOT_SEND REQUESTER_IS_AGENT"},
      {"canceled", "\"boss\"", v1::STATUS_CATEGORY_CANCELED, "relation DO_NOT_SEND NOT_SERVED"},
  };
  for (const auto& row : kCases) {
    rules::RuleSet rules = SurveyRules(AskOther(row.recipient, absl::ZeroDuration()));
    rules.rules[0].on = testing::On({v1::EVENT_TYPE_RESOLVED, v1::EVENT_TYPE_CANCELED});
    SurveyTown town(std::move(rules));
    ASSERT_TRUE(town.Record(EventOfPerson("ann", "A1", 0, kOpen)).ok());
    v1::TicketEvent end = EventOfPerson("ann", "A1", 10, row.ends);
    end.mutable_ticket()->mutable_assignee()->set_id("sam");
    ASSERT_TRUE(town.Record(end).ok());
    EXPECT_THAT(town.SurveysOf("ann"), ElementsAre(row.outcome)) << row.name;
    EXPECT_THAT(town.SurveysOf("boss"), IsEmpty()) << row.name;
  }
}

TEST(SurveyRequestsTest, OpenTicketsAreNotAskedAbout) {
  rules::RuleSet rules = AskBoss(absl::ZeroDuration());
  rules.rules[0].on = testing::On({v1::EVENT_TYPE_CREATED});
  SurveyTown town(std::move(rules));
  ASSERT_TRUE(town.Record(EventOfPerson("ann", "A1", 0, kOpen)).ok());
  EXPECT_THAT(town.SurveysOf("ann"), ElementsAre("relation DO_NOT_SEND NOT_CLOSED"));
}

TEST(SurveyRequestsTest, WhoOptedOutByATicketOfTheirOwnIsNotAsked) {
  SurveyTown town(AskBoss(absl::ZeroDuration()));
  v1::TicketEvent own = EventOfPerson("boss", "B1", 0, kOpen);
  own.mutable_ticket()->mutable_requester()->add_tags("no-surveys");
  ASSERT_TRUE(town.Record(own).ok());
  Serve("ann", "A1", 60, &town);
  EXPECT_THAT(town.SurveysOf("boss"), ElementsAre("relation DO_NOT_SEND OPTED_OUT"));
}

TEST(SurveyRequestsTest, TheSampleIsOfTheRecipientsCases) {
  rules::RuleSet rules = AskBoss(absl::ZeroDuration());
  rules.rules[0].survey->sample["default"] = 0;
  SurveyTown town(std::move(rules));
  Serve("ann", "A1", 0, &town);
  EXPECT_THAT(town.SurveysOf("boss"), ElementsAre("relation DO_NOT_SEND SAMPLED_OUT"));
  EXPECT_EQ(OnlyJourney("boss", &town).surveys(0).inclusion_probability(), 0);
}

TEST(SurveyRequestsTest, ItIsNoMatterOfTheirOwn) {
  rules::RuleSet rules = AskBoss(absl::ZeroDuration());
  rules.stitching.matter_window = absl::Hours(24);
  rules.stitching.signal_window = absl::Hours(4);
  SurveyTown town(std::move(rules));
  Serve("ann", "A1", 0, &town);
  const internal::v1::JourneyState& asked = OnlyJourney("boss", &town);
  EXPECT_TRUE(IsOfRequests(asked));
  EXPECT_EQ(asked.facts().contacts(), 0);
  EXPECT_EQ(asked.facts().effort(), 0);
  EXPECT_FALSE(asked.facts().has_last_visible_at());
  EXPECT_THAT(asked.roles(), IsEmpty());
  EXPECT_EQ(asked.told_at(), 0);

  // Neither a signal nor a ticket of their own joins it, and rules do not count it.
  v1::TicketEvent signal = SignalAt(20, "s", "login_failed", "portal");
  signal.mutable_actor()->set_id("boss");
  ASSERT_TRUE(Evaluate(town.rules(), signal, 500, At(20), &town.Of("boss")).ok());
  ASSERT_TRUE(town.Record(EventOfPerson("boss", "A1b", 30, kOpen)).ok());
  ASSERT_THAT(town.Of("boss").journeys, SizeIs(2));
  EXPECT_TRUE(IsOfRequests(town.Of("boss").journeys[0]));
  const internal::v1::JourneyState& own = town.Of("boss").journeys[1];
  EXPECT_FALSE(IsOfRequests(own));
  EXPECT_EQ(own.facts().signals(), 1);
  EXPECT_EQ(own.facts().tickets(), 1);
}

TEST(SurveyRequestsTest, RulesDoNotCountItAsAJourney) {
  rules::RuleSet rules = AskBoss(absl::ZeroDuration());
  rules::Rule repeat;
  repeat.id = "repeat";
  repeat.on = testing::On({v1::EVENT_TYPE_CREATED});
  repeat.condition = testing::Condition("person.journeys > 1 || person.recent_journeys > 0");
  repeat.annotations.push_back({"repeat", testing::Text("yes")});
  rules.rules.push_back(std::move(repeat));
  SurveyTown town(std::move(rules));
  Serve("ann", "A1", 0, &town);
  ASSERT_TRUE(town.Record(EventOfPerson("boss", "B1", 30, kOpen)).ok());
  EXPECT_THAT(town.log().back().decision.enrichment().rule_ids(), IsEmpty());
}

TEST(SurveyRequestsTest, BothSidesAreExplained) {
  SurveyTown town(AskBoss());
  ASSERT_TRUE(town.Record(EventOfPerson("ann", "A1", 0, kOpen)).ok());
  const v1::TicketEvent end = EventOfPerson("ann", "A1", 10, kResolved);
  const auto last_gate = [&](const v1::TicketEvent& event, PersonRecord record) {
    const auto folded = Fold(event, 100, town.rules().stitching, nullptr, &record);
    EXPECT_TRUE(folded.ok()) << folded.status();
    const auto response = Explain(town.rules(), event, record, *folded, At(10));
    const auto& gates = response.rules(0).gates();
    return absl::StrCat(gates.rbegin()->code(), gates.rbegin()->passed() ? " open" : " closed");
  };
  EXPECT_EQ(last_gate(end, town.Of("ann")), "HANDED_OVER open");
  town.carry_letters = false;
  ASSERT_TRUE(town.Record(end).ok());
  const v1::TicketEvent request = LettersDue(town.Of("ann"), At(10))[0].event();
  EXPECT_EQ(last_gate(request, town.Of("boss")), "DELAY open");
  EXPECT_EQ(last_gate(EventOfPerson("ann", "A1", 20, kClosed), town.Of("ann")),
            "SAME_CLOSURE closed");
}

TEST(SurveyRequestsTest, ARuleThatIsGoneAsksNobody) {
  SurveyTown town(AskBoss());
  town.carry_letters = false;
  Serve("ann", "A1", 0, &town);
  const v1::TicketEvent request = LettersDue(town.Of("ann"), At(10))[0].event();
  const auto user_only = testing::Freeze(SurveyRules(AskRule("relation")));
  ASSERT_TRUE(Evaluate(*user_only, request, 100, At(11), &town.Of("boss")).ok());
  EXPECT_THAT(town.SurveysOf("boss"), ElementsAre("relation DO_NOT_SEND RULE_REMOVED"));
}

}  // namespace
}  // namespace waypost::journey
