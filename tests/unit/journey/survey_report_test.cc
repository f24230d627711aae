// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/survey_report.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/journey/survey_desk.h"

namespace waypost::journey {
namespace {

using ::testing::ElementsAre;

// A journey whose only survey was decided on at that minute.
internal::v1::JourneyState Decided(int minute, v1::SurveyOutcome outcome,
                                   const std::string& code = "") {
  internal::v1::JourneyState journey;
  journey.set_id(absl::StrCat("j", minute));
  journey.set_person_id(absl::StrCat("u", minute % 3));
  v1::SurveyDecision* survey = journey.add_surveys();
  survey->set_id(absl::StrCat("s", minute));
  survey->set_rule_id("csat");
  survey->set_kind(v1::SURVEY_KIND_CSAT);
  survey->set_outcome(outcome);
  survey->set_reason_code(code);
  survey->mutable_decided_at()->set_seconds(absl::ToUnixSeconds(At(minute)));
  if (outcome != v1::SURVEY_OUTCOME_DO_NOT_SEND) survey->mutable_expires_at()->set_seconds(1);
  return journey;
}

internal::v1::JourneyState Answered(int minute, int rating, int lost_minutes) {
  internal::v1::JourneyState journey = Decided(minute, v1::SURVEY_OUTCOME_ANSWERED);
  v1::SurveyAnswer* answer = journey.mutable_surveys(0)->mutable_answer();
  answer->set_rating(rating);
  if (lost_minutes > 0) answer->mutable_lost_time()->set_seconds(lost_minutes * 60);
  return journey;
}

v1::ListSurveyDecisionsRequest Page(int size) {
  v1::ListSurveyDecisionsRequest request;
  request.set_page_size(size);
  return request;
}

std::vector<std::string> Ids(const v1::ListSurveyDecisionsResponse& response) {
  std::vector<std::string> ids;
  for (const v1::JourneySurvey& row : response.surveys()) ids.push_back(row.survey().id());
  return ids;
}

TEST(SurveyReportTest, NewestFirstAndCountsOverAllPages) {
  const v1::ListSurveyDecisionsRequest request = Page(2);
  SurveyReport report(&request);
  for (const int minute : {3, 1, 4, 2}) {
    report.Add(
        Decided(minute, v1::SURVEY_OUTCOME_DO_NOT_SEND, minute == 4 ? "MERGED" : "COOLDOWN"));
  }
  const v1::ListSurveyDecisionsResponse response = report.Take();
  EXPECT_THAT(Ids(response), ElementsAre("s4", "s3"));
  ASSERT_EQ(response.counts_size(), 2);
  EXPECT_EQ(response.counts(0).reason_code(), "COOLDOWN");
  EXPECT_EQ(response.counts(0).count(), 3);
  EXPECT_EQ(response.counts(1).count(), 1);
  EXPECT_EQ(response.scores_size(), 0);
}

TEST(SurveyReportTest, PagesHoldEveryRowOnce) {
  v1::ListSurveyDecisionsRequest request = Page(2);
  std::vector<std::string> seen;
  int pages = 0;
  do {
    SurveyReport report(&request);
    for (const int minute : {3, 1, 4, 2, 5}) {
      report.Add(Decided(minute, v1::SURVEY_OUTCOME_DO_NOT_SEND, "COOLDOWN"));
    }
    const v1::ListSurveyDecisionsResponse response = report.Take();
    EXPECT_EQ(response.counts(0).count(), 5) << "over all pages";
    for (const std::string& id : Ids(response)) seen.push_back(id);
    request.set_page_token(response.next_page_token());
    ++pages;
  } while (!request.page_token().empty() && SurveyReport::IsToken(request.page_token()));
  EXPECT_THAT(seen, ElementsAre("s5", "s4", "s3", "s2", "s1"));
  EXPECT_EQ(pages, 3);
  EXPECT_FALSE(SurveyReport::IsToken("s5"));
  EXPECT_FALSE(SurveyReport::IsToken("-1 s5"));
}

TEST(SurveyReportTest, Filters) {
  const struct {
    const char* name;
    void (*narrow)(v1::ListSurveyDecisionsRequest* request);
    std::vector<std::string> want;
  } kCases[] = {
      {"all", [](auto*) {}, {"s4", "s3", "s2", "s1"}},
      {"person", [](auto* r) { r->set_person_id("u1"); }, {"s4", "s1"}},
      {"outcome", [](auto* r) { r->set_outcome(v1::SURVEY_OUTCOME_SEND); }, {"s4"}},
      {"code", [](auto* r) { r->set_reason_code("MERGED"); }, {"s2"}},
      {"rule", [](auto* r) { r->set_rule_id("nps"); }, {}},
      {"from",
       [](auto* r) { r->mutable_start_at()->set_seconds(absl::ToUnixSeconds(At(3))); },
       {"s4", "s3"}},
      {"until",
       [](auto* r) { r->mutable_end_at()->set_seconds(absl::ToUnixSeconds(At(3))); },
       {"s2", "s1"}},
      {"shadow", [](auto* r) { r->set_with_shadow(true); }, {"s5", "s4", "s3", "s2", "s1"}},
  };
  for (const auto& row : kCases) {
    v1::ListSurveyDecisionsRequest request = Page(100);
    row.narrow(&request);
    SurveyReport report(&request);
    report.Add(Decided(1, v1::SURVEY_OUTCOME_DO_NOT_SEND, "COOLDOWN"));
    report.Add(Decided(2, v1::SURVEY_OUTCOME_DO_NOT_SEND, "MERGED"));
    report.Add(Decided(3, v1::SURVEY_OUTCOME_EXPIRED));
    report.Add(Decided(4, v1::SURVEY_OUTCOME_SEND));
    internal::v1::JourneyState watched = Decided(5, v1::SURVEY_OUTCOME_SEND);
    watched.mutable_surveys(0)->set_shadow(true);
    report.Add(watched);
    EXPECT_EQ(Ids(report.Take()), row.want) << row.name;
  }
}

TEST(SurveyReportTest, ScoresCarryTheHistogramAndWaitForTenAnswers) {
  const v1::ListSurveyDecisionsRequest request = Page(100);
  SurveyReport report(&request);
  for (int i = 0; i < 9; ++i) report.Add(Answered(i, 5, i < 3 ? 10 * (i + 1) : 0));
  report.Add(Decided(20, v1::SURVEY_OUTCOME_SEND));
  v1::ListSurveyDecisionsResponse nine = report.Take();
  ASSERT_EQ(nine.scores_size(), 1);
  EXPECT_FALSE(nine.scores(0).has_score());
  EXPECT_EQ(nine.scores(0).sent(), 10);
  EXPECT_EQ(nine.scores(0).answers(), 9);
  EXPECT_THAT(nine.scores(0).histogram(), ElementsAre(0, 0, 0, 0, 9));
  EXPECT_EQ(nine.scores(0).median_lost_time().seconds(), 20 * 60);

  for (int i = 0; i < 8; ++i) report.Add(Answered(i, 4, 0));
  for (int i = 0; i < 2; ++i) report.Add(Answered(10 + i, 1, 0));
  const v1::ListSurveyDecisionsResponse ten = report.Take();
  EXPECT_DOUBLE_EQ(ten.scores(0).score(), 80);
  EXPECT_LT(ten.scores(0).low(), 80);
  EXPECT_GT(ten.scores(0).high(), 80);
  EXPECT_FALSE(ten.scores(0).formula().empty());
}

}  // namespace
}  // namespace waypost::journey
