// SPDX-License-Identifier: Apache-2.0
#include "sidecar/calendar/span.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/unit/calendar/calendar_texts.h"

namespace waypost::calendar {
namespace {

using testing::At;
using testing::DeskHours;
using testing::Text;

struct SpanCase {
  std::string name;
  Span span;
  std::string want;
};

class SpanTest : public ::testing::TestWithParam<SpanCase> {};

// From Friday, 9 January 2026, 17:30.
TEST_P(SpanTest, EndsAt) {
  const OpeningHours hours = DeskHours("Europe/London");
  const absl::Time end = EndOf(GetParam().span, At("2026-01-09 17:30", hours.time_zone),
                               *BusinessCalendar::Create(hours));
  EXPECT_EQ(Text(end, hours.time_zone), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, SpanTest,
    ::testing::Values(
        SpanCase{"WallClock", {absl::Hours(8), false, 0}, "Sat 2026-01-10 01:30:00 +00:00"},
        SpanCase{"BusinessTime", {absl::Hours(8), true, 0}, "Mon 2026-01-12 15:30:00 +00:00"},
        SpanCase{"BusinessDay", {absl::Hours(24), true, 1}, "Mon 2026-01-12 17:30:00 +00:00"},
        SpanCase{"BusinessDays", {absl::Hours(72), true, 3}, "Wed 2026-01-14 17:30:00 +00:00"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace waypost::calendar
