// SPDX-License-Identifier: Apache-2.0
#include "sidecar/calendar/quiet_hours.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/unit/calendar/calendar_texts.h"

namespace waypost::calendar {
namespace {

using testing::At;
using testing::Text;
using testing::Zone;

struct QuietCase {
  std::string name;
  int from;  // hours and minutes as a number: 2000 is 20:00
  int to;
  std::string zone;
  std::string at;
  std::string want;  // the same: not quiet
};

class QuietHoursTest : public ::testing::TestWithParam<QuietCase> {};

int Minutes(int clock) { return clock / 100 * 60 + clock % 100; }

TEST_P(QuietHoursTest, NextAllowed) {
  const QuietCase& row = GetParam();
  const QuietHours quiet = *QuietHours::Create(Minutes(row.from), Minutes(row.to));
  const absl::TimeZone zone = Zone(row.zone);
  const absl::Time at = At(row.at, zone);
  EXPECT_EQ(Text(quiet.NextAllowed(at, zone), zone), Text(At(row.want, zone), zone));
  EXPECT_EQ(quiet.IsQuiet(at, zone), row.at != row.want);
}

constexpr const char* kLondon = "Europe/London";

INSTANTIATE_TEST_SUITE_P(
    Rows, QuietHoursTest,
    ::testing::Values(
        QuietCase{"Day", 2000, 800, kLondon, "2026-01-07 12:00", "2026-01-07 12:00"},
        QuietCase{"Evening", 2000, 800, kLondon, "2026-01-07 23:59", "2026-01-08 08:00"},
        QuietCase{"BeginsOnTheMinute", 2000, 800, kLondon, "2026-01-07 20:00", "2026-01-08 08:00"},
        QuietCase{"Morning", 2000, 800, kLondon, "2026-01-08 07:59", "2026-01-08 08:00"},
        QuietCase{"EndsOnTheMinute", 2000, 800, kLondon, "2026-01-08 08:00", "2026-01-08 08:00"},
        QuietCase{"YearEnd", 2000, 800, kLondon, "2026-12-31 22:00", "2027-01-01 08:00"},
        QuietCase{"UntilMidnight", 2200, 2400, kLondon, "2026-01-07 23:00", "2026-01-08 00:00"},
        QuietCase{"FromMidnight", 0, 600, kLondon, "2026-01-07 00:00", "2026-01-07 06:00"},
        QuietCase{"MiddleOfTheDay", 1200, 1400, kLondon, "2026-01-07 13:00", "2026-01-07 14:00"},
        QuietCase{"NightOfClockForward", 2000, 800, kLondon, "2026-03-28 21:00",
                  "2026-03-29 08:00 +01:00"},
        QuietCase{"NightOfClockBack", 2000, 800, kLondon, "2026-10-24 21:00",
                  "2026-10-25 08:00 +00:00"},
        QuietCase{"EndIsSkipped", 2000, 130, kLondon, "2026-03-29 00:30",
                  "2026-03-29 02:00 +01:00"},
        QuietCase{"EndIsSkippedIntoTheNext", 145, 130, kLondon, "2026-03-29 00:30",
                  "2026-03-30 01:30 +01:00"},
        QuietCase{"EndComesTwiceFirst", 2000, 130, kLondon, "2026-10-25 00:30",
                  "2026-10-25 01:30 +01:00"},
        QuietCase{"EndComesTwiceSecond", 2000, 130, kLondon, "2026-10-25 01:10 +00:00",
                  "2026-10-25 01:30 +00:00"},
        QuietCase{"MidnightComesTwice", 2330, 600, "America/St_Johns", "2006-10-29 00:00",
                  "2006-10-29 06:00"},
        QuietCase{"HalfHourZone", 2000, 800, "Australia/Lord_Howe", "2026-10-03 23:00",
                  "2026-10-04 08:00 +11:00"},
        QuietCase{"LastMinuteBefore", 2000, 800, kLondon, "2026-01-07 19:59", "2026-01-07 19:59"}),
    [](const auto& info) { return info.param.name; });

TEST(QuietHoursTest, InfiniteTimesStay) {
  const QuietHours quiet = *QuietHours::Create(20 * 60, 8 * 60);
  EXPECT_EQ(quiet.NextAllowed(absl::InfiniteFuture(), Zone(kLondon)), absl::InfiniteFuture());
  EXPECT_EQ(quiet.NextAllowed(absl::InfinitePast(), Zone(kLondon)), absl::InfinitePast());
}

TEST(QuietHoursTest, RefusesWhatIsNoPartOfADay) {
  EXPECT_FALSE(QuietHours::Create(480, 480).ok());
  EXPECT_FALSE(QuietHours::Create(0, 1440).ok());
  EXPECT_FALSE(QuietHours::Create(-1, 480).ok());
  EXPECT_FALSE(QuietHours::Create(480, 1441).ok());
}

}  // namespace
}  // namespace waypost::calendar
