// SPDX-License-Identifier: Apache-2.0
#include "sidecar/expectation/sample_history.h"

#include <tuple>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::expectation {
namespace {

using ::testing::IsEmpty;

std::vector<std::tuple<int32_t, bool>> Collect(const SampleHistory& history, uint64_t key,
                                               int32_t elapsed, int64_t now) {
  std::vector<Observation> found;
  history.Collect(key, elapsed, now, &found);
  std::vector<std::tuple<int32_t, bool>> tuples;
  for (const Observation& one : found) tuples.emplace_back(one.value, one.finished);
  return tuples;
}

using Tuples = std::vector<std::tuple<int32_t, bool>>;

TEST(SampleHistoryTest, OpenSamplesGrowOlderAndEndedOnesDoNot) {
  SampleHistory history(10, 100);
  const SampleId open = history.Add(1'000, {1, 2});
  const SampleId resolved = history.Add(1'000, {1});
  const SampleId withdrawn = history.Add(1'000, {1});
  history.End(resolved, 1'060, Outcome::kResolved);
  history.End(withdrawn, 1'010, Outcome::kWithdrawn);
  EXPECT_EQ(Collect(history, 1, 0, 1'500), (Tuples{{500, false}, {60, true}, {10, false}}));
  EXPECT_EQ(Collect(history, 2, 0, 1'600), (Tuples{{600, false}}));
  history.End(open, 2'000, Outcome::kResolved);
  EXPECT_EQ(Collect(history, 2, 0, 9'000), (Tuples{{1'000, true}}));
}

TEST(SampleHistoryTest, OnlyWhatTookLongerThanElapsedCounts) {
  SampleHistory history(10, 100);
  for (const int64_t took : {10, 20, 30, 40}) {
    history.End(history.Add(0, {1}), took, Outcome::kResolved);
  }
  EXPECT_EQ(Collect(history, 1, 0, 100), (Tuples{{10, true}, {20, true}, {30, true}, {40, true}}));
  EXPECT_EQ(Collect(history, 1, 20, 100), (Tuples{{10, true}, {20, true}}));
  EXPECT_THAT(Collect(history, 1, 40, 100), IsEmpty());
}

TEST(SampleHistoryTest, ResolvedAtOnceCountsWhenNoTimePassed) {
  SampleHistory history(10, 100);
  history.End(history.Add(50, {1}), 50, Outcome::kResolved);
  EXPECT_EQ(Collect(history, 1, 0, 100), (Tuples{{0, true}}));
}

TEST(SampleHistoryTest, HostileEndsAreBounded) {
  SampleHistory history(10, 100);
  history.End(history.Add(1'000, {1}), -5, Outcome::kResolved);
  history.End(history.Add(0, {1}), int64_t{1} << 60, Outcome::kResolved);
  EXPECT_EQ(Collect(history, 1, 0, 2'000), (Tuples{{0, true}, {2'147'483'647, true}}));
}

TEST(SampleHistoryTest, ACellKeepsTheNewest) {
  SampleHistory history(3, 100);
  for (int64_t took = 1; took <= 5; ++took) {
    const SampleId id = history.Add(0, {1});
    history.End(id, took, Outcome::kResolved);
    history.Release(id);
  }
  EXPECT_EQ(Collect(history, 1, 0, 100), (Tuples{{4, true}, {5, true}, {3, true}}));
  EXPECT_EQ(history.names(), 3);
}

TEST(SampleHistoryTest, SamplesThatNobodyHoldsAreUsedAgain) {
  SampleHistory history(2, 100);
  SampleId most = 0;
  for (int i = 0; i < 1'000; ++i) {
    const SampleId id = history.Add(i, {1, 2});
    most = std::max(most, id);
    history.End(id, i + 1, Outcome::kResolved);
    history.Release(id);
  }
  EXPECT_LT(most, 4);
}

TEST(SampleHistoryTest, TheCellsAddedToLongestAgoGoFirst) {
  SampleHistory history(100, 40);
  for (uint64_t key = 1; key <= 5; ++key) {
    for (int i = 0; i < 10; ++i) {
      history.Release(history.Add(static_cast<int64_t>(key) * 100, {key}));
    }
  }
  EXPECT_LE(history.names(), 40);
  EXPECT_THAT(Collect(history, 1, 0, 1'000), IsEmpty());
  EXPECT_EQ(Collect(history, 5, 0, 1'000).size(), 10);
}

}  // namespace
}  // namespace waypost::expectation
