// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/values.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace waypost::rules {
namespace {

struct SpanCase {
  std::string name;
  std::string text;
  std::optional<absl::Duration> length;
  bool business = false;
  int business_days = 0;
};

class ParseSpanTest : public testing::TestWithParam<SpanCase> {};

TEST_P(ParseSpanTest, ReadsLengthsOfTime) {
  const auto span = ParseSpan(GetParam().text);
  ASSERT_EQ(span.has_value(), GetParam().length.has_value());
  if (span.has_value()) {
    EXPECT_EQ(span->length, *GetParam().length);
    EXPECT_EQ(span->business, GetParam().business);
    EXPECT_EQ(span->business_days, GetParam().business_days);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ParseSpanTest,
    testing::Values(
        SpanCase{"Minutes", "30m", absl::Minutes(30)},
        SpanCase{"HoursAndMinutes", "1h30m", absl::Minutes(90)},
        SpanCase{"Days", "14d", absl::Hours(14 * 24)},
        SpanCase{"Weeks", "2w", absl::Hours(14 * 24)}, SpanCase{"Zero", "0m", absl::ZeroDuration()},
        SpanCase{"BusinessDay", "1 business day", absl::Hours(24), true, 1},
        SpanCase{"BusinessDays", "3 business days", absl::Hours(72), true, 3},
        SpanCase{"BusinessHours", "8 business hours", absl::Hours(8), true},
        SpanCase{"NoUnit", "30", std::nullopt}, SpanCase{"NoNumber", "m", std::nullopt},
        SpanCase{"Empty", "", std::nullopt}, SpanCase{"UnknownUnit", "3y", std::nullopt},
        SpanCase{"UnitTwice", "1h2h", std::nullopt},
        SpanCase{"SmallBeforeLarge", "5m1h", std::nullopt},
        SpanCase{"Negative", "-5m", std::nullopt},
        SpanCase{"UnknownBusinessUnit", "1 business week", std::nullopt},
        SpanCase{"Words", "1 day", std::nullopt}, SpanCase{"TooLong", "999999999w", std::nullopt},
        SpanCase{"ManyDigits", "99999999999999999999m", std::nullopt}),
    [](const auto& info) { return info.param.name; });

struct WellFormedCase {
  std::string name;
  bool (*check)(std::string_view);
  std::string text;
  bool want;
};

class WellFormedTest : public testing::TestWithParam<WellFormedCase> {};

TEST_P(WellFormedTest, TellsWellFormedTexts) {
  EXPECT_EQ(GetParam().check(GetParam().text), GetParam().want);
}

bool IsDay(std::string_view text) { return ParseDay(text).has_value(); }
bool IsWeekdays(std::string_view text) { return ParseWeekdays(text).has_value(); }
bool IsHours(std::string_view text) { return ParseHours(text).ok(); }
bool IsTimeZone(std::string_view text) { return ParseTimeZone(text).ok(); }
bool AreDates(std::string_view text) { return ParseDates(text).ok(); }

INSTANTIATE_TEST_SUITE_P(
    Rows, WellFormedTest,
    testing::Values(WellFormedCase{"Id", IsId, "co_create-2.a", true},
                    WellFormedCase{"IdWithSpace", IsId, "a b", false},
                    WellFormedCase{"IdStartsWithHyphen", IsId, "-a", false},
                    WellFormedCase{"IdTooLong", IsId, std::string(65, 'a'), false},
                    WellFormedCase{"IdEmpty", IsId, "", false},
                    WellFormedCase{"Language", IsLanguageTag, "en", true},
                    WellFormedCase{"LanguageAndRegion", IsLanguageTag, "pt-BR", true},
                    WellFormedCase{"LanguageWithUnderscore", IsLanguageTag, "pt_BR", false},
                    WellFormedCase{"LanguageInWords", IsLanguageTag, "english", false},
                    WellFormedCase{"LanguageOpenEnd", IsLanguageTag, "en-", false},
                    WellFormedCase{"TimeZone", IsTimeZone, "Europe/London", true},
                    WellFormedCase{"TimeZoneUtc", IsTimeZone, "UTC", true},
                    WellFormedCase{"TimeZoneUnknown", IsTimeZone, "Europe/Londn", false},
                    WellFormedCase{"TimeZoneOfThisMachine", IsTimeZone, "localtime", false},
                    WellFormedCase{"TimeZoneAsPath", IsTimeZone, "/usr/share/zoneinfo/UTC", false},
                    WellFormedCase{"TimeZoneUpwards", IsTimeZone, "../zoneinfo/UTC", false},
                    WellFormedCase{"Day", IsDay, "2026-12-25", true},
                    WellFormedCase{"LeapDay", IsDay, "2028-02-29", true},
                    WellFormedCase{"NoLeapDay", IsDay, "2026-02-29", false},
                    WellFormedCase{"DayOtherOrder", IsDay, "25-12-2026", false},
                    WellFormedCase{"Dates", AreDates, "2026-12-24..2027-01-01", true},
                    WellFormedCase{"DatesWithBlanks", AreDates, "2026-12-24 .. 2027-01-01", true},
                    WellFormedCase{"DatesOneDay", AreDates, "2026-12-24", true},
                    WellFormedCase{"DatesBackwards", AreDates, "2027-01-01..2026-12-24", false},
                    WellFormedCase{"DatesOpenEnd", AreDates, "2026-12-24..", false},
                    WellFormedCase{"DatesNoSuchDay", AreDates, "2026-02-01..2026-02-29", false},
                    WellFormedCase{"DatesNotCovered", AreDates, "2200-01-01", false},
                    WellFormedCase{"Weekday", IsWeekdays, "mon", true},
                    WellFormedCase{"WeekdayList", IsWeekdays, "mon,wed-fri", true},
                    WellFormedCase{"WeekdayUnknown", IsWeekdays, "monday", false},
                    WellFormedCase{"WeekdayEmpty", IsWeekdays, "", false},
                    WellFormedCase{"Hours", IsHours, "08:00-18:00", true},
                    WellFormedCase{"HoursTwoSpans", IsHours, "08:00-12:00, 13:00-24:00", true},
                    WellFormedCase{"HoursBackwards", IsHours, "18:00-08:00", false},
                    WellFormedCase{"HoursOverlap", IsHours, "08:00-12:00,11:00-13:00", false},
                    WellFormedCase{"HoursBeyondTheDay", IsHours, "08:00-24:01", false},
                    WellFormedCase{"HoursShortForm", IsHours, "8-18", false},
                    WellFormedCase{"Target", IsTarget, ">= 0.95", true},
                    WellFormedCase{"TargetTime", IsTarget, "<=3h", true},
                    WellFormedCase{"TargetPercent", IsTarget, "< 8%", true},
                    WellFormedCase{"TargetRange", IsTarget, "0.75..0.90", true},
                    WellFormedCase{"TargetNoComparison", IsTarget, "0.95", false},
                    WellFormedCase{"TargetNoAmount", IsTarget, ">=", false},
                    WellFormedCase{"TargetWord", IsTarget, ">= nan", false}),
    [](const auto& info) { return info.param.name; });

TEST(ParseWeekdaysTest, RangeMayRunOverTheWeeksEnd) { EXPECT_EQ(ParseWeekdays("sat-mon"), 0x61); }

TEST(ParseHoursTest, GivesMinutesOfTheDay) {
  const auto spans = ParseHours("08:30-12:00,13:00-24:00");
  ASSERT_TRUE(spans.ok());
  ASSERT_EQ(spans->size(), 2u);
  EXPECT_EQ((*spans)[0].from, 510);
  EXPECT_EQ((*spans)[0].to, 720);
  EXPECT_EQ((*spans)[1].to, 1440);
}

struct MessageCase {
  std::string name;
  absl::Status status;
  std::string message;
};

class ValueMessageTest : public testing::TestWithParam<MessageCase> {};

TEST_P(ValueMessageTest, SaysWhatToMend) {
  EXPECT_EQ(GetParam().status.message(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ValueMessageTest,
    testing::Values(
        MessageCase{"TimeZoneMistyped", ParseTimeZone("Europe/Londn").status(),
                    "\"Europe/Londn\" is not a time zone; did you mean \"Europe/London\"?"},
        MessageCase{"TimeZoneByCity", ParseTimeZone("new york").status(),
                    "\"new york\" is not a time zone; did you mean \"America/New_York\"?"},
        MessageCase{
            "TimeZoneOfWindows", ParseTimeZone("W. Europe Standard Time").status(),
            "\"W. Europe Standard Time\" is not a time zone of this machine; they are named "
            "like Europe/London"},
        MessageCase{"HoursOverMidnight", ParseHours("08:00-12:00, 22:00-06:00").status(),
                    "\"22:00-06:00\" cross midnight; write 22:00-24:00 for the one day and "
                    "00:00-06:00 for the next"},
        MessageCase{"HoursOfNoTime", ParseHours("08:00-08:00").status(),
                    "\"08:00-08:00\" are no hours; a whole day is 00:00-24:00"},
        MessageCase{"HoursOverlap", ParseHours("08:00-12:00,11:00-13:00").status(),
                    "\"11:00-13:00\" begin before the hours before them end; hours ascend and do "
                    "not overlap"},
        MessageCase{"NoSuchDay", ParseDates("2026-02-29").status(), "there is no day 2026-02-29"},
        MessageCase{"RangeBackwards", ParseDates("2027-01-01..2026-12-24").status(),
                    "\"2027-01-01..2026-12-24\" ends before it begins"},
        MessageCase{"YearNotCovered", ParseDates("1926-12-24").status(),
                    "1926-12-24 is not within the years that calendars cover, 1970 to 2199"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace waypost::rules
