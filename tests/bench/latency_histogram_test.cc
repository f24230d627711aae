// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/latency_histogram.h"

#include "gtest/gtest.h"

namespace waypost::bench {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

TEST(LatencyHistogramTest, EmptyHasNoQuantile) {
  EXPECT_EQ(LatencyHistogram().Quantile(0.5), nanoseconds(0));
}

TEST(LatencyHistogramTest, QuantilesAreWithinABucketOfTheTrueOnes) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 10'000; ++i) histogram.Add(microseconds(i));
  struct Case {
    const char* name;
    double quantile;
    double want_microseconds;
  };
  for (const Case& c : {Case{"median", 0.5, 5'000}, Case{"p99", 0.99, 9'900},
                        Case{"smallest", 0, 1}, Case{"largest", 1, 10'000}}) {
    const double got = static_cast<double>(histogram.Quantile(c.quantile).count()) / 1'000;
    EXPECT_GE(got, c.want_microseconds) << c.name;
    EXPECT_LE(got, c.want_microseconds * 1.016) << c.name;
  }
}

TEST(LatencyHistogramTest, ShortAndHugeDurationsHaveABucket) {
  LatencyHistogram histogram;
  histogram.Add(nanoseconds(-5));
  histogram.Add(nanoseconds(63));
  histogram.Add(nanoseconds::max());
  EXPECT_EQ(histogram.Quantile(0.3), nanoseconds(0));
  EXPECT_EQ(histogram.Quantile(0.6), nanoseconds(63));
  EXPECT_EQ(histogram.Quantile(1), nanoseconds::max());
}

TEST(LatencyHistogramTest, MergeCountsBoth) {
  LatencyHistogram one;
  LatencyHistogram other;
  one.Add(microseconds(1));
  other.Add(microseconds(100));
  one.Merge(other);
  EXPECT_EQ(one.count(), 2u);
  EXPECT_GE(one.Quantile(1), microseconds(100));
}

}  // namespace
}  // namespace waypost::bench
