// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/calendars.h"

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/rules/loader.h"
#include "tests/support/temporary_folder.h"

namespace waypost::rules {
namespace {

using ::testing::HasSubstr;

constexpr const char* kDesk = R"(apiVersion: waypost/v1
name: test
owners: {lead: {}}
calendars:
  desk:
    timezone: Europe/London
    hours: {mon-thu: "08:00-12:00, 13:00-18:00", fri: "13:00-16:00", "fri,sat": "09:00-12:00"}
    holidays: [2026-04-03, 2026-12-25..2027-01-01, {ical: holidays.ics}]
    special_days: {2026-12-24: "08:00-12:00", 2026-12-28: "10:00-11:00"}
  night: {timezone: America/New_York, hours: {mon-sun: "22:00-24:00"}}
rules:
  - id: silent
    after_silence: 8h
    calendar: {P1: 24x7, P2: night, default: desk}
    alert: {owner: lead, text: "nothing was heard for long"}
  - id: reopened
    on: reopened
    alert: {owner: lead, text: "it was not solved"}
)";

constexpr const char* kHolidays =
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260525\n"
    "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO\nEND:VEVENT\nEND:VCALENDAR\n";

class CalendarsTest : public ::testing::Test {
 protected:
  CalendarsTest() : result_(LoadRulesFromFiles({{"a.yaml", kDesk}, {"holidays.ics", kHolidays}})) {}

  [[nodiscard]] const RuleSet& set() const { return *result_.rule_set; }

  LoadResult result_;
};

TEST_F(CalendarsTest, AreThereByIdInFileOrder) {
  ASSERT_NE(result_.rule_set, nullptr);
  ASSERT_EQ(set().calendars.size(), 3u);
  EXPECT_EQ(set().calendars[0].id, "desk");
  EXPECT_EQ(set().calendars[0].location.line, 5);
  EXPECT_EQ(set().calendars[2].id, "24x7");
  EXPECT_EQ(set().FindCalendar("night"), &set().calendars[1]);
  EXPECT_EQ(set().FindCalendar("day"), nullptr);
  EXPECT_EQ(&set().DefaultCalendar(), &set().calendars[0].hours);
}

TEST_F(CalendarsTest, RuleNamesThemByPriority) {
  ASSERT_NE(result_.rule_set, nullptr);
  const Rule& silent = set().rules[0];
  EXPECT_EQ(&set().CalendarOf(silent, "P1"), &set().FindCalendar("24x7")->hours);
  EXPECT_EQ(&set().CalendarOf(silent, "P2"), &set().FindCalendar("night")->hours);
  EXPECT_EQ(&set().CalendarOf(silent, "P3"), &set().FindCalendar("desk")->hours);
  EXPECT_EQ(&set().CalendarOf(set().rules[1], "P1"), &set().DefaultCalendar());
}

struct OpenCase {
  std::string time;  // in London
  bool open;
};

TEST_F(CalendarsTest, KeepTheHoursOfTheFile) {
  ASSERT_NE(result_.rule_set, nullptr);
  const calendar::BusinessCalendar& desk = set().DefaultCalendar();
  const std::vector<OpenCase> cases = {
      {"2026-01-08 11:59", true},   // a Thursday
      {"2026-01-08 12:30", false},  // its break
      {"2026-01-09 10:00", true},   // Friday, from two entries
      {"2026-01-09 15:59", true},  {"2026-01-10 10:00", true},
      {"2026-01-11 10:00", false}, {"2026-04-03 10:00", false},  // a holiday
      {"2026-05-25 10:00", false},                               // of the file
      {"2027-05-31 10:00", false},                               // and a year later
      {"2026-05-26 10:00", true},  {"2026-12-24 13:30", false},  // a special day
      {"2026-12-28 10:30", true},                                // and one within the holidays
      {"2026-12-29 10:30", false}, {"2027-01-04 10:30", true}};
  for (const OpenCase& row : cases) {
    absl::Time time;
    ASSERT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M", row.time, desk.time_zone(), &time, nullptr));
    EXPECT_EQ(desk.IsOpen(time), row.open) << row.time;
  }
}

TEST(NoCalendarTest, BusinessIsDayAndNight) {
  const LoadResult result = LoadRulesFromFiles({{"a.yaml", "apiVersion: waypost/v1\nname: a\n"}});
  ASSERT_NE(result.rule_set, nullptr);
  EXPECT_TRUE(result.rule_set->DefaultCalendar().IsOpen(absl::FromUnixSeconds(1'770'000'000)));
}

TEST(HolidayFileWarningTest, IsToldWithItsFile) {
  const LoadResult result = LoadRulesFromFiles(
      {{"a.yaml", kDesk}, {"holidays.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n"}}, "rules/");
  ASSERT_NE(result.rule_set, nullptr);
  bool found = false;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    found = found ||
            (diagnostic.code == "ICAL_IGNORED" && diagnostic.location.file == "rules/holidays.ics");
  }
  EXPECT_TRUE(found);
}

TEST(MistypedHolidayFileTest, GetsASuggestion) {
  const LoadResult result = LoadRulesFromFiles({{"a.yaml", kDesk}, {"holiday.ics", kHolidays}});
  EXPECT_EQ(result.rule_set, nullptr);
  ASSERT_FALSE(result.diagnostics.empty());
  std::string messages;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    absl::StrAppend(&messages, diagnostic.message, "\n");
  }
  EXPECT_THAT(messages, HasSubstr("there is no file \"holidays.ics\" beside this file; did you "
                                  "mean \"holiday.ics\"?"));
}

class HolidayFilesOnDiskTest : public ::testing::Test {
 protected:
  HolidayFilesOnDiskTest() {
    Write("a.yaml", kDesk);
    Write("holidays.ics", kHolidays);
    Write("other.ics", "not mentioned, so not read");
  }

  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_.File(name), std::ios::binary | std::ios::trunc) << content;
  }

  TemporaryFolder folder_;
};

TEST_F(HolidayFilesOnDiskTest, AreReadWithTheFolderOrTheFileThatMentionsThem) {
  for (const std::string& path : {folder_.path(), folder_.File("a.yaml")}) {
    DiagnosticSink sink;
    const auto files = ReadRuleFiles(path, &sink);
    ASSERT_TRUE(files.ok()) << files.status();
    EXPECT_FALSE(sink.has_errors());
    EXPECT_EQ(files->size(), 2u) << path;
    EXPECT_EQ(files->count("holidays.ics"), 1u) << path;
    const auto loaded = LoadRules(path);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_NE(loaded->rule_set, nullptr) << path;
  }
}

TEST_F(HolidayFilesOnDiskTest, ChangeTheDigest) {
  const auto before = LoadRules(folder_.path());
  Write("holidays.ics", absl::StrCat(kHolidays, "\n"));
  const auto after = LoadRules(folder_.path());
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_NE(before->rule_set->digest, after->rule_set->digest);
}

}  // namespace
}  // namespace waypost::rules
