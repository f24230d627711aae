// SPDX-License-Identifier: Apache-2.0
#include "sidecar/calendar/holiday_file.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sidecar/calendar/content_lines.h"
#include "sidecar/calendar/recurrence.h"
#include "sidecar/text/absl_view.h"
#include "sidecar/text/diagnostic_codes.h"
#include "sidecar/text/quote.h"
#include "sidecar/text/utf8.h"

namespace waypost::calendar {
namespace {

constexpr size_t kMaxBytes = 1 << 20;
constexpr size_t kMaxOccurrences = 20'000;

// What an event says about its days, by line.
struct Event {
  ContentLine begin;
  std::optional<ContentLine> start;
  std::optional<ContentLine> end;
  std::optional<ContentLine> duration;
  std::optional<ContentLine> rule;
  std::vector<ContentLine> more_days;
  std::vector<ContentLine> fewer_days;
  bool canceled = false;
};

// "20261225"; nothing when there is no such day.
std::optional<absl::CivilDay> ParseDate(std::string_view text) {
  int64_t number = 0;
  if (text.size() != 8 || !std::all_of(text.begin(), text.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(AbslView(text), &number)) {
    return std::nullopt;
  }
  const int month = static_cast<int>(number / 100 % 100);
  const int day_of_month = static_cast<int>(number % 100);
  const absl::CivilDay day(number / 10000, month, day_of_month);
  // Civil time turns the 30th of February into the 2nd of March.
  return day.month() == month && day.day() == day_of_month ? std::optional(day) : std::nullopt;
}

bool HasTimeOfDay(const ContentLine& line) {
  return line.value.find('T') != std::string::npos && line.Parameter("VALUE") != "DATE";
}

bool LooksLikeIcalendar(std::string_view content) {
  const size_t begin = content.find_first_of("Bb");
  return begin != std::string_view::npos && begin < 100 &&
         absl::StartsWithIgnoreCase(AbslView(content.substr(begin)), "BEGIN:VCALENDAR");
}

class HolidayReader {
 public:
  HolidayReader(const SourceText& file, DiagnosticSink* sink)
      : file_(file), sink_(*sink), lines_(file, sink) {}

  std::vector<DateRange> Read() {
    while (const auto line = lines_.Next()) {
      Take(*line);
    }
    if (!open_.empty()) {
      Error(open_.back().offset, DiagnosticCode::kIcalSyntax,
            absl::StrCat("BEGIN of ", Quote(open_.back().value), " without its END"));
    }
    if (timed_events_ > 0) {
      Warn(
          first_timed_event_, DiagnosticCode::kIcalIgnored,
          timed_events_ == 1
              ? "this event has a time of day: it is no holiday and left out"
              : absl::StrCat("this event has a time of day: it is no holiday and left out, as are ",
                             timed_events_ - 1, " more"));
    } else if (holidays_.empty() && !failed_ && !lines_.failed()) {
      Warn(0, DiagnosticCode::kIcalIgnored, "there is no all-day event in this file");
    }
    return std::move(holidays_);
  }

 private:
  void Report(size_t offset, DiagnosticLevel level, DiagnosticCode code, std::string message) {
    ReportIn(file_, offset, level, code, std::move(message), &sink_);
  }
  void Error(size_t offset, DiagnosticCode code, std::string message) {
    failed_ = true;
    Report(offset, DiagnosticLevel::kError, code, std::move(message));
  }
  void Warn(size_t offset, DiagnosticCode code, std::string message) {
    Report(offset, DiagnosticLevel::kWarning, code, std::move(message));
  }

  void Take(const ContentLine& line) {
    if (line.name == "BEGIN") {
      Begin(line);
    } else if (line.name == "END") {
      End(line);
    } else if (open_.empty()) {
      Error(line.offset, DiagnosticCode::kIcalSyntax,
            absl::StrCat(Quote(line.name), " stands outside of the calendar"));
    } else if (open_.back().value == "VEVENT" && open_.size() == 2) {
      TakeProperty(line);
    }
  }

  void Begin(ContentLine line) {
    absl::AsciiStrToUpper(&line.value);
    if (line.value == "VEVENT") {
      event_ = Event();
      event_.begin = line;
    }
    open_.push_back(std::move(line));
  }

  void End(const ContentLine& line) {
    const std::string name = absl::AsciiStrToUpper(line.value);
    if (open_.empty() || open_.back().value != name) {
      Error(line.offset, DiagnosticCode::kIcalSyntax,
            open_.empty() ? absl::StrCat("END of ", Quote(name), ", which was never begun")
                          : absl::StrCat("END of ", Quote(name), " before that of ",
                                         Quote(open_.back().value)));
      return;
    }
    const bool is_event = name == "VEVENT" && open_.size() == 2;
    open_.pop_back();
    if (is_event) {
      AddEvent();
    }
  }

  void TakeProperty(const ContentLine& line) {
    if (line.name == "DTSTART") {
      TakeOnce(line, &event_.start);
    } else if (line.name == "DTEND") {
      TakeOnce(line, &event_.end);
    } else if (line.name == "DURATION") {
      TakeOnce(line, &event_.duration);
    } else if (line.name == "RRULE") {
      TakeOnce(line, &event_.rule);
    } else if (line.name == "RDATE") {
      event_.more_days.push_back(line);
    } else if (line.name == "EXDATE") {
      event_.fewer_days.push_back(line);
    } else if (line.name == "STATUS") {
      event_.canceled = absl::EqualsIgnoreCase(line.value, "CANCELLED");
    } else if (line.name == "RECURRENCE-ID" || line.name == "EXRULE") {
      Error(line.offset, DiagnosticCode::kIcalRecurrence,
            absl::StrCat(line.name,
                         " is not read; leave the day out with EXDATE and write the "
                         "other as an event of its own"));
    }
  }

  void TakeOnce(const ContentLine& line, std::optional<ContentLine>* property) {
    if (property->has_value()) {
      Error(line.offset, DiagnosticCode::kIcalSyntax,
            absl::StrCat("this event has ", line.name, " already"));
      return;
    }
    *property = line;
  }

  std::optional<absl::CivilDay> DateOf(const ContentLine& line, std::string_view text) {
    const auto day = ParseDate(text);
    if (!day.has_value()) {
      Error(line.offset, DiagnosticCode::kIcalDate,
            absl::StrCat(Quote(text), " is not a date such as 20261225"));
    }
    return day;
  }

  void AddEvent() {
    if (event_.canceled) {
      return;
    }
    if (!event_.start.has_value()) {
      Error(event_.begin.offset, DiagnosticCode::kIcalDate, "this event has no DTSTART");
      return;
    }
    if (HasTimeOfDay(*event_.start)) {
      first_timed_event_ = timed_events_ == 0 ? event_.start->offset : first_timed_event_;
      ++timed_events_;
      return;
    }
    const auto start = DateOf(*event_.start, event_.start->value);
    if (!start.has_value()) {
      return;
    }
    const auto length = LengthFrom(*start);
    if (!length.has_value()) {
      return;
    }
    for (const absl::CivilDay day : DaysFrom(*start)) {
      holidays_.push_back({day, day + (*length - 1)});
    }
  }

  // In days.
  std::optional<int64_t> LengthFrom(absl::CivilDay start) {
    if (event_.duration.has_value()) {
      const auto days = DaysOfDuration(event_.duration->value);
      if (!days.has_value()) {
        Error(event_.duration->offset, DiagnosticCode::kIcalDate,
              absl::StrCat(Quote(event_.duration->value), " is no length in days such as P2D"));
        return std::nullopt;
      }
      return *days;
    }
    if (!event_.end.has_value()) {
      return 1;
    }
    const auto end = DateOf(*event_.end, event_.end->value);
    if (!end.has_value()) {
      return std::nullopt;
    }
    // Some programs write the same day for an event of one day.
    if (*end < start) {
      Error(event_.end->offset, DiagnosticCode::kIcalDate, "the event ends before it starts");
      return std::nullopt;
    }
    return std::max<int64_t>(1, *end - start);
  }

  std::set<absl::CivilDay> DaysFrom(absl::CivilDay start) {
    std::set<absl::CivilDay> days = {start};
    if (event_.rule.has_value()) {
      const size_t left = kMaxOccurrences - std::min(kMaxOccurrences, holidays_.size());
      const auto repeated = Repeat(event_.rule->value, start, left);
      if (repeated.ok()) {
        days = {repeated->begin(), repeated->end()};
      } else {
        Error(event_.rule->offset, DiagnosticCode::kIcalRecurrence,
              std::string(repeated.status().message()));
      }
    }
    ForEachDate(event_.more_days, [&](absl::CivilDay day) { days.insert(day); });
    ForEachDate(event_.fewer_days, [&](absl::CivilDay day) { days.erase(day); });
    return days;
  }

  template <typename Use>
  void ForEachDate(const std::vector<ContentLine>& lines, Use use) {
    for (const ContentLine& line : lines) {
      for (const absl::string_view text : absl::StrSplit(line.value, ',')) {
        if (const auto day = DateOf(line, {text.data(), text.size()})) {
          use(*day);
        }
      }
    }
  }

  const SourceText& file_;
  DiagnosticSink& sink_;
  ContentLineReader lines_;
  std::vector<ContentLine> open_;  // BEGIN lines, values in upper case
  Event event_;
  std::vector<DateRange> holidays_;
  size_t timed_events_ = 0;
  size_t first_timed_event_ = 0;
  bool failed_ = false;
};

}  // namespace

std::vector<DateRange> ReadHolidays(const SourceText& file, DiagnosticSink* sink) {
  if (file.content().size() > kMaxBytes) {
    ReportIn(file, 0, DiagnosticLevel::kError, DiagnosticCode::kFileTooLarge,
             "the file is larger than 1 MiB", sink);
    return {};
  }
  if (const auto offset = FindInvalidUtf8(file.content())) {
    // Without its line: output stays UTF-8.
    Diagnostic diagnostic;
    diagnostic.location = file.LocationAt(*offset);
    diagnostic.code = std::string(CodeName(DiagnosticCode::kIcalSyntax));
    diagnostic.message = "this is not UTF-8; have the program that exports the file write UTF-8";
    sink->Add(std::move(diagnostic));
    return {};
  }
  if (!LooksLikeIcalendar(file.content())) {
    ReportIn(file, 0, DiagnosticLevel::kError, DiagnosticCode::kIcalSyntax,
             "this is no iCalendar file: it does not begin with BEGIN:VCALENDAR", sink);
    return {};
  }
  return HolidayReader(file, sink).Read();
}

}  // namespace waypost::calendar
