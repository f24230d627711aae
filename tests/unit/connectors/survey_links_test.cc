// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/survey_links.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "connectors/engine/survey_token.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::StartsWith;

constexpr const char* kSecret = "a secret of the test, long enough";

v1::SurveyDecision Survey() {
  v1::SurveyDecision survey;
  survey.set_id("s-1");
  survey.set_kind(v1::SURVEY_KIND_CSAT);
  survey.set_language("de");
  survey.set_source("rt");
  survey.set_ticket_ref("A&B 7");
  survey.set_role(v1::CONSUMER_ROLE_USER);
  survey.set_touchpoint_id("fixed");
  survey.mutable_expires_at()->set_seconds(1'800'000'000);
  return survey;
}

SurveyPlace Tool(const std::string& link) {
  SurveyPlace place;
  std::vector<cel::Issue> issues;
  place.tool_link = cel::Template::Compile(link, SurveyLinkEnvironment(), &issues);
  EXPECT_TRUE(place.tool_link.has_value());
  return place;
}

TEST(SurveyLinksTest, APageIsLinkedByATokenThatNamesTheSurvey) {
  SurveyPlace place;
  place.page_url = "https://feedback.example/it";
  place.page_secret = kSecret;
  const std::string link = SurveyLinks("acme", &place).Link(Survey());
  const std::string prefix = "https://feedback.example/it/survey/";
  ASSERT_THAT(link, StartsWith(prefix));
  const auto token = OpenSurveyToken(link.substr(prefix.size()), {kSecret});
  ASSERT_TRUE(token.has_value());
  EXPECT_EQ(token->tenant, "acme");
  EXPECT_EQ(token->survey_id, "s-1");
  EXPECT_EQ(token->kind, v1::SURVEY_KIND_CSAT);
  EXPECT_EQ(token->ticket_ref, "A&B 7");
  EXPECT_EQ(token->language, "de");
  EXPECT_EQ(token->expires_at, absl::FromUnixSeconds(1'800'000'000));
}

TEST(SurveyLinksTest, EachRatingOfTheScaleHasALink) {
  const SurveyPlace place = Tool("https://s.example/{{survey.id}}");
  EXPECT_THAT(SurveyLinks("t", &place).Ratings(Survey()),
              ElementsAre(Pair(1, "https://s.example/s-1?rating=1"),
                          Pair(2, "https://s.example/s-1?rating=2"),
                          Pair(3, "https://s.example/s-1?rating=3"),
                          Pair(4, "https://s.example/s-1?rating=4"),
                          Pair(5, "https://s.example/s-1?rating=5")));
  v1::SurveyDecision survey = Survey();
  survey.set_kind(v1::SURVEY_KIND_NPS);
  EXPECT_EQ(SurveyLinks("t", &place).Ratings(survey).front().first, 0);
  EXPECT_EQ(SurveyLinks("t", &place).Ratings(survey).size(), 11u);
}

TEST(SurveyLinksTest, AToolGetsItsParametersEncoded) {
  const SurveyPlace place = Tool(
      "https://s.example/f?id={{survey.id}}&kind={{survey.kind}}&lang={{survey.language}}&"
      "t={{survey.source}}/{{survey.ticket_ref}}&role={{survey.role}}&at={{survey.touchpoint}}");
  const SurveyLinks links("t", &place);
  const std::string link =
      "https://s.example/f?id=s-1&kind=csat&lang=de&t=rt/A%26B%207&role=user&at=fixed";
  EXPECT_EQ(links.Link(Survey()), link);
  EXPECT_EQ(links.Ratings(Survey()).back().second, absl::StrCat(link, "&rating=5"));
}

TEST(SurveyLinksTest, WithoutAPlaceThereIsNoLink) {
  const SurveyPlace place;
  EXPECT_EQ(SurveyLinks("t", &place).Link(Survey()), "");
  EXPECT_TRUE(SurveyLinks("t", &place).Ratings(Survey()).empty());
}

}  // namespace
}  // namespace waypost::connectors
