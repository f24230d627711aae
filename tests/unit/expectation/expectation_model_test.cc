// SPDX-License-Identifier: Apache-2.0
#include "sidecar/expectation/expectation_model.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/expectation/observation.h"
#include "tests/support/status_matchers.h"

namespace waypost::expectation {
namespace {

using ::waypost::testing::HasCode;

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

TicketFeatures Features(std::string_view group = "desk") {
  return {.category = "mail", .priority = "P3", .group = group};
}

double Hours(absl::Duration duration) { return absl::ToDoubleHours(duration); }

// Plays tickets with a duration each into a model, in the order of time.
class Desk {
 public:
  explicit Desk(ExpectationOptions options = {}) : model(std::move(options)) {}

  // Opens `count` tickets half an hour apart, which take evenly from 0 to `longest` in an order
  // that is mixed but always the same. Nothing is resolved beyond the last opening.
  void Play(int count, absl::Duration longest, std::string_view group = "desk") {
    for (int i = 0; i < count; ++i, now += absl::Minutes(30)) {
      ResolveUntil(now);
      model.Record(Observe(next, now, Features(group), now));
      ends.emplace(now + longest * (next * 37 % 100 + 0.5) / 100, next);
      ++next;
    }
    ResolveUntil(now);
  }

  void ResolveUntil(absl::Time until) {
    while (!ends.empty() && ends.begin()->first <= until) {
      TicketFeatures resolved = Features();
      resolved.status = v1::STATUS_CATEGORY_RESOLVED;
      model.Record(Observe(ends.begin()->second, kStart, resolved, ends.begin()->first));
      ends.erase(ends.begin());
    }
  }

  // What to expect of a ticket of that age now.
  [[nodiscard]] Expectation Ask(absl::Duration age, const TicketFeatures& features = Features()) {
    return model.Predict(features, now - age, now);
  }

  ExpectationModel model;
  absl::Time now = kStart;
  uint64_t next = 1;
  std::set<std::pair<absl::Time, uint64_t>> ends;
};

std::string Bytes(const ExpectationModel& model) { return model.ToState().SerializeAsString(); }

TEST(ExpectationModelTest, LearnsHowLongTicketsTake) {
  Desk desk;
  desk.Play(1'000, absl::Hours(10));
  const Expectation expectation = desk.Ask(absl::ZeroDuration());
  EXPECT_EQ(expectation.refusal, Refusal::kNone);
  EXPECT_NEAR(Hours(expectation.p50), 5, 0.6);
  EXPECT_NEAR(Hours(expectation.p80), 8, 0.6);
  EXPECT_EQ(expectation.cell, CellKind::kGroupAndProgress);
  EXPECT_GT(expectation.sample_size, 200);
  ASSERT_TRUE(expectation.coverage.has_value());
  EXPECT_NEAR(expectation.coverage->p80, 0.8, 0.03);
}

TEST(ExpectationModelTest, AnOlderTicketTakesWhatSuchTicketsStillTook) {
  Desk desk;
  desk.Play(2'000, absl::Hours(10));
  const struct {
    double age, noted_at, p50, p80;
  } kCases[] = {{1, 1, 4.5, 7.2}, {4, 4, 3, 4.8}, {6, 4, 2, 3.2}, {8, 8, 1, 1.6}};
  for (const auto& one : kCases) {
    const Expectation expectation = desk.Ask(absl::Hours(one.age));
    ASSERT_EQ(expectation.refusal, Refusal::kNone) << one.age;
    EXPECT_EQ(Hours(expectation.age), one.noted_at);
    EXPECT_NEAR(Hours(expectation.p50), one.p50, 0.5) << one.age;
    EXPECT_NEAR(Hours(expectation.p80), one.p80, 0.5) << one.age;
  }
}

TEST(ExpectationModelTest, GivesWayToWiderCellsWhereSamplesAreFew) {
  Desk desk;
  desk.Play(1'000, absl::Hours(10));
  TicketFeatures ticket = Features();
  EXPECT_EQ(desk.Ask(absl::ZeroDuration(), ticket).cell, CellKind::kGroupAndProgress);
  ticket.reassignments = 3;
  EXPECT_EQ(desk.Ask(absl::ZeroDuration(), ticket).cell, CellKind::kGroupAndStatus);
  ticket.status = v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER;
  EXPECT_EQ(desk.Ask(absl::ZeroDuration(), ticket).cell, CellKind::kGroup);
  ticket.group = "network";
  EXPECT_EQ(desk.Ask(absl::ZeroDuration(), ticket).cell, CellKind::kAll);
  ticket.status = v1::STATUS_CATEGORY_OPEN;
  EXPECT_EQ(desk.Ask(absl::ZeroDuration(), ticket).cell, CellKind::kService);
  ticket.priority = "P1";
  ticket.reassignments = 0;
  EXPECT_EQ(desk.Ask(absl::ZeroDuration(), ticket).cell, CellKind::kProgress);
}

TEST(ExpectationModelTest, GroupsDiffer) {
  Desk desk;
  for (int day = 0; day < 40; ++day) {
    desk.Play(24, absl::Hours(2), "desk");
    desk.Play(24, absl::Hours(20), "network");
  }
  EXPECT_NEAR(Hours(desk.Ask(absl::ZeroDuration(), Features("desk")).p80), 1.6, 0.4);
  EXPECT_NEAR(Hours(desk.Ask(absl::ZeroDuration(), Features("network")).p80), 16, 4);
}

TEST(ExpectationModelTest, RefusesWhereItKnowsTooLittle) {
  Desk desk;
  EXPECT_EQ(desk.Ask(absl::ZeroDuration()).refusal, Refusal::kTooFewTickets);
  desk.Play(100, absl::Hours(10));
  EXPECT_EQ(desk.Ask(absl::ZeroDuration()).refusal, Refusal::kCoverageUnknown);
  desk.Play(900, absl::Hours(10));
  EXPECT_EQ(desk.Ask(absl::ZeroDuration()).refusal, Refusal::kNone);
  EXPECT_EQ(desk.Ask(absl::Hours(11)).refusal, Refusal::kTooFewTickets);
  EXPECT_EQ(desk.Ask(absl::Hours(24 * 365 * 200)).refusal, Refusal::kTooFewTickets);
  TicketFeatures resolved = Features();
  for (const auto status :
       {v1::STATUS_CATEGORY_RESOLVED, v1::STATUS_CATEGORY_CLOSED, v1::STATUS_CATEGORY_CANCELED}) {
    resolved.status = status;
    EXPECT_EQ(desk.Ask(absl::ZeroDuration(), resolved).refusal, Refusal::kEnded);
  }
}

TEST(ExpectationModelTest, RefusesAnAgeWhoseWindowsAreNotKept) {
  Desk desk;
  desk.Play(600, absl::Hours(10));
  ASSERT_EQ(desk.Ask(absl::ZeroDuration()).refusal, Refusal::kNone);
  // From one day to the next tickets take far longer.
  desk.Play(600, absl::Hours(250));
  EXPECT_EQ(desk.Ask(absl::ZeroDuration()).refusal, Refusal::kCoverageTooLow);
  EXPECT_TRUE(desk.model.Coverages().front().refused);
}

TEST(ExpectationModelTest, AdaptsToADrift) {
  Desk desk({.band_size = 500});
  desk.Play(2'000, absl::Hours(10));
  EXPECT_NEAR(Hours(desk.Ask(absl::ZeroDuration()).p80), 8, 0.6);
  desk.Play(2'000, absl::Hours(30));
  const Expectation expectation = desk.Ask(absl::ZeroDuration());
  EXPECT_EQ(expectation.refusal, Refusal::kNone);
  EXPECT_NEAR(Hours(expectation.p80), 24, 2);
  EXPECT_NEAR(expectation.coverage->p80, 0.8, 0.03);
}

TEST(ExpectationModelTest, CoverageIsListedPerAge) {
  Desk desk;
  desk.Play(1'000, absl::Hours(10));
  const auto coverages = desk.model.Coverages();
  ASSERT_EQ(coverages.size(), 11);
  EXPECT_EQ(coverages[2].age, absl::Hours(4));
  EXPECT_FALSE(coverages[2].refused);
  EXPECT_NEAR(coverages[2].coverage->p80, 0.8, 0.05);
  EXPECT_EQ(coverages[7].windows, 0);
  EXPECT_TRUE(coverages[7].refused);
}

TEST(ExpectationModelTest, TicketsThatWereNotResolvedTeachNothingButTheirAge) {
  Desk desk;
  desk.Play(1'000, absl::Hours(10));
  const auto before = desk.Ask(absl::ZeroDuration());
  TicketFeatures canceled = Features();
  canceled.status = v1::STATUS_CATEGORY_CANCELED;
  TicketFeatures resolved = Features();
  resolved.status = v1::STATUS_CATEGORY_RESOLVED;
  for (uint64_t key = 1'000'000; key < 1'000'020; ++key) {
    desk.model.Record(Observe(key, desk.now, Features(), desk.now));
    desk.model.Record(Observe(key, desk.now, canceled, desk.now));
    desk.model.Record(Observe(key + 100, desk.now, Features(), desk.now));
    desk.model.Record(ObserveWithdrawal(key + 100, desk.now));
    // Resolved on arrival.
    desk.model.Record(Observe(key + 200, desk.now, resolved, desk.now));
  }
  EXPECT_NEAR(Hours(desk.Ask(absl::ZeroDuration()).p80), Hours(before.p80), 0.6);
}

TEST(ExpectationModelTest, AReopenedTicketIsWatchedAnew) {
  ExpectationModel model;
  TicketFeatures resolved = Features();
  resolved.status = v1::STATUS_CATEGORY_RESOLVED;
  model.Record(Observe(1, kStart, Features(), kStart));
  EXPECT_EQ(model.open_tickets(), 1);
  model.Record(Observe(1, kStart, resolved, kStart + absl::Hours(1)));
  EXPECT_EQ(model.open_tickets(), 0);
  model.Record(Observe(1, kStart, resolved, kStart + absl::Hours(2)));
  model.Record(Observe(1, kStart, Features(), kStart + absl::Hours(3)));
  EXPECT_EQ(model.open_tickets(), 1);
  EXPECT_EQ(model.ToState().tickets(0).next_age(), 2);  // four hours
}

TEST(ExpectationModelTest, GoesOnFromItsStateAsIfNothingHadHappened) {
  Desk desk;
  desk.Play(700, absl::Hours(100));
  auto restored = ExpectationModel::FromState(desk.model.ToState());
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(Bytes(*restored), Bytes(desk.model));
  Desk other = desk;
  other.model = *std::move(restored);
  for (Desk* each : {&desk, &other}) each->Play(700, absl::Hours(50));
  EXPECT_EQ(Bytes(other.model), Bytes(desk.model));
  EXPECT_EQ(other.Ask(absl::Hours(5)).p80, desk.Ask(absl::Hours(5)).p80);
  EXPECT_GT(desk.Ask(absl::Hours(5)).p80, absl::ZeroDuration());
}

TEST(ExpectationModelTest, TheSameCallsGiveTheSameModel) {
  Desk left;
  Desk right;
  for (Desk* desk : {&left, &right}) desk->Play(500, absl::Hours(200));
  EXPECT_EQ(Bytes(left.model), Bytes(right.model));
}

TEST(ExpectationModelTest, DamagedAndForeignStatesAreRefused) {
  Desk desk;
  desk.Play(300, absl::Hours(100));
  const internal::v1::ExpectationState state = desk.model.ToState();
  ASSERT_GT(state.tickets_size(), 1);
  using State = internal::v1::ExpectationState;
  const struct {
    std::string name;
    void (*damage)(State*);
    absl::StatusCode code;
  } kCases[] = {
      {"other ages", [](State* s) { s->set_ages(1, 7); }, absl::StatusCode::kFailedPrecondition},
      {"empty", [](State* s) { s->Clear(); }, absl::StatusCode::kFailedPrecondition},
      {"a band is gone", [](State* s) { s->mutable_bands()->RemoveLast(); },
       absl::StatusCode::kDataLoss},
      {"lists of other lengths", [](State* s) { s->add_sample_seconds(1); },
       absl::StatusCode::kDataLoss},
      {"a negative length of time", [](State* s) { s->set_sample_seconds(0, -1); },
       absl::StatusCode::kDataLoss},
      {"a cell names no sample", [](State* s) { s->mutable_cells(0)->add_samples(1'000'000); },
       absl::StatusCode::kDataLoss},
      {"a sample is named too often",
       [](State* s) {
         for (int i = 0; i < 300; ++i) s->mutable_tickets(0)->add_samples(0);
       },
       absl::StatusCode::kDataLoss},
      {"a ticket occurs twice", [](State* s) { *s->add_tickets() = s->tickets(0); },
       absl::StatusCode::kDataLoss},
      {"opened before time", [](State* s) { s->mutable_tickets(0)->set_opened_at(-1); },
       absl::StatusCode::kDataLoss},
  };
  for (const auto& one : kCases) {
    State damaged = state;
    one.damage(&damaged);
    EXPECT_THAT(ExpectationModel::FromState(damaged), HasCode(one.code)) << one.name;
  }
}

TEST(ExpectationModelTest, StrangeTimesDoNoLastingHarm) {
  Desk desk;
  desk.Play(1'000, absl::Hours(10));
  const absl::Time kStrange[] = {absl::InfinitePast(), absl::InfiniteFuture(), absl::UnixEpoch(),
                                 absl::FromUnixSeconds(-5'000'000'000),
                                 absl::FromUnixSeconds(int64_t{1} << 55)};
  uint64_t key = 1'000'000;
  for (const absl::Time strange : kStrange) {
    desk.model.Record(Observe(++key, strange, Features(), desk.now));
    desk.model.Record(Observe(++key, desk.now, Features(), strange));
    desk.model.Record(ObserveWithdrawal(key, strange));
    desk.model.AdvanceTo(strange);
    const Expectation expectation = desk.model.Predict(Features(), strange, desk.now);
    EXPECT_GE(expectation.p50, absl::ZeroDuration());
    EXPECT_LE(expectation.p50, expectation.p80);
    EXPECT_GE(desk.model.Predict(Features(), desk.now, strange).p80, absl::ZeroDuration());
  }
  desk.Play(400, absl::Hours(10));
  EXPECT_NEAR(Hours(desk.Ask(absl::ZeroDuration()).p80), 8, 0.6);
}

TEST(ExpectationModelTest, StaysBounded) {
  Desk desk(
      {.cell_size = 64, .band_size = 200, .maximum_open_tickets = 1'000, .maximum_names = 5'000});
  for (int i = 0; i < 20'000; ++i) {
    desk.model.Record(Observe(desk.next++, desk.now, Features(std::to_string(i)), desk.now));
    desk.now += absl::Minutes(1);
  }
  EXPECT_LE(desk.model.open_tickets(), 1'000);
  EXPECT_LT(desk.model.bytes(), 3 << 20);
}

TEST(ExpectationModelTest, OfAFloodOnlyTheFirstTicketsOfEachHourAreWatched) {
  Desk desk({.maximum_watched_per_hour = 10});
  for (int i = 0; i < 100; ++i) {
    desk.model.Record(Observe(desk.next++, desk.now, Features(), desk.now));
  }
  EXPECT_EQ(desk.model.open_tickets(), 10);
  auto restored =
      ExpectationModel::FromState(desk.model.ToState(), {.maximum_watched_per_hour = 10});
  ASSERT_TRUE(restored.ok()) << restored.status();
  restored->Record(Observe(desk.next++, desk.now, Features(), desk.now));
  EXPECT_EQ(restored->open_tickets(), 10);
  desk.now += absl::Hours(1);
  restored->Record(Observe(desk.next++, desk.now, Features(), desk.now));
  EXPECT_EQ(restored->open_tickets(), 11);
}

TEST(ExpectationModelTest, RefusalsHaveCodes) {
  EXPECT_EQ(RefusalCode(Refusal::kNone), "");
  EXPECT_EQ(RefusalCode(Refusal::kEnded), "ENDED");
  EXPECT_EQ(RefusalCode(Refusal::kTooFewTickets), "TOO_FEW_TICKETS");
  EXPECT_EQ(RefusalCode(Refusal::kCoverageUnknown), "COVERAGE_UNKNOWN");
  EXPECT_EQ(RefusalCode(Refusal::kCoverageTooLow), "COVERAGE_TOO_LOW");
}

}  // namespace
}  // namespace waypost::expectation
