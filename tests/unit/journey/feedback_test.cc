// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/feedback.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/scores.h"
#include "tests/unit/journey/survey_desk.h"

namespace waypost::journey {
namespace {

using testing::Condition;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::Texts;

rules::RuleSet RecoveryRules() {
  rules::RuleSet rules = SurveyRules(AskRule());
  rules.owners.push_back({"desk-manager", "Desk manager", {"ticket-note"}, {}});
  rules.owners.push_back({"fixer", "Fixer", {}, {}});
  rules.stages = testing::DefaultStages();
  rules::JourneyDefinition& journey = rules.journeys.emplace_back();
  journey.id = "get-help";
  rules::Touchpoint& fixed = journey.touchpoints.emplace_back();
  fixed.id = "fixed";
  fixed.stage = 6;
  fixed.owner = 1;
  fixed.on = testing::On({v1::EVENT_TYPE_RESOLVED});
  rules::Touchpoint& asked = journey.touchpoints.emplace_back();
  asked.id = "asked";
  asked.stage = 6;
  asked.owner = 0;
  asked.emotion = 1;
  asked.on = testing::On({v1::EVENT_TYPE_FEEDBACK});
  rules::Rule& recovery = rules.rules.emplace_back();
  recovery.id = "recovery";
  recovery.on = testing::On({v1::EVENT_TYPE_FEEDBACK});
  recovery.condition = Condition("event.survey == \"csat\" && event.sentiment == \"negative\"");
  recovery.alert.emplace();
  recovery.alert->text = Texts({{"", "rated {{event.rating}}"}});
  recovery.alert->act_within = calendar::Span{absl::Hours(1), true};
  return rules;
}

class FeedbackTest : public ::testing::Test {
 protected:
  FeedbackTest() : desk_(RecoveryRules()) {
    desk_.Record(EventOf("INC1", 0, v1::STATUS_CATEGORY_NEW));
    survey_id_ = desk_.Record(EventOf("INC1", 1, v1::STATUS_CATEGORY_RESOLVED)).surveys(0).id();
  }

  [[nodiscard]] const v1::SurveyDecision& survey() const {
    return desk_.record.journeys[0].surveys(0);
  }
  // What refuses the answer; nothing when it was recorded. A refused answer changes nothing.
  std::optional<FeedbackRefusal> Answer(const v1::TicketEvent& event,
                                        std::optional<absl::Time> told = {}) {
    const absl::Time now = told.value_or(absl::FromUnixMicros(MicrosOf(event.occurred_at())));
    desk_.AdvanceTo(now);
    const auto refused = RefuseFeedback(event, desk_.record, now);
    const std::string before = State();
    decided_ = desk_.Record(event, now);
    EXPECT_EQ(desk_.status.ok(), !refused.has_value());
    EXPECT_EQ(State() == before, refused.has_value());
    if (!refused.has_value()) return std::nullopt;
    EXPECT_FALSE(refused->message.empty());
    return refused->refusal;
  }
  // When the answer that counts was given.
  [[nodiscard]] absl::Time GivenAt() const {
    return absl::FromUnixMicros(MicrosOf(survey().answer().answered_at()));
  }
  [[nodiscard]] std::vector<v1::OpenAlert> open_alerts() const {
    const auto& open = desk_.record.journeys[0].open_alerts();
    return {open.begin(), open.end()};
  }
  static v1::TicketEvent CommentOf(int minutes, v1::ActorRole role) {
    v1::TicketEvent event = EventOf("INC1", minutes, v1::STATUS_CATEGORY_CLOSED);
    event.mutable_actor()->set_role(role);
    event.mutable_comment()->set_body("text");
    event.mutable_comment()->set_visibility(v1::VISIBILITY_BOTH);
    return event;
  }
  [[nodiscard]] std::string State() const {
    std::string state = desk_.record.person.SerializeAsString();
    for (const auto& journey : desk_.record.journeys) state += journey.SerializeAsString();
    return state;
  }

  SurveyDesk desk_;
  std::string survey_id_;
  v1::Enrichment decided_;
};

TEST_F(FeedbackTest, IsKeptWithScaleAndFormula) {
  v1::TicketEvent event = AnswerAt(10, survey_id_, 4);
  event.mutable_feedback()->mutable_lost_time()->set_seconds(5400);
  EXPECT_EQ(Answer(event), std::nullopt);
  EXPECT_THAT(SurveyDesk::Shown(decided_.surveys()), ElementsAre("ANSWERED"));
  ASSERT_THAT(decided_.events(), SizeIs(1));
  EXPECT_EQ(decided_.events(0).type(), v1::EVENT_TYPE_FEEDBACK);
  const v1::SurveyAnswer& answer = survey().answer();
  EXPECT_EQ(answer.rating(), 4);
  EXPECT_EQ(answer.scale_min(), 1);
  EXPECT_EQ(answer.scale_max(), 5);
  EXPECT_EQ(answer.formula(), FormulaOf(v1::SURVEY_KIND_CSAT));
  EXPECT_EQ(answer.lost_time().seconds(), 5400);
  EXPECT_THAT(desk_.Until(100 * kDay), IsEmpty()) << "no expiry of what is answered";
}

TEST_F(FeedbackTest, IsAnEmotionThatWasSaid) {
  Answer(AnswerAt(10, survey_id_, 1));
  const v1::JourneyFacts& facts = desk_.record.journeys[0].facts();
  EXPECT_EQ(facts.emotion(), -2);
  EXPECT_EQ(facts.emotion_basis(), v1::EMOTION_BASIS_SAID);
  EXPECT_EQ(facts.contacts(), 1) << "an answer is no contact";
  // A late event folds everything anew.
  desk_.Record(EventOf("INC1", 5, v1::STATUS_CATEGORY_RESOLVED), At(20));
  EXPECT_EQ(desk_.record.journeys[0].facts().emotion(), -2);
}

TEST_F(FeedbackTest, ALowScoreIsATaskForTheOwnerWithADeadline) {
  Answer(AnswerAt(10, survey_id_, 2));
  ASSERT_THAT(decided_.alerts(), SizeIs(1));
  const v1::ExperienceAlert& alert = decided_.alerts(0);
  EXPECT_EQ(alert.owner_id(), "fixer") << "the owner of what was asked about";
  EXPECT_EQ(alert.text(), "rated 2");
  EXPECT_EQ(absl::FromUnixSeconds(alert.act_by().seconds()), At(10 + kHour));
}

TEST_F(FeedbackTest, TheDeadlineCountsInBusinessTime) {
  rules::RuleSet rules = RecoveryRules();
  calendar::OpeningHours hours;
  for (size_t day = 0; day < 5; ++day) hours.week[day] = {{8 * 60, 18 * 60}};
  rules.calendars.insert(rules.calendars.begin(),
                         {"desk", *calendar::BusinessCalendar::Create(hours), {}});
  desk_.Use(std::move(rules));
  constexpr int kMondayAt1730 = 8 * kHour + 30;
  Answer(AnswerAt(kMondayAt1730, survey_id_, 2));
  ASSERT_THAT(decided_.alerts(), SizeIs(1));
  EXPECT_EQ(absl::FromUnixSeconds(decided_.alerts(0).act_by().seconds()), At(kDay - kHour + 30))
      << "half an hour today, half an hour from 08:00 tomorrow";
}

TEST_F(FeedbackTest, TheTaskOutlastsTheJourney) {
  Answer(AnswerAt(10, survey_id_, 2));
  ASSERT_THAT(open_alerts(), SizeIs(1));
  EXPECT_EQ(open_alerts()[0].alert().id(), decided_.alerts(0).id());
  desk_.Record(EventOf("INC1", 20, v1::STATUS_CATEGORY_CLOSED));
  EXPECT_THAT(open_alerts(), SizeIs(1)) << "closing the ticket is no recovery";
  const v1::Enrichment gone = desk_.Record(CommentOf(30, v1::ACTOR_ROLE_SYSTEM));
  EXPECT_THAT(gone.resolved_alerts(), IsEmpty()) << "nor is what the tool writes by itself";
  const v1::Enrichment done = desk_.Record(CommentOf(40, v1::ACTOR_ROLE_AGENT));
  ASSERT_THAT(done.resolved_alerts(), SizeIs(1));
  EXPECT_EQ(done.resolved_alerts(0).reason_code(), "CAUSE_GONE");
  EXPECT_EQ(done.resolved_alerts(0).reason(), "An agent has written to the person.");
  EXPECT_THAT(open_alerts(), IsEmpty());
}

TEST_F(FeedbackTest, ThereIsOneTaskHoweverOftenTheAnswerIsChanged) {
  Answer(AnswerAt(10, survey_id_, 2));
  Answer(AnswerAt(20, survey_id_, 1));
  EXPECT_THAT(decided_.alerts(), IsEmpty());
  EXPECT_THAT(decided_.resolved_alerts(), IsEmpty());
  EXPECT_THAT(open_alerts(), SizeIs(1));
}

TEST_F(FeedbackTest, TheTaskIsSettledWhenTheAnswerIsChangedToAGoodOne) {
  Answer(AnswerAt(10, survey_id_, 2));
  Answer(AnswerAt(10 + kDay, survey_id_, 5));
  ASSERT_THAT(decided_.resolved_alerts(), SizeIs(1));
  EXPECT_EQ(decided_.resolved_alerts(0).reason(), "The person has changed the answer.");
  EXPECT_THAT(open_alerts(), IsEmpty());
}

TEST_F(FeedbackTest, AnAnswerThatIsToldLateIsATaskAsWell) {
  desk_.Record(EventOf("INC1", 60, v1::STATUS_CATEGORY_CLOSED));
  Answer(AnswerAt(10, survey_id_, 1), At(61));
  EXPECT_THAT(decided_.alerts(), SizeIs(1));
}

TEST_F(FeedbackTest, AGoodScoreIsNoTask) {
  Answer(AnswerAt(10, survey_id_, 3));
  EXPECT_THAT(decided_.alerts(), IsEmpty());
}

TEST_F(FeedbackTest, CanBeChangedForADayAndTheFirstIsKept) {
  EXPECT_EQ(Answer(AnswerAt(10, survey_id_, 1)), std::nullopt);
  EXPECT_EQ(Answer(AnswerAt(20, survey_id_, 5)), std::nullopt);
  EXPECT_EQ(survey().answer().rating(), 5);
  EXPECT_EQ(survey().answer().first_rating(), 1);
  EXPECT_EQ(survey().answer().changes(), 1);
  EXPECT_EQ(desk_.record.journeys[0].facts().emotion(), 2);
  EXPECT_EQ(Answer(AnswerAt(10 + kDay, survey_id_, 4)), std::nullopt);
  EXPECT_EQ(Answer(AnswerAt(11 + kDay, survey_id_, 1)), FeedbackRefusal::kAlreadyAnswered);
  EXPECT_EQ(Answer(AnswerAt(11, survey_id_, 1), At(3 * kDay)), FeedbackRefusal::kAlreadyAnswered);
}

TEST_F(FeedbackTest, NoTimeThatIsToldComesBeforeTheSurveyOrAfterNow) {
  EXPECT_EQ(Answer(AnswerAt(-10, survey_id_, 4), At(20)), FeedbackRefusal::kBeforeSurvey);
  EXPECT_EQ(Answer(AnswerAt(-9, survey_id_, 4), At(20)), std::nullopt) << "clocks differ";
  EXPECT_EQ(GivenAt(), At(1)) << "when the survey was sent";
  EXPECT_EQ(Answer(AnswerAt(40, survey_id_, 5), At(30)), std::nullopt);
  EXPECT_EQ(GivenAt(), At(30)) << "now";
  EXPECT_EQ(absl::FromUnixMicros(MicrosOf(survey().answer().first_answered_at())), At(1));
}

TEST_F(FeedbackTest, AChangeIsNotOlderThanTheFirstAnswer) {
  EXPECT_EQ(Answer(AnswerAt(20, survey_id_, 4)), std::nullopt);
  EXPECT_EQ(Answer(AnswerAt(10, survey_id_, 5), At(30)), std::nullopt);
  EXPECT_EQ(GivenAt(), At(20));
  EXPECT_EQ(survey().answer().rating(), 5);
}

TEST_F(FeedbackTest, AFloodOfVotesChangesItFiveTimesAtMost) {
  int recorded = 0;
  for (int vote = 0; vote < 1000; ++vote) {
    const v1::TicketEvent event =
        AnswerAt(10, survey_id_, 1 + vote % 5, "vote-" + std::to_string(vote));
    recorded += Answer(event).has_value() ? 0 : 1;
  }
  EXPECT_EQ(recorded, 1 + kMaxAnswerChanges);
  EXPECT_EQ(survey().answer().first_rating(), 1);
}

TEST_F(FeedbackTest, IsRefusedWithReasonAndWithoutChange) {
  EXPECT_EQ(Answer(AnswerAt(10, "s-forged", 5)), FeedbackRefusal::kSurveyUnknown);
  EXPECT_EQ(Answer(AnswerAt(10, survey_id_, 0)), FeedbackRefusal::kRatingOutOfRange);
  EXPECT_EQ(Answer(AnswerAt(10, survey_id_, 6)), FeedbackRefusal::kRatingOutOfRange);
  EXPECT_EQ(Answer(AnswerAt(10, survey_id_, -1)), FeedbackRefusal::kRatingOutOfRange);
  v1::TicketEvent elsewhere = AnswerAt(10, survey_id_, 5);
  elsewhere.mutable_ticket()->set_ref("INC2");
  EXPECT_EQ(Answer(elsewhere), FeedbackRefusal::kSurveyUnknown);
  EXPECT_EQ(Answer(AnswerAt(10, survey_id_, 5)), std::nullopt);
}

TEST_F(FeedbackTest, IsRefusedOnceTheSurveyHasExpired) {
  desk_.AdvanceTo(At(1 + 7 * kDay));
  EXPECT_EQ(Answer(AnswerAt(1 + 7 * kDay, survey_id_, 5)), FeedbackRefusal::kSurveyExpired);
  EXPECT_EQ(Answer(AnswerAt(10, survey_id_, 5), At(9 * kDay)), FeedbackRefusal::kSurveyExpired)
      << "no time that is told brings it back";
  EXPECT_EQ(Answer(AnswerAt(7 * kDay, survey_id_, 5), At(8 * kDay)), std::nullopt)
      << "given in time, told late";
  EXPECT_EQ(survey().outcome(), v1::SURVEY_OUTCOME_ANSWERED);
}

TEST(FeedbackUnsentTest, OnlyInvitationsCanBeAnswered) {
  SurveyDesk desk(SurveyRules(AskRuleAfter(absl::Hours(8))));
  desk.Record(EventOf("INC1", 0, v1::STATUS_CATEGORY_NEW));
  const std::string id =
      desk.Record(EventOf("INC1", 1, v1::STATUS_CATEGORY_RESOLVED)).surveys(0).id();
  const auto refused = RefuseFeedback(AnswerAt(2, id, 5), desk.record, At(2));
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->refusal, FeedbackRefusal::kSurveyUnknown);
}

}  // namespace
}  // namespace waypost::journey
