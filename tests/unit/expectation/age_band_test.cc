// SPDX-License-Identifier: Apache-2.0
#include "sidecar/expectation/age_band.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::expectation {
namespace {

// Evenly from 10 to 1000 seconds.
SurvivalCurve EvenCurve() {
  std::vector<Observation> observations;
  for (int32_t value = 10; value <= 1'000; value += 10) observations.push_back({value, true});
  return SurvivalCurve(observations);
}

// Windows for tickets one hour apart, which take evenly from nothing to `longest` seconds.
void AddWindows(int count, int64_t longest, int64_t* now, SampleHistory* history, AgeBand* band) {
  const SurvivalCurve curve = EvenCurve();
  for (int i = 0; i < count; ++i, *now += 3'600) {
    const SampleId sample = history->Add(*now, {1});
    band->Add(curve, sample, *now, history);
    history->End(sample, *now + longest * (i * 37 % 100) / 100, Outcome::kResolved);
    history->Release(sample);
  }
}

struct Fixture {
  SampleHistory history{100, 1'000};
  AgeBand band{500};
  int64_t now = 0;

  void Add(int count, int64_t longest) { AddWindows(count, longest, &now, &history, &band); }
};

TEST(AgeBandTest, QuotesTheNominalQuantilesUntilItKnowsBetter) {
  Fixture fixture;
  fixture.Add(99, 500);
  EXPECT_EQ(fixture.band.coverage(), std::nullopt);
  EXPECT_EQ(fixture.band.p50_level(), 0.5);
  EXPECT_EQ(fixture.band.p80_level(), 0.8);
}

TEST(AgeBandTest, QuotesTheQuantilesThatAreKept) {
  const struct {
    std::string name;
    int64_t longest;
    double p50_level, p80_level;
  } kCases[] = {{"as the distribution says", 1'000, 0.5, 0.8},
                {"tickets take half as long", 500, 0.25, 0.4},
                {"tickets take somewhat longer", 1'150, 0.575, 0.92},
                {"tickets take ten times as long", 10'000, 0.97, 0.97},
                {"tickets take no time at all", 0, 0.2, 0.2}};
  for (const auto& one : kCases) {
    Fixture fixture;
    fixture.Add(600, one.longest);
    EXPECT_NEAR(fixture.band.p50_level(), one.p50_level, 0.03) << one.name;
    EXPECT_NEAR(fixture.band.p80_level(), one.p80_level, 0.03) << one.name;
  }
}

TEST(AgeBandTest, CoverageRecoversAfterADrift) {
  Fixture fixture;
  fixture.Add(600, 1'000);
  EXPECT_NEAR(fixture.band.coverage()->p80, 0.8, 0.02);
  EXPECT_NEAR(fixture.band.coverage()->p50, 0.5, 0.02);
  fixture.Add(200, 1'150);
  EXPECT_LT(fixture.band.coverage()->p80, 0.79);
  fixture.Add(1'500, 1'150);
  EXPECT_NEAR(fixture.band.coverage()->p80, 0.8, 0.02);
  EXPECT_NEAR(fixture.band.coverage()->p50, 0.5, 0.02);
}

TEST(AgeBandTest, AWindowThatPassedCountsAsMissedWhileItsTicketIsOpen) {
  Fixture fixture;
  const SurvivalCurve curve = EvenCurve();
  for (int i = 0; i < 600; ++i, fixture.now += 3'600) {
    const SampleId sample = fixture.history.Add(fixture.now, {1});
    fixture.band.Add(curve, sample, fixture.now, &fixture.history);
    // Every other ticket stays open for good.
    if (i % 2 == 0) fixture.history.End(sample, fixture.now + 100, Outcome::kResolved);
    fixture.history.Release(sample);
  }
  EXPECT_NEAR(fixture.band.coverage()->p80, 0.5, 0.02);
  EXPECT_EQ(fixture.band.p80_level(), AgeBand::kHighest);
}

TEST(AgeBandTest, WithdrawnTicketsDoNotCountAsKept) {
  Fixture fixture;
  const SurvivalCurve curve = EvenCurve();
  for (int i = 0; i < 600; ++i, fixture.now += 3'600) {
    const SampleId sample = fixture.history.Add(fixture.now, {1});
    fixture.band.Add(curve, sample, fixture.now, &fixture.history);
    if (i % 2 == 0) {
      fixture.history.End(sample, fixture.now + 1, Outcome::kWithdrawn);
    } else {
      fixture.history.End(sample, fixture.now + 10 * (i % 100), Outcome::kResolved);
    }
    fixture.history.Release(sample);
  }
  EXPECT_NEAR(fixture.band.coverage()->p80, 0.8, 0.03);
}

TEST(AgeBandTest, KeepsTheNewestWindows) {
  Fixture fixture;
  fixture.Add(2'000, 1'000);
  EXPECT_EQ(fixture.band.windows(), 500);
  EXPECT_LE(fixture.band.bytes(), 500 * 256);
}

TEST(AgeBandTest, DamagedStatesAreRefused) {
  Fixture fixture;
  fixture.Add(300, 1'000);
  internal::v1::ExpectationState state;
  SampleWriter writer(&fixture.history, &state);
  fixture.band.Write(&writer, state.add_bands());
  const auto read = [&](const internal::v1::ExpectationBand& band) {
    SampleHistory history(100, 1'000);
    return SampleReader::Read(state, &history) && AgeBand(500).Read(band, &history);
  };
  ASSERT_TRUE(read(state.bands(0)));
  auto damaged = state.bands(0);
  damaged.set_p80_level(1.5);
  EXPECT_FALSE(read(damaged));
  damaged = state.bands(0);
  damaged.mutable_windows(7)->set_p80(-1);
  EXPECT_FALSE(read(damaged));
  damaged = state.bands(0);
  damaged.mutable_windows(7)->set_sample(100'000);
  EXPECT_FALSE(read(damaged));
  damaged = state.bands(0);
  damaged.mutable_windows(299)->clear_quantiles();
  damaged.mutable_windows(299)->clear_score();
  EXPECT_FALSE(read(damaged));
}

}  // namespace
}  // namespace waypost::expectation
