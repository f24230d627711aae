// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/rate_limit.h"

#include "gtest/gtest.h"

namespace waypost::connectors {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'777'888'800);

TEST(RateLimitTest, LetsTwiceTheRateThroughAtOnceAndThenTheRate) {
  RateLimit limit(2);
  for (int at = 0; at < 4; ++at) EXPECT_EQ(limit.Take(kNow), absl::ZeroDuration());
  EXPECT_EQ(limit.Take(kNow), absl::Milliseconds(500));
  EXPECT_EQ(limit.Take(kNow + absl::Milliseconds(500)), absl::ZeroDuration());
  EXPECT_GT(limit.Take(kNow + absl::Milliseconds(500)), absl::ZeroDuration());
}

TEST(RateLimitTest, AClockThatGoesBackGivesNothingAndTakesNothing) {
  RateLimit limit(1);
  EXPECT_EQ(limit.Take(kNow), absl::ZeroDuration());
  EXPECT_EQ(limit.Take(kNow - absl::Hours(1)), absl::ZeroDuration());
  EXPECT_GT(limit.Take(kNow - absl::Hours(1)), absl::ZeroDuration());
}

TEST(RateLimitTest, WithoutARateEverythingPasses) {
  RateLimit limit(0);
  for (int at = 0; at < 1000; ++at) EXPECT_EQ(limit.Take(kNow), absl::ZeroDuration());
}

}  // namespace
}  // namespace waypost::connectors
