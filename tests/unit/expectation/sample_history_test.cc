// SPDX-License-Identifier: Apache-2.0
#include "sidecar/expectation/sample_history.h"

#include <random>
#include <tuple>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::expectation {
namespace {

using ::testing::IsEmpty;

std::vector<std::tuple<int32_t, bool>> Collect(const SampleHistory& history, uint64_t key,
                                               int32_t elapsed, int64_t now) {
  std::vector<PackedObservation> found;
  history.Collect(key, elapsed, now, 0, &found);
  std::vector<std::tuple<int32_t, bool>> tuples;
  for (const PackedObservation one : found) {
    tuples.emplace_back(static_cast<int32_t>(one >> 1), IsFinished(one));
  }
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
  EXPECT_EQ(Collect(history, 1, 0, 1'500), (Tuples{{10, false}, {60, true}, {500, false}}));
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

TEST(SampleHistoryTest, CellsWithFewerThanTheMinimumArePassedOver) {
  SampleHistory history(10, 100);
  for (const int64_t took : {10, 20, 30}) {
    history.End(history.Add(0, {1}), took, Outcome::kResolved);
  }
  std::vector<PackedObservation> found;
  EXPECT_EQ(history.Collect(1, 0, 100, 3, &found), 3);
  EXPECT_EQ(history.Collect(1, 0, 100, 4, &found), 0);
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
  EXPECT_EQ(Collect(history, 1, 0, 100), (Tuples{{3, true}, {4, true}, {5, true}}));
  EXPECT_EQ(history.names(), 3);
}

TEST(SampleHistoryTest, WhatHasEndedStaysAsItIs) {
  SampleHistory history(10, 100);
  const SampleId id = history.Add(0, {1});
  history.End(id, 7, Outcome::kResolved);
  history.Refresh(1);
  history.End(id, 9, Outcome::kWithdrawn);
  EXPECT_EQ(Collect(history, 1, 0, 100), (Tuples{{7, true}}));
}

// What a cell has put into order must be what its samples say, whenever it was refreshed, whatever
// ended since and whatever has left the ring.
TEST(SampleHistoryTest, RefreshingChangesNoAnswer) {
  constexpr uint64_t kCells = 4;
  std::mt19937 random(20'261'122);
  const auto below = [&](uint32_t bound) { return random() % bound; };
  SampleHistory refreshed(5, 1'000), plain(5, 1'000);
  std::vector<std::pair<SampleId, SampleId>> open;
  int64_t now = 1'000;
  for (int step = 0; step < 20'000; ++step) {
    now += below(3);
    if (open.empty() || below(2) == 0) {
      const uint64_t keys[] = {below(kCells), kCells + below(kCells)};
      open.emplace_back(refreshed.Add(now, keys), plain.Add(now, keys));
    } else {
      const auto ended = open.begin() + below(static_cast<uint32_t>(open.size()));
      const Outcome outcome = below(4) == 0 ? Outcome::kWithdrawn : Outcome::kResolved;
      refreshed.End(ended->first, now, outcome);
      refreshed.Release(ended->first);
      plain.End(ended->second, now, outcome);
      plain.Release(ended->second);
      open.erase(ended);
    }
    if (below(3) == 0) refreshed.Refresh(below(2 * kCells));
    const uint64_t asked = below(2 * kCells);
    const auto elapsed = static_cast<int32_t>(below(4));
    ASSERT_EQ(Collect(refreshed, asked, elapsed, now), Collect(plain, asked, elapsed, now)) << step;
  }
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
