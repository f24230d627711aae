// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/clock_setback.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/journey/update_desk.h"

namespace waypost::journey {
namespace {

using ::testing::ElementsAre;
using ::waypost::testing::Freeze;
using ::waypost::testing::On;

constexpr int kYear = 365 * 24 * 60;  // minutes

TEST(ClockSetbackTest, WhatWasToldInAFarFutureDoesNotSilenceWaypostUntilThen) {
  Desk desk(Freeze(UpdateRules({UpdateRule("received", On({v1::EVENT_TYPE_CREATED}), "Seen.")})));
  for (int number = 1; number <= 5; ++number) desk.Record(ReportAt(10 * kYear, number));
  EXPECT_THAT(Fates(desk.Record(ReportAt(0, 6))), ElementsAre("received waits: PERSON_CAP"));
  EXPECT_THAT(Fates(desk.EvaluateDueAt(At(24 * 60))), ElementsAre("+1440 received"));
}

TEST(ClockSetbackTest, ANearFutureStays) {
  PersonRecord record;
  record.person.add_contacts()->set_at(absl::ToUnixMicros(At(60)));
  record.person.add_contacts()->set_at(absl::ToUnixMicros(At(kYear)));
  record.journeys.emplace_back().set_told_at(absl::ToUnixMicros(At(kYear)));
  ForgetFuture(At(0), &record);
  EXPECT_EQ(record.person.contacts(0).at(), absl::ToUnixMicros(At(60)));
  EXPECT_EQ(record.person.contacts(1).at(), absl::ToUnixMicros(At(0)));
  EXPECT_EQ(record.journeys[0].told_at(), absl::ToUnixMicros(At(0)));
}

}  // namespace
}  // namespace waypost::journey
