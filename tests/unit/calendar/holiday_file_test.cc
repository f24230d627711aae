// SPDX-License-Identifier: Apache-2.0
#include "sidecar/calendar/holiday_file.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/text/source_text.h"

namespace waypost::calendar {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Outcome {
  std::vector<DateRange> holidays;
  std::vector<Diagnostic> diagnostics;
};

Outcome ReadText(const std::string& content) {
  DiagnosticSink sink;
  Outcome outcome;
  outcome.holidays = ReadHolidays(SourceText("holidays.ics", content), &sink);
  outcome.diagnostics = sink.Take();
  return outcome;
}

// The holidays from 2026 to 2031: "2026-12-25 2026-12-26..2026-12-28".
std::string Days(const std::vector<DateRange>& holidays) {
  std::vector<std::string> texts;
  for (const DateRange& range : holidays) {
    if (range.first.year() < 2026 || range.first.year() > 2031) continue;
    texts.push_back(absl::FormatCivilTime(range.first));
    if (range.last > range.first) {
      absl::StrAppend(&texts.back(), "..", absl::FormatCivilTime(range.last));
    }
  }
  return absl::StrJoin(texts, " ");
}

// "ICAL_DATE error at 4:1"
std::vector<std::string> Findings(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> texts;
  for (const Diagnostic& diagnostic : diagnostics) {
    texts.push_back(absl::StrCat(
        diagnostic.code, diagnostic.level == DiagnosticLevel::kError ? " error" : " warning",
        " at ", diagnostic.location.line));
  }
  return texts;
}

// An event as the third line and after.
std::string WithEvent(const std::string& lines) {
  return absl::StrCat("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", lines, "END:VEVENT\nEND:VCALENDAR\n");
}

struct EventCase {
  std::string name;
  std::string lines;
  std::string days;
};

class HolidayEventTest : public ::testing::TestWithParam<EventCase> {};

TEST_P(HolidayEventTest, GivesDays) {
  for (const bool crlf : {false, true}) {
    std::string content = WithEvent(GetParam().lines);
    if (crlf) {
      content = absl::StrReplaceAll(content, {{"\n", "\r\n"}});
    }
    const Outcome outcome = ReadText(content);
    EXPECT_EQ(Days(outcome.holidays), GetParam().days) << crlf;
    EXPECT_THAT(Findings(outcome.diagnostics), IsEmpty());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, HolidayEventTest,
    ::testing::Values(
        EventCase{"OneDay", "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226\n",
                  "2026-12-25"},
        EventCase{"NoEnd", "DTSTART;VALUE=DATE:20261225\n", "2026-12-25"},
        EventCase{"EndIsTheStart", "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261225\n",
                  "2026-12-25"},
        EventCase{"SeveralDays", "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20270102\n",
                  "2026-12-24..2027-01-01"},
        EventCase{"Duration", "DTSTART;VALUE=DATE:20261224\nDURATION:P2D\n",
                  "2026-12-24..2026-12-25"},
        EventCase{"DurationOfAWeek", "DTSTART;VALUE=DATE:20260720\nDURATION:P1W\n",
                  "2026-07-20..2026-07-26"},
        EventCase{"WithoutValueParameter", "DTSTART:20261225\n", "2026-12-25"},
        EventCase{"OtherProperties",
                  "UID:1@example.org\nSUMMARY:Christmas; really, \"so\": yes\nCLASS:PUBLIC\n"
                  "TRANSP:TRANSPARENT\nDTSTART;X-NOTE=\"a:b;c\";VALUE=DATE:20261225\n",
                  "2026-12-25"},
        EventCase{"LowerCase", "dtstart;value=DATE:20261225\n", "2026-12-25"},
        EventCase{"FoldedLines",
                  "SUMMARY:A holiday with\n  a long name\nDTSTART;VALUE\n\t=DATE:2026\n 1225\n",
                  "2026-12-25"},
        EventCase{"Yearly", "DTSTART;VALUE=DATE:20201225\nRRULE:FREQ=YEARLY\n",
                  "2026-12-25 2027-12-25 2028-12-25 2029-12-25 2030-12-25 2031-12-25"},
        EventCase{"YearlyByMonthAndDay",
                  "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;COUNT=2\n",
                  "2026-01-01 2027-01-01"},
        EventCase{"LastMondayInMay",
                  "DTSTART;VALUE=DATE:20260525\n"
                  "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;UNTIL=20280601\n",
                  "2026-05-25 2027-05-31 2028-05-29"},
        EventCase{"LeapDay", "DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY\n", "2028-02-29"},
        EventCase{"SeveralDaysYearly",
                  "DTSTART;VALUE=DATE:20251231\nDTEND;VALUE=DATE:20260102\n"
                  "RRULE:FREQ=YEARLY;COUNT=3\n",
                  "2026-12-31..2027-01-01 2027-12-31..2028-01-01"},
        EventCase{"LeftOutAndAdded",
                  "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;COUNT=4\n"
                  "EXDATE;VALUE=DATE:20271225,20281225\nRDATE;VALUE=DATE:20271227\n",
                  "2026-12-25 2027-12-27 2029-12-25"},
        EventCase{"Alarm",
                  "DTSTART;VALUE=DATE:20261225\nBEGIN:VALARM\nDURATION:PT15M\nEND:VALARM\n",
                  "2026-12-25"}),
    [](const auto& info) { return info.param.name; });

struct FindingCase {
  std::string name;
  std::string content;
  std::vector<std::string> findings;
  std::string message;  // part of the first
};

class HolidayFileTest : public ::testing::TestWithParam<FindingCase> {};

TEST_P(HolidayFileTest, Reports) {
  const Outcome outcome = ReadText(GetParam().content);
  EXPECT_EQ(Findings(outcome.diagnostics), GetParam().findings);
  ASSERT_FALSE(outcome.diagnostics.empty());
  EXPECT_THAT(outcome.diagnostics[0].message, HasSubstr(GetParam().message));
}

constexpr const char* kStart = "DTSTART;VALUE=DATE:20261225\n";

INSTANTIATE_TEST_SUITE_P(
    Rows, HolidayFileTest,
    ::testing::Values(
        FindingCase{"Empty", "", {"ICAL_SYNTAX error at 1"}, "does not begin with BEGIN:VCALENDAR"},
        FindingCase{"WebPage",
                    "<!DOCTYPE html>\n<p>\n",
                    {"ICAL_SYNTAX error at 1"},
                    "does not begin with BEGIN:VCALENDAR"},
        FindingCase{"NothingInIt",
                    "BEGIN:VCALENDAR\nEND:VCALENDAR\n",
                    {"ICAL_IGNORED warning at 1"},
                    "no all-day event"},
        FindingCase{"BehindTheEnd",
                    "BEGIN:VCALENDAR\nEND:VCALENDAR\nDTSTART:20261225\n",
                    {"ICAL_SYNTAX error at 3"},
                    "\"DTSTART\" stands outside"},
        FindingCase{"NotUtf8",
                    "BEGIN:VCALENDAR\nSUMMARY:No\xebl\nEND:VCALENDAR\n",
                    {"ICAL_SYNTAX error at 2"},
                    "not UTF-8"},
        FindingCase{"NeverEnded",
                    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261225\n",
                    {"ICAL_SYNTAX error at 2"},
                    "BEGIN of \"VEVENT\" without its END"},
        FindingCase{"EndOfAnother",
                    "BEGIN:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR\n",
                    {"ICAL_SYNTAX error at 2"},
                    "before that of \"VCALENDAR\""},
        FindingCase{"EndTwice",
                    "BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR\n",
                    {"ICAL_SYNTAX error at 3"},
                    "never begun"},
        FindingCase{"NoColon",
                    WithEvent("DTSTART;VALUE=DATE\nDTSTART:20261225\n"),
                    {"ICAL_SYNTAX error at 3"},
                    "NAME:VALUE"},
        FindingCase{"NoStart", WithEvent("SUMMARY:x\n"), {"ICAL_DATE error at 2"}, "no DTSTART"},
        FindingCase{"NoSuchDay",
                    WithEvent("DTSTART;VALUE=DATE:20260230\n"),
                    {"ICAL_DATE error at 3"},
                    "\"20260230\" is not a date"},
        FindingCase{"DayInWords",
                    WithEvent("DTSTART;VALUE=DATE:tomorrow\n"),
                    {"ICAL_DATE error at 3"},
                    "\"tomorrow\" is not a date"},
        FindingCase{"EndsBeforeItStarts",
                    WithEvent(absl::StrCat(kStart, "DTEND;VALUE=DATE:20261224\n")),
                    {"ICAL_DATE error at 4"},
                    "ends before it starts"},
        FindingCase{"DurationInHours",
                    WithEvent(absl::StrCat(kStart, "DURATION:PT8H\n")),
                    {"ICAL_DATE error at 4"},
                    "\"PT8H\" is no length in days"},
        FindingCase{"StartsTwice",
                    WithEvent(absl::StrCat(kStart, kStart)),
                    {"ICAL_SYNTAX error at 4"},
                    "has DTSTART already"},
        FindingCase{"Weekly",
                    WithEvent(absl::StrCat(kStart, "RRULE:FREQ=WEEKLY\n")),
                    {"ICAL_RECURRENCE error at 4"},
                    "only FREQ=YEARLY is read"},
        FindingCase{"RuleInWords",
                    WithEvent(absl::StrCat(kStart, "RRULE:every year\n")),
                    {"ICAL_RECURRENCE error at 4"},
                    "\"every year\" is not a repetition rule"},
        FindingCase{"RuleWithoutDay",
                    WithEvent(absl::StrCat(kStart, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\n")),
                    {"ICAL_RECURRENCE error at 4"},
                    "leads to no day at all"},
        FindingCase{"MovedOccurrence",
                    WithEvent(absl::StrCat(kStart, "RECURRENCE-ID;VALUE=DATE:20261225\n")),
                    {"ICAL_RECURRENCE error at 4"},
                    "RECURRENCE-ID is not read"},
        FindingCase{"TimedEvent",
                    WithEvent("DTSTART:20261225T090000Z\nDTEND:20261225T100000Z\n"),
                    {"ICAL_IGNORED warning at 3"},
                    "has a time of day"},
        FindingCase{"AllAtOnce",
                    WithEvent("DTSTART:20260230\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20261225\n"
                              "RRULE:FREQ=DAILY\nEXDATE:nothing\n"),
                    {"ICAL_DATE error at 3", "ICAL_RECURRENCE error at 7", "ICAL_DATE error at 8"},
                    "20260230"}),
    [](const auto& info) { return info.param.name; });

TEST(HolidayFileTest, CanceledEventsAreLeftOut) {
  const Outcome outcome =
      ReadText(WithEvent("DTSTART:20261225\nSTATUS:CANCELLED\nEND:VEVENT\nBEGIN:VEVENT\n"
                         "DTSTART:20261226\nSTATUS:CONFIRMED\n"));
  EXPECT_EQ(Days(outcome.holidays), "2026-12-26");
}

TEST(HolidayFileTest, OtherComponentsAreLeftOut) {
  const Outcome outcome = ReadText(
      "\xef\xbb\xbf"
      "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VTIMEZONE\nTZID:Europe/London\n"
      "BEGIN:STANDARD\nDTSTART:19701025T020000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\n"
      "END:STANDARD\nEND:VTIMEZONE\n\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\n"
      "END:VCALENDAR\n");
  EXPECT_EQ(Days(outcome.holidays), "2026-12-25");
  EXPECT_THAT(outcome.diagnostics, IsEmpty());
}

TEST(HolidayFileTest, TimedEventsAreCountedInOneWarning) {
  std::string events;
  for (int i = 0; i < 3; ++i) {
    absl::StrAppend(&events, "DTSTART:20261225T090000\nEND:VEVENT\nBEGIN:VEVENT\n");
  }
  const Outcome outcome = ReadText(WithEvent(absl::StrCat(events, "DTSTART:20261225\n")));
  EXPECT_EQ(Days(outcome.holidays), "2026-12-25");
  EXPECT_THAT(Findings(outcome.diagnostics), ElementsAre("ICAL_IGNORED warning at 3"));
  EXPECT_THAT(outcome.diagnostics[0].message, HasSubstr("as are 2 more"));
}

TEST(HolidayFileTest, FindingHasItsLineWithACaret) {
  const Outcome outcome = ReadText(WithEvent("DTSTART:20260230\n"));
  EXPECT_EQ(outcome.diagnostics[0].ToString(),
            "holidays.ics:3:1: error: \"20260230\" is not a date such as 20261225 [ICAL_DATE]\n"
            "  DTSTART:20260230\n"
            "  ^");
}

TEST(HolidayFileTest, TooLargeFileIsRefused) {
  const Outcome outcome = ReadText(std::string((1 << 20) + 1, 'A'));
  EXPECT_THAT(Findings(outcome.diagnostics), ElementsAre("FILE_TOO_LARGE error at 1"));
}

// Each rule alone leads to 63,000 days.
TEST(HolidayFileTest, RepetitionsAreBounded) {
  std::string rule = "RRULE:FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYMONTHDAY=1";
  for (int day = 2; day <= 31; ++day) {
    absl::StrAppend(&rule, ",", day);
  }
  const Outcome outcome = ReadText(WithEvent(
      absl::StrCat("DTSTART:20260101\n", rule, "\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20261225\n")));
  EXPECT_THAT(Findings(outcome.diagnostics), ElementsAre("ICAL_RECURRENCE error at 4"));
  EXPECT_THAT(outcome.diagnostics[0].message, HasSubstr("too many days"));
}

// Any part of a sound file, and the file with any byte changed, is read or refused, never more.
TEST(HolidayFileTest, BrokenFilesAreReadOrRefused) {
  const std::string sound = WithEvent(
      "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\n"
      "RRULE:FREQ=YEARLY;BYMONTH=12;BYDAY=1MO;COUNT=5\nEXDATE;VALUE=DATE:20271225\n");
  for (size_t length = 0; length < sound.size(); ++length) {
    (void)ReadText(sound.substr(0, length));
    for (const char byte : {'\0', ':', ';', '9', '\xff', '-'}) {
      std::string changed = sound;
      changed[length] = byte;
      const Outcome outcome = ReadText(changed);
      EXPECT_TRUE(outcome.holidays.size() <= 20'001);
    }
  }
}

}  // namespace
}  // namespace waypost::calendar
