// SPDX-License-Identifier: Apache-2.0
#include "sidecar/expectation/survival_curve.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::expectation {
namespace {

// Weeks in remission under 6-MP (Freireich et al. 1963), the textbook example of the estimator.
std::vector<Observation> Remissions() {
  return {{6, true},   {6, true},   {6, true},   {6, false}, {7, true},   {9, false},
          {10, true},  {10, false}, {11, false}, {13, true}, {16, true},  {17, false},
          {19, false}, {20, false}, {22, true},  {23, true}, {25, false}, {32, false},
          {32, false}, {34, false}, {35, false}};
}

TEST(SurvivalCurveTest, GivesTheTextbookShares) {
  const auto remissions = Remissions();
  const SurvivalCurve curve(remissions);
  const struct {
    int32_t week;
    double survivors;
  } kCases[] = {{5, 1},      {6, 0.857},  {7, 0.807},  {9, 0.807},  {10, 0.753}, {12, 0.753},
                {13, 0.690}, {16, 0.627}, {22, 0.538}, {23, 0.448}, {100, 0.448}};
  for (const auto& one : kCases) {
    EXPECT_NEAR(curve.ShareUpTo(one.week), 1 - one.survivors, 0.0005) << "week " << one.week;
  }
}

TEST(SurvivalCurveTest, TheOrderOfObservationsDoesNotMatter) {
  const auto remissions = Remissions();
  std::vector<Observation> reversed(remissions.rbegin(), remissions.rend());
  const SurvivalCurve curve(remissions);
  const SurvivalCurve other(reversed);
  for (int32_t week = 0; week < 40; ++week) EXPECT_EQ(curve.ShareUpTo(week), other.ShareUpTo(week));
}

TEST(SurvivalCurveTest, QuantilesAreTheSmallestValuesThatReachTheShare) {
  std::vector<Observation> ten;
  for (int32_t value = 10; value >= 1; --value) ten.push_back({value, true});
  const SurvivalCurve curve(ten);
  const struct {
    double level;
    int32_t value;
  } kCases[] = {{0, 1}, {0.1, 1}, {0.11, 2}, {0.5, 5}, {0.8, 8}, {0.81, 9}, {1, 10}, {2, 10}};
  for (const auto& one : kCases) EXPECT_EQ(curve.Quantile(one.level), one.value) << one.level;
}

TEST(SurvivalCurveTest, UnfinishedOnesMakeQuantilesLonger) {
  std::vector<Observation> finished;
  std::vector<Observation> mixed;
  for (int32_t value = 1; value <= 20; ++value) {
    if (value % 2 == 0) finished.push_back({value, true});
    mixed.push_back({value, value % 2 == 0});
  }
  EXPECT_EQ(SurvivalCurve(finished).Quantile(0.5), 10);
  EXPECT_GT(SurvivalCurve(mixed).Quantile(0.5), 12);
}

TEST(SurvivalCurveTest, BeyondWhatWasObservedItGivesTheLongestFinishedOne) {
  std::vector<Observation> observations = {{1, true}, {2, false}, {3, false}, {4, false}};
  const SurvivalCurve curve(observations);
  EXPECT_EQ(curve.Quantile(0.9), 1);
  EXPECT_FALSE(curve.Reaches(0.9));
  EXPECT_TRUE(curve.Reaches(0.25));
}

TEST(SurvivalCurveTest, NothingFinishedSaysNothing) {
  std::vector<Observation> none;
  std::vector<Observation> open = {{5, false}};
  for (const auto& observations : {none, open}) {
    const SurvivalCurve curve(observations);
    EXPECT_FALSE(curve.Reaches(0));
    EXPECT_EQ(curve.Quantile(0.8), 0);
    EXPECT_EQ(curve.ShareUpTo(10), 0);
  }
}

}  // namespace
}  // namespace waypost::expectation
