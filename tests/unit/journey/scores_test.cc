// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/scores.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace waypost::journey {
namespace {

TEST(ScoresTest, ScaleSentimentAndEmotionOfEveryRating) {
  const struct {
    v1::SurveyKind kind;
    int min;
    std::string sentiments;  // one letter a rating, lowest first
    std::vector<int> emotions;
  } kCases[] = {
      {v1::SURVEY_KIND_CSAT, 1, "--0++", {-2, -1, 0, 1, 2}},
      {v1::SURVEY_KIND_NPS, 0, "-------00++", {-2, -1, -1, -1, -1, -1, -1, 0, 0, 1, 2}},
      {v1::SURVEY_KIND_CES, 1, "---0+++", {-2, -1, -1, 0, 1, 1, 2}},
  };
  for (const auto& row : kCases) {
    const Scale scale = ScaleOf(row.kind);
    SCOPED_TRACE(std::string(FormulaOf(row.kind)));
    EXPECT_EQ(scale.min, row.min);
    ASSERT_EQ(scale.size(), row.sentiments.size());
    EXPECT_FALSE(scale.Has(scale.min - 1));
    EXPECT_FALSE(scale.Has(scale.max + 1));
    for (size_t place = 0; place < scale.size(); ++place) {
      const int rating = scale.min + static_cast<int>(place);
      const char want = row.sentiments[place];
      EXPECT_EQ(SentimentName(SentimentOf(row.kind, rating)), want == '-'   ? "negative"
                                                              : want == '0' ? "neutral"
                                                                            : "positive")
          << rating;
      EXPECT_EQ(EmotionOf(row.kind, rating), row.emotions[place]) << rating;
    }
  }
}

TEST(ScoresTest, TheSameHistogramsGiveThePublishedFormulas) {
  const struct {
    const char* name;
    v1::SurveyKind kind;
    std::vector<int64_t> histogram;
    double score;
  } kCases[] = {
      {"csat top two box", v1::SURVEY_KIND_CSAT, {1, 2, 3, 6, 8}, 70},
      {"nps", v1::SURVEY_KIND_NPS, {0, 0, 0, 0, 0, 0, 4, 3, 3, 5, 5}, 30},
      {"nps below zero", v1::SURVEY_KIND_NPS, {10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, -100},
      {"ces share of 5 to 7", v1::SURVEY_KIND_CES, {1, 1, 1, 1, 2, 2, 2}, 60},
  };
  for (const auto& row : kCases) {
    const auto score = ScoreOf(row.kind, row.histogram);
    ASSERT_TRUE(score.has_value()) << row.name;
    EXPECT_DOUBLE_EQ(score->score, row.score) << row.name;
    EXPECT_LE(score->low, score->score) << row.name;
    EXPECT_GE(score->high, score->score) << row.name;
  }
}

TEST(ScoresTest, NoScoreUnderTenAnswers) {
  EXPECT_FALSE(ScoreOf(v1::SURVEY_KIND_CSAT, {0, 0, 0, 0, 9}).has_value());
  EXPECT_TRUE(ScoreOf(v1::SURVEY_KIND_CSAT, {0, 0, 0, 0, 10}).has_value());
}

// The examples of R. G. Newcombe, "Two-sided confidence intervals for the single proportion",
// Statistics in Medicine 17 (1998), table I, method 3.
TEST(ScoresTest, WilsonInterval) {
  const struct {
    double successes;
    double n;
    double low;
    double high;
  } kCases[] = {
      {81, 263, 0.2553, 0.3662},
      {15, 148, 0.0624, 0.1605},
      {0, 20, 0.0, 0.1611},
      {1, 29, 0.0061, 0.1718},
  };
  for (const auto& row : kCases) {
    const Interval interval = WilsonInterval(row.successes, row.n);
    EXPECT_NEAR(interval.low, row.low, 5e-5) << row.successes << " of " << row.n;
    EXPECT_NEAR(interval.high, row.high, 5e-5) << row.successes << " of " << row.n;
  }
}

}  // namespace
}  // namespace waypost::journey
