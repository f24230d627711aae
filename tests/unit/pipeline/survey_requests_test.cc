// SPDX-License-Identifier: Apache-2.0
// Somebody who answers for many requesters is asked once, whatever crashes in between.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/rules/vocabulary.h"
#include "tests/unit/pipeline/due_fixture.h"

namespace waypost::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::waypost::testing::IsOk;

std::shared_ptr<const rules::RuleSet> AskBoss(absl::Duration delay) {
  rules::RuleSet rules;
  rules.name = "small";
  rules.digest = "rules-1";
  rules.languages = {"en"};
  rules.stages = testing::DefaultStages();
  rules::Rule rule;
  rule.id = "relation";
  rule.on = testing::On({v1::EVENT_TYPE_RESOLVED});
  rule.survey.emplace();
  rule.survey->role = v1::CONSUMER_ROLE_SPONSOR;
  rule.survey->delay["default"].length = delay;
  rule.survey->cooldown = absl::Hours(90 * 24);
  std::vector<cel::Issue> issues;
  rule.survey->recipient =
      cel::Program::Compile("\"boss\"", rules::RulesEnvironment(), cel::TypeKind::kString, &issues);
  rules.rules.push_back(std::move(rule));
  return testing::Freeze(std::move(rules));
}

class SurveyRequestsTest : public DueTest {
 protected:
  SurveyRequestsTest() { UseRules(AskBoss(absl::ZeroDuration())); }

  void Tell(const std::string& ref, const std::string& id, v1::StatusCategory category) {
    v1::TicketEvent event = Told(ref, id);
    event.clear_comment();
    event.mutable_ticket()->set_status_category(category);
    ASSERT_THAT(Record(event), IsOk());
  }

  void Solve(const std::string& ref) { Tell(ref, "solved " + ref, v1::STATUS_CATEGORY_RESOLVED); }

  // Every decision on a survey in the log: "boss: SEND T1", "boss: DO_NOT_SEND COOLDOWN T2".
  std::vector<std::string> Decided() {
    std::vector<std::string> decided;
    WAYPOST_EXPECT_OK(inner_->ScanLog(0, [&](const store::LogRecord& record) {
      internal::v1::Decision decision;
      EXPECT_TRUE(decision.ParseFromString(record.decision));
      for (const v1::SurveyDecision& survey : decision.enrichment().surveys()) {
        decided.push_back(absl::StrCat(record.person_id, ": ",
                                       v1::SurveyOutcome_Name(survey.outcome()).substr(15),
                                       survey.reason_code().empty() ? "" : " ",
                                       survey.reason_code(), " ", survey.ticket_ref()));
        newest_ = survey;
      }
      return absl::OkStatus();
    }));
    return decided;
  }

  v1::TicketEvent Answer(const std::string& id, const std::string& ref, int rating) {
    v1::TicketEvent event = MakeEvent(id, ref, "", clock_.Now());
    event.mutable_feedback()->set_survey_id(newest_.id());
    event.mutable_feedback()->set_rating(rating);
    return event;
  }

  v1::SurveyDecision newest_;  // that Decided() told of
};

TEST_F(SurveyRequestsTest, WhoAnswersForManyIsAskedOnce) {
  Start();
  for (const char* const person : {"ann", "bob"}) {
    Open(absl::StrCat("T-", person), person);
    Solve(absl::StrCat("T-", person));
    Pass(absl::Hours(1));
  }
  EXPECT_THAT(Decided(), ElementsAre("ann: DO_NOT_SEND HANDED_OVER T-ann", "boss: SEND T-ann",
                                     "bob: DO_NOT_SEND HANDED_OVER T-bob",
                                     "boss: DO_NOT_SEND COOLDOWN T-bob"));
}

TEST_F(SurveyRequestsTest, CrashesNeitherLoseNorRepeatARequest) {
  Start();
  for (int ticket = 0; ticket < 12; ++ticket) {
    const std::string ref = absl::StrCat("T", ticket);
    Open(ref, absl::StrCat("p", ticket));
    Solve(ref);
    if (ticket % 3 == 0) {
      // The letter is on disk with the recipient, and not settled.
      faulty_->FailAppends(absl::UnavailableError("sync failed"));
      (void)pipeline_->SettleDue();
      faulty_->FailAppends(absl::OkStatus());
    }
    if (ticket % 2 == 0 || ticket % 3 == 0) {
      Crash();
      Start();
    }
    Settle();
  }
  std::map<std::string, int> of_boss;
  for (const std::string& line : Decided()) {
    if (line.substr(0, 5) == "boss:") ++of_boss[line];
  }
  EXPECT_THAT(of_boss, SizeIs(12)) << "one decision a ticket";
  int sent = 0;
  for (const auto& [line, times] : of_boss) {
    EXPECT_EQ(times, 1) << line;
    sent += line.substr(0, 10) == "boss: SEND" ? 1 : 0;
  }
  EXPECT_EQ(sent, 1);
}

TEST_F(SurveyRequestsTest, AReopeningTakesBackWhatWaitsAlsoAfterACrash) {
  UseRules(AskBoss(absl::Hours(8)));
  Start();
  Open("T1", "ann");
  Solve("T1");
  Settle();
  Crash();
  Start();
  Tell("T1", "again", v1::STATUS_CATEGORY_OPEN);
  Crash();
  Start();
  Pass(absl::Hours(24));
  EXPECT_THAT(Decided(),
              ElementsAre("ann: DO_NOT_SEND HANDED_OVER T1", "boss: SCHEDULED T1",
                          "ann: DO_NOT_SEND REOPENED T1", "boss: DO_NOT_SEND REOPENED T1"));
}

TEST_F(SurveyRequestsTest, TheAnswerIsRecordedWithWhoeverWasAsked) {
  Start();
  Open("T1", "ann");
  Solve("T1");
  Settle();
  EXPECT_THAT(Decided(), SizeIs(2));
  const auto answered = Record(Answer("answer", "T1", 4));
  ASSERT_THAT(answered, IsOk());
  EXPECT_EQ(answered->enrichment().surveys(0).person_id(), "boss");
  Crash();
  Start();
  const auto again = Record(Answer("answer", "T1", 4));
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->duplicate());
  ASSERT_THAT(Record(Answer("changed", "T1", 2)), IsOk());
  EXPECT_THAT(Decided(), ElementsAre("ann: DO_NOT_SEND HANDED_OVER T1", "boss: SEND T1",
                                     "boss: ANSWERED T1", "boss: ANSWERED T1"));
  EXPECT_EQ(newest_.answer().changes(), 1);
}

TEST_F(SurveyRequestsTest, TheReportHasBothSides) {
  Start();
  Open("T1", "ann");
  Solve("T1");
  Settle();
  v1::ListSurveyDecisionsRequest request;
  request.set_tenant("default");
  const auto all = pipeline_->ListSurveyDecisions(request);
  ASSERT_THAT(all, IsOk());
  EXPECT_THAT(all->surveys(), SizeIs(2));
  request.set_person_id("boss");
  const auto of_boss = pipeline_->ListSurveyDecisions(request);
  ASSERT_THAT(of_boss, IsOk());
  ASSERT_THAT(of_boss->surveys(), SizeIs(1));
  EXPECT_EQ(of_boss->surveys(0).survey().outcome(), v1::SURVEY_OUTCOME_SEND);
  EXPECT_EQ(of_boss->surveys(0).survey().role(), v1::CONSUMER_ROLE_SPONSOR);
}

TEST_F(SurveyRequestsTest, TheInvitationNamesTheTicketAndThePerson) {
  Start();
  Open("T1", "ann");
  Solve("T1");
  Settle();
  std::vector<internal::v1::NewAction> actions;
  WAYPOST_EXPECT_OK(inner_->ScanLog(0, [&](const store::LogRecord& record) {
    internal::v1::Decision decision;
    EXPECT_TRUE(decision.ParseFromString(record.decision));
    for (const auto& action : decision.outbox().actions()) actions.push_back(action);
    return absl::OkStatus();
  }));
  ASSERT_THAT(actions, SizeIs(1));
  EXPECT_EQ(actions[0].source(), "desk");
  EXPECT_EQ(actions[0].ticket_ref(), "T1");
}

}  // namespace
}  // namespace waypost::pipeline
