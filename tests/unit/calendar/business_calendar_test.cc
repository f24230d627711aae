// SPDX-License-Identifier: Apache-2.0
#include "sidecar/calendar/business_calendar.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/calendar/quiet_hours.h"
#include "tests/unit/calendar/calendar_texts.h"

namespace waypost::calendar {
namespace {

using testing::At;
using testing::DeskHours;
using ::testing::HasSubstr;
using testing::Text;
using testing::Zone;

constexpr const char* kLondon = "Europe/London";
constexpr const char* kNewYork = "America/New_York";
constexpr const char* kLordHowe = "Australia/Lord_Howe";
constexpr const char* kKathmandu = "Asia/Kathmandu";  // UTC+05:45

// Of the desk of calendar_texts.h in some zone, or one that never shuts.
enum class Hours { kDesk, kAlways, kNights };

BusinessCalendar Calendar(Hours hours, const std::string& zone) {
  if (hours == Hours::kAlways) {
    return BusinessCalendar::AlwaysOpen(Zone(zone));
  }
  OpeningHours opening_hours = DeskHours(zone);
  if (hours == Hours::kNights) {
    opening_hours.week.fill({{0, 6 * 60}, {22 * 60, 24 * 60}});
    opening_hours.special.clear();
  }
  return *BusinessCalendar::Create(opening_hours);
}

struct AddCase {
  std::string name;
  Hours hours;
  std::string zone;
  std::string from;
  absl::Duration length;
  std::string want;
};

class AddTest : public ::testing::TestWithParam<AddCase> {};

TEST_P(AddTest, EndsAt) {
  const AddCase& row = GetParam();
  const BusinessCalendar calendar = Calendar(row.hours, row.zone);
  const absl::TimeZone zone = Zone(row.zone);
  const absl::Time from = At(row.from, zone);
  const absl::Time end = calendar.Add(from, row.length);
  EXPECT_EQ(Text(end, zone), Text(At(row.want, zone), zone));
  if (end != absl::InfiniteFuture()) {
    EXPECT_EQ(calendar.Between(from, end), row.length);
    EXPECT_EQ(calendar.Between(end, from), -row.length);
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, AddTest,
                         ::testing::Values(
                             // 2026-01-07 is a Wednesday.
                             AddCase{"WithinADay", Hours::kDesk, kLondon, "2026-01-07 09:00",
                                     absl::Hours(2), "2026-01-07 11:00"},
                             AddCase{"UpToClosingTime", Hours::kDesk, kLondon, "2026-01-07 10:00",
                                     absl::Hours(8), "2026-01-07 18:00"},
                             AddCase{"BeyondClosingTime", Hours::kDesk, kLondon, "2026-01-07 10:00",
                                     absl::Hours(8) + absl::Minutes(1), "2026-01-08 08:01"},
                             AddCase{"BeforeOpening", Hours::kDesk, kLondon, "2026-01-07 06:00",
                                     absl::Minutes(30), "2026-01-07 08:30"},
                             AddCase{"P3RaisedFridayEvening", Hours::kDesk, kLondon,
                                     "2026-01-09 17:30", absl::Hours(8), "2026-01-12 15:30"},
                             AddCase{"P1AtOneMinuteToMidnightOnFriday", Hours::kDesk, kLondon,
                                     "2026-01-09 23:59", absl::Minutes(30), "2026-01-12 08:30"},
                             AddCase{"P1AtOneMinuteToMidnightOnFridayDayAndNight", Hours::kAlways,
                                     kLondon, "2026-01-09 23:59", absl::Minutes(30),
                                     "2026-01-10 00:29"},
                             AddCase{"NothingStaysInTheWeekend", Hours::kDesk, kLondon,
                                     "2026-01-10 12:00", absl::ZeroDuration(), "2026-01-10 12:00"},
                             AddCase{"HolidayOnAMonday", Hours::kDesk, kLondon, "2026-04-02 17:00",
                                     absl::Hours(2), "2026-04-07 09:00"},
                             AddCase{"ShortDayAndYearEnd", Hours::kDesk, kLondon,
                                     "2026-12-24 11:00", absl::Hours(2), "2027-01-04 09:00"},
                             AddCase{"LeapDay", Hours::kDesk, kLondon, "2028-02-28 17:00",
                                     absl::Hours(11), "2028-02-29 18:00"},
                             AddCase{"NoLeapDay", Hours::kDesk, kLondon, "2027-02-26 17:00",
                                     absl::Hours(2), "2027-03-01 09:00"},
                             AddCase{"AYearOfBusiness", Hours::kDesk, kLondon, "2025-01-01 08:00",
                                     absl::Hours(10 * 261), "2025-12-31 18:00"},
                             AddCase{"ClockForwardOverTheWeekend", Hours::kDesk, kLondon,
                                     "2026-03-27 17:30", absl::Hours(8), "2026-03-30 15:30"},
                             AddCase{"ClockBackOverTheWeekend", Hours::kDesk, kLondon,
                                     "2026-10-23 17:30", absl::Hours(8), "2026-10-26 15:30"},
                             AddCase{"ClockForwardInNewYork", Hours::kDesk, kNewYork,
                                     "2026-03-06 17:30", absl::Hours(8), "2026-03-09 15:30"},
                             AddCase{"ClockBackInNewYork", Hours::kDesk, kNewYork,
                                     "2026-10-30 17:30", absl::Hours(8), "2026-11-02 15:30"},
                             AddCase{"ClockForwardInTheNight", Hours::kNights, kLondon,
                                     "2026-03-29 00:30", absl::Hours(1), "2026-03-29 02:30"},
                             AddCase{"FirstPassOfTheRepeatedHour", Hours::kNights, kLondon,
                                     "2026-10-25 00:30", absl::Hours(1), "2026-10-25 01:30 +01:00"},
                             AddCase{"SecondPassOfTheRepeatedHour", Hours::kNights, kLondon,
                                     "2026-10-25 00:30", absl::Hours(2), "2026-10-25 01:30 +00:00"},
                             AddCase{"AroundTheClockForward", Hours::kAlways, kNewYork,
                                     "2026-03-07 12:00", absl::Hours(24), "2026-03-08 13:00"},
                             AddCase{"AroundTheClockBack", Hours::kAlways, kNewYork,
                                     "2026-10-31 12:00", absl::Hours(24), "2026-11-01 11:00"},
                             AddCase{"HalfAnHourForward", Hours::kNights, kLordHowe,
                                     "2026-10-04 01:30", absl::Hours(1), "2026-10-04 03:00"},
                             AddCase{"HalfAnHourBack", Hours::kNights, kLordHowe,
                                     "2026-04-05 01:00", absl::Hours(1), "2026-04-05 01:30 +10:30"},
                             AddCase{"ZoneWithQuarters", Hours::kDesk, kKathmandu,
                                     "2026-01-07 17:45", absl::Hours(1), "2026-01-08 08:45"},
                             AddCase{"FarFuture", Hours::kDesk, kLondon, "2026-01-07 10:00",
                                     absl::Hours(24 * 366 * 300), "never"},
                             AddCase{"AfterTheCoveredYears", Hours::kDesk, kLondon,
                                     "2300-01-07 10:00", absl::Hours(1), "never"}),
                         [](const auto& info) { return info.param.name; });

struct BackCase {
  std::string name;
  std::string from;
  absl::Duration length;
  std::string want;
};

class LeadTimeTest : public ::testing::TestWithParam<BackCase> {};

TEST_P(LeadTimeTest, BeginsAt) {
  const absl::TimeZone zone = Zone(kLondon);
  const BusinessCalendar calendar = Calendar(Hours::kDesk, kLondon);
  EXPECT_EQ(Text(calendar.Add(At(GetParam().from, zone), -GetParam().length), zone),
            Text(At(GetParam().want, zone), zone));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, LeadTimeTest,
    ::testing::Values(
        BackCase{"WithinADay", "2026-01-07 11:00", absl::Hours(2), "2026-01-07 09:00"},
        BackCase{"OverTheWeekend", "2026-01-12 09:00", absl::Hours(2), "2026-01-09 17:00"},
        BackCase{"UpToTheOpening", "2026-01-12 09:00", absl::Hours(1), "2026-01-12 08:00"},
        BackCase{"FromShutHours", "2026-01-11 03:00", absl::Hours(1), "2026-01-09 17:00"}),
    [](const auto& info) { return info.param.name; });

struct DaysCase {
  std::string name;
  Hours hours;
  std::string zone;
  std::string from;
  int days;
  std::string want;
};

class AddBusinessDaysTest : public ::testing::TestWithParam<DaysCase> {};

TEST_P(AddBusinessDaysTest, LeadsTo) {
  const DaysCase& row = GetParam();
  const absl::TimeZone zone = Zone(row.zone);
  EXPECT_EQ(Text(Calendar(row.hours, row.zone).AddBusinessDays(At(row.from, zone), row.days), zone),
            Text(At(row.want, zone), zone));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, AddBusinessDaysTest,
    ::testing::Values(
        DaysCase{"NextDay", Hours::kDesk, kLondon, "2026-01-07 15:00", 1, "2026-01-08 15:00"},
        DaysCase{"FridayToMonday", Hours::kDesk, kLondon, "2026-01-09 15:00", 1,
                 "2026-01-12 15:00"},
        DaysCase{"SaturdayCountsAsMondayMorning", Hours::kDesk, kLondon, "2026-01-10 11:00", 1,
                 "2026-01-13 08:00"},
        DaysCase{"EveningCountsAsNextMorning", Hours::kDesk, kLondon, "2026-01-07 19:00", 1,
                 "2026-01-09 08:00"},
        DaysCase{"HolidayOnAMonday", Hours::kDesk, kLondon, "2026-04-02 15:00", 1,
                 "2026-04-07 15:00"},
        DaysCase{"ShortDayEndsEarlier", Hours::kDesk, kLondon, "2026-12-23 15:00", 1,
                 "2026-12-24 12:00"},
        DaysCase{"YearEnd", Hours::kDesk, kLondon, "2026-12-24 10:00", 1, "2027-01-04 10:00"},
        DaysCase{"Ten", Hours::kDesk, kLondon, "2026-01-07 15:00", 10, "2026-01-21 15:00"},
        DaysCase{"ClockForward", Hours::kDesk, kLondon, "2026-03-27 17:30", 1, "2026-03-30 17:30"},
        DaysCase{"ClockBack", Hours::kDesk, kNewYork, "2026-10-30 09:00", 1, "2026-11-02 09:00"},
        DaysCase{"SkippedTime", Hours::kAlways, kLondon, "2026-03-28 01:30", 1, "2026-03-29 02:00"},
        DaysCase{"RepeatedTime", Hours::kAlways, kLondon, "2026-10-24 01:30", 1,
                 "2026-10-25 01:30 +01:00"},
        DaysCase{"BreakLeadsToItsEnd", Hours::kNights, kLondon, "2026-01-07 23:00", 1,
                 "2026-01-08 23:00"},
        DaysCase{"NoneIsTheNextOpening", Hours::kDesk, kLondon, "2026-01-10 11:00", 0,
                 "2026-01-12 08:00"},
        DaysCase{"LeapDay", Hours::kDesk, kLondon, "2028-02-28 15:00", 1, "2028-02-29 15:00"},
        DaysCase{"FarFuture", Hours::kDesk, kLondon, "2026-01-07 15:00", 1'000'000, "never"}),
    [](const auto& info) { return info.param.name; });

TEST(BusinessDaysWithABreakTest, TimeInTheBreakOfTheOtherDayIsItsEnd) {
  OpeningHours hours = DeskHours(kLondon);
  hours.week[3] = {{8 * 60, 12 * 60}, {13 * 60, 18 * 60}};
  const absl::TimeZone zone = hours.time_zone;
  const BusinessCalendar calendar = *BusinessCalendar::Create(hours);
  EXPECT_EQ(Text(calendar.AddBusinessDays(At("2026-01-07 12:30", zone), 1), zone),
            Text(At("2026-01-08 13:00", zone), zone));
}

struct OpenCase {
  std::string name;
  Hours hours;
  std::string zone;
  std::string at;
  std::string next_open;  // the same: open
};

class NextOpenTest : public ::testing::TestWithParam<OpenCase> {};

TEST_P(NextOpenTest, IsAt) {
  const OpenCase& row = GetParam();
  const absl::TimeZone zone = Zone(row.zone);
  const BusinessCalendar calendar = Calendar(row.hours, row.zone);
  const absl::Time at = At(row.at, zone);
  EXPECT_EQ(Text(calendar.NextOpen(at), zone), Text(At(row.next_open, zone), zone));
  EXPECT_EQ(calendar.IsOpen(at), row.at == row.next_open);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, NextOpenTest,
    ::testing::Values(
        OpenCase{"Open", Hours::kDesk, kLondon, "2026-01-07 08:00", "2026-01-07 08:00"},
        OpenCase{"ClosingTimeIsShut", Hours::kDesk, kLondon, "2026-01-07 18:00",
                 "2026-01-08 08:00"},
        OpenCase{"Weekend", Hours::kDesk, kLondon, "2026-01-10 00:00", "2026-01-12 08:00"},
        OpenCase{"Holidays", Hours::kDesk, kLondon, "2026-12-24 12:00", "2027-01-04 08:00"},
        OpenCase{"SummerTime", Hours::kDesk, kLondon, "2026-03-29 12:00",
                 "2026-03-30 08:00 +01:00"},
        OpenCase{"BeforeTheCoveredYears", Hours::kAlways, "UTC", "1960-01-01 00:00",
                 "1970-01-01 00:00"},
        OpenCase{"AfterTheCoveredYears", Hours::kAlways, "UTC", "2200-01-01 00:00", "never"}),
    [](const auto& info) { return info.param.name; });

TEST(BusinessCalendarTest, SpanThatBeginsInTheSkippedHourOpensWhenTheClockIsPutForward) {
  OpeningHours hours;
  hours.time_zone = Zone(kLondon);
  hours.week[6] = {{90, 5 * 60}};
  const BusinessCalendar calendar = *BusinessCalendar::Create(hours);
  EXPECT_EQ(Text(calendar.NextOpen(At("2026-03-29 00:00", hours.time_zone)), hours.time_zone),
            "Sun 2026-03-29 02:00:00 +01:00");
  EXPECT_EQ(calendar.Between(At("2026-03-29 00:00", hours.time_zone),
                             At("2026-03-29 12:00", hours.time_zone)),
            absl::Hours(3));
}

TEST(BusinessCalendarTest, ADayHas23Or25HoursWhenTheClockIsChanged) {
  const BusinessCalendar calendar = BusinessCalendar::AlwaysOpen(Zone(kNewYork));
  const auto length_of = [&](int month, int day) {
    return calendar.Between(absl::FromCivil(absl::CivilDay(2026, month, day), Zone(kNewYork)),
                            absl::FromCivil(absl::CivilDay(2026, month, day + 1), Zone(kNewYork)));
  };
  EXPECT_EQ(length_of(3, 8), absl::Hours(23));
  EXPECT_EQ(length_of(11, 1), absl::Hours(25));
  EXPECT_EQ(length_of(7, 1), absl::Hours(24));
}

// In 2006 the clock of St. John's went back from 00:01 to 23:01 of the day before.
TEST(BusinessCalendarTest, MidnightMayComeTwice) {
  OpeningHours hours;
  hours.time_zone = Zone("America/St_Johns");
  hours.week[5] = {{23 * 60, 24 * 60}};  // Saturday
  hours.week[6] = {{0, 60}};             // Sunday
  const BusinessCalendar calendar = *BusinessCalendar::Create(hours);
  EXPECT_EQ(calendar.Between(At("2006-10-28 12:00", hours.time_zone),
                             At("2006-10-29 12:00", hours.time_zone)),
            absl::Hours(3));
}

TEST(BusinessCalendarTest, SpecialDayCountsInsteadOfHoliday) {
  OpeningHours hours = DeskHours(kLondon);
  hours.special[absl::CivilDay(2026, 12, 26)] = {{10 * 60, 11 * 60}};  // a Saturday in the holidays
  const BusinessCalendar calendar = *BusinessCalendar::Create(hours);
  EXPECT_TRUE(calendar.IsOpen(At("2026-12-26 10:30", hours.time_zone)));
}

TEST(BusinessCalendarTest, InfiniteTimesAreBounds) {
  const BusinessCalendar calendar = Calendar(Hours::kDesk, kLondon);
  EXPECT_FALSE(calendar.IsOpen(absl::InfiniteFuture()));
  EXPECT_FALSE(calendar.IsOpen(absl::InfinitePast()));
  EXPECT_EQ(calendar.NextOpen(absl::InfiniteFuture()), absl::InfiniteFuture());
  EXPECT_EQ(Text(calendar.NextOpen(absl::InfinitePast()), absl::UTCTimeZone()),
            "Thu 1970-01-01 07:00:00 +00:00");  // London kept summer time that winter
  EXPECT_EQ(calendar.Add(absl::InfiniteFuture(), absl::Hours(1)), absl::InfiniteFuture());
  EXPECT_EQ(calendar.Add(absl::UnixEpoch(), absl::InfiniteDuration()), absl::InfiniteFuture());
  EXPECT_EQ(calendar.Add(absl::UnixEpoch(), -absl::InfiniteDuration()), absl::InfinitePast());
  EXPECT_GT(calendar.Between(absl::InfinitePast(), absl::InfiniteFuture()),
            absl::Hours(230 * 250 * 10));
}

struct RefusedCase {
  std::string name;
  std::vector<DaySpan> monday;
  std::vector<DateRange> closed;
  std::string want;
};

class RefusedCalendarTest : public ::testing::TestWithParam<RefusedCase> {};

TEST_P(RefusedCalendarTest, SaysWhy) {
  OpeningHours hours;
  hours.week[0] = GetParam().monday;
  hours.closed = GetParam().closed;
  const auto calendar = BusinessCalendar::Create(hours);
  ASSERT_FALSE(calendar.ok());
  EXPECT_EQ(calendar.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(calendar.status().message()), HasSubstr(GetParam().want));
}

const absl::CivilDay kFirst(kFirstYear, 1, 1);
const absl::CivilDay kLast(kEndYear - 1, 12, 31);

INSTANTIATE_TEST_SUITE_P(
    Rows, RefusedCalendarTest,
    ::testing::Values(
        RefusedCase{"NoHours", {}, {}, "no open hour"},
        RefusedCase{"AlwaysOnHoliday", {{480, 1080}}, {{kFirst, kLast}}, "no open hour"},
        RefusedCase{"Backwards", {{1080, 480}}, {}, "Monday: 18:00-08:00 does not begin before"},
        RefusedCase{"Empty", {{480, 480}}, {}, "does not begin before"},
        RefusedCase{"BeyondTheDay", {{480, 1441}}, {}, "does not begin before"},
        RefusedCase{"Overlap", {{480, 720}, {700, 800}}, {}, "11:40-13:20 begins before"},
        RefusedCase{"RangeBackwards", {{480, 720}}, {{kLast, kFirst}}, "2199-12-31..1970-01-01"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace waypost::calendar
