// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/values.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sidecar/calendar/business_calendar.h"
#include "sidecar/rules/time_zone_names.h"
#include "sidecar/text/absl_view.h"
#include "sidecar/text/quote.h"

namespace waypost::rules {
namespace {

constexpr absl::Duration kLongestSpan = absl::Hours(10 * 366 * 24);
constexpr size_t kMaxIdLength = 64;

bool IsDigit(char byte) { return absl::ascii_isdigit(static_cast<unsigned char>(byte)); }
bool IsAlnum(char byte) { return absl::ascii_isalnum(static_cast<unsigned char>(byte)); }

std::string_view Trim(std::string_view text) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(AbslView(text));
  return {trimmed.data(), trimmed.size()};
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(Trim(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

// Takes the digits at the start of `text`; nothing when there are none or too many.
std::optional<int64_t> TakeNumber(std::string_view* text) {
  size_t count = 0;
  while (count < text->size() && IsDigit((*text)[count])) {
    ++count;
  }
  int64_t number = 0;
  if (count == 0 || count > 9 || !absl::SimpleAtoi(AbslView(text->substr(0, count)), &number)) {
    return std::nullopt;
  }
  text->remove_prefix(count);
  return number;
}

struct Unit {
  char letter;
  absl::Duration length;
};

constexpr std::array<Unit, 5> kUnits = {{{'w', absl::Hours(7 * 24)},
                                         {'d', absl::Hours(24)},
                                         {'h', absl::Hours(1)},
                                         {'m', absl::Minutes(1)},
                                         {'s', absl::Seconds(1)}}};

std::optional<Span> ParseBusinessSpan(int64_t number, std::string_view unit) {
  constexpr std::string_view kPrefix = "business ";
  if (unit.substr(0, kPrefix.size()) != kPrefix) {
    return std::nullopt;
  }
  unit = Trim(unit.substr(kPrefix.size()));
  if (!unit.empty() && unit.back() == 's') {
    unit.remove_suffix(1);
  }
  const absl::Duration length = unit == "day"      ? absl::Hours(24)
                                : unit == "hour"   ? absl::Hours(1)
                                : unit == "minute" ? absl::Minutes(1)
                                                   : absl::InfiniteDuration();
  if (length == absl::InfiniteDuration()) {
    return std::nullopt;
  }
  return Span{number * length, true, unit == "day" ? static_cast<int>(number) : 0};
}

std::optional<Span> ParseWallClockSpan(std::string_view text) {
  Span span;
  size_t next_unit = 0;
  while (!text.empty()) {
    const auto number = TakeNumber(&text);
    if (!number.has_value() || text.empty()) {
      return std::nullopt;
    }
    while (next_unit < kUnits.size() && kUnits[next_unit].letter != text.front()) {
      ++next_unit;
    }
    if (next_unit == kUnits.size()) {
      return std::nullopt;
    }
    span.length += *number * kUnits[next_unit].length;
    ++next_unit;
    text.remove_prefix(1);
  }
  return span;
}

std::optional<int> ParseMinute(std::string_view text) {
  if (text.size() != 5 || text[2] != ':' || !IsDigit(text[0]) || !IsDigit(text[1]) ||
      !IsDigit(text[3]) || !IsDigit(text[4])) {
    return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  const int minute_of_day = hour * 60 + minute;
  if (minute > 59 || minute_of_day > 24 * 60) {
    return std::nullopt;
  }
  return minute_of_day;
}

// Of the form of a day, whether there is such a day or not.
bool LooksLikeDay(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  return text.size() == kForm.size() &&
         std::equal(text.begin(), text.end(), kForm.begin(), [](char byte, char form) {
           return form == 'd' ? IsDigit(byte) : byte == form;
         });
}

std::optional<int> WeekdayNumber(std::string_view text) {
  constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu",
                                                     "fri", "sat", "sun"};
  const auto found = std::find(kDays.begin(), kDays.end(), text);
  if (found == kDays.end()) {
    return std::nullopt;
  }
  return static_cast<int>(found - kDays.begin());
}

// A number, with "%" or the unit of a span, or nothing behind it.
bool IsAmount(std::string_view text) {
  if (ParseSpan(text).has_value()) {
    return true;
  }
  if (!text.empty() && text.back() == '%') {
    text.remove_suffix(1);
  }
  double number = 0;
  const std::string_view digits = text.substr(text.substr(0, 1) == "-" ? 1 : 0);
  return !digits.empty() && IsDigit(digits.front()) && IsDigit(digits.back()) &&
         absl::SimpleAtod(AbslView(text), &number);
}

}  // namespace

std::optional<Span> ParseSpan(std::string_view text) {
  std::string_view rest = text;
  const auto number = TakeNumber(&rest);
  if (!number.has_value()) {
    return std::nullopt;
  }
  auto span =
      rest.substr(0, 1) == " " ? ParseBusinessSpan(*number, Trim(rest)) : ParseWallClockSpan(text);
  if (span.has_value() && span->length > kLongestSpan) {
    return std::nullopt;
  }
  return span;
}

bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIdLength && IsAlnum(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char byte) {
           return IsAlnum(byte) || byte == '-' || byte == '_' || byte == '.';
         });
}

bool IsLanguageTag(std::string_view text) {
  const auto parts = Split(text, '-');
  if (text.size() > 35 || parts[0].size() < 2 || parts[0].size() > 3) {
    return false;
  }
  for (const std::string_view part : parts) {
    if (part.empty() || part.size() > 8 || !std::all_of(part.begin(), part.end(), IsAlnum)) {
      return false;
    }
  }
  return std::none_of(parts[0].begin(), parts[0].end(), IsDigit) &&
         text.find(' ') == std::string_view::npos;
}

absl::StatusOr<absl::TimeZone> ParseTimeZone(std::string_view text) {
  // LoadTimeZone would read files by such names.
  const bool is_path = text.empty() || text.front() == '/' || text.front() == ':' ||
                       text == "localtime" || text.find("..") != std::string_view::npos;
  absl::TimeZone zone;
  if (is_path || !absl::LoadTimeZone(AbslView(text), &zone)) {
    const std::string hint = DidYouMeanTimeZone(text);
    return absl::InvalidArgumentError(
        absl::StrCat(Quote(text), " is not a time zone",
                     hint.empty() ? " of this machine; they are named like Europe/London" : hint));
  }
  return zone;
}

std::optional<absl::CivilDay> ParseDay(std::string_view text) {
  absl::CivilDay day;
  if (text.size() != 10 || !absl::ParseCivilTime(AbslView(text), &day) ||
      absl::FormatCivilTime(day) != AbslView(text)) {
    return std::nullopt;
  }
  return day;
}

std::optional<absl::Time> ParseInstant(std::string_view text) {
  if (text.empty() || !IsDigit(text.front())) return std::nullopt;  // such as infinite-future
  absl::Time time;
  for (const char* format : {absl::RFC3339_full, "%Y-%m-%d%ET%H:%M%Ez"}) {
    if (absl::ParseTime(format, AbslView(text), &time, nullptr)) return time;
  }
  return std::nullopt;
}

absl::StatusOr<DateRange> ParseDates(std::string_view text) {
  const size_t dots = text.find("..");
  const std::string_view first_text = Trim(text.substr(0, dots));
  const std::string_view last_text =
      dots == std::string_view::npos ? first_text : Trim(text.substr(dots + 2));
  for (const std::string_view day_text : {first_text, last_text}) {
    const auto day = ParseDay(day_text);
    if (!day.has_value()) {
      return absl::InvalidArgumentError(
          LooksLikeDay(day_text)
              ? absl::StrCat("there is no day ", AbslView(day_text))
              : absl::StrCat(Quote(day_text),
                             " is not a date such as 2026-12-25 or 2026-12-24..2027-01-01"));
    }
    if (day->year() < calendar::kFirstYear || day->year() >= calendar::kEndYear) {
      return absl::InvalidArgumentError(
          absl::StrCat(AbslView(day_text), " is not within the years that calendars cover, ",
                       calendar::kFirstYear, " to ", calendar::kEndYear - 1));
    }
  }
  const DateRange range = {*ParseDay(first_text), *ParseDay(last_text)};
  if (range.last < range.first) {
    return absl::InvalidArgumentError(absl::StrCat(Quote(text), " ends before it begins"));
  }
  return range;
}

std::optional<uint8_t> ParseWeekdays(std::string_view text) {
  uint8_t days = 0;
  for (const std::string_view part : Split(text, ',')) {
    const auto range = Split(part, '-');
    const auto first = WeekdayNumber(range.front());
    const auto last = WeekdayNumber(range.back());
    if (range.size() > 2 || !first.has_value() || !last.has_value()) {
      return std::nullopt;
    }
    for (int day = *first;; day = (day + 1) % 7) {
      days |= static_cast<uint8_t>(1 << day);
      if (day == *last) {
        break;
      }
    }
  }
  return days;
}

absl::StatusOr<std::vector<DaySpan>> ParseHours(std::string_view text) {
  std::vector<DaySpan> spans;
  for (const std::string_view part : Split(text, ',')) {
    const auto ends = Split(part, '-');
    const auto from = ParseMinute(ends.front());
    const auto to = ParseMinute(ends.back());
    if (ends.size() != 2 || !from.has_value() || !to.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat(Quote(part), " are not hours such as 08:00-18:00"));
    }
    if (*from == *to) {
      return absl::InvalidArgumentError(
          absl::StrCat(Quote(part), " are no hours; a whole day is 00:00-24:00"));
    }
    if (*from > *to) {
      return absl::InvalidArgumentError(
          absl::StrCat(Quote(part), " cross midnight; write ", AbslView(ends[0]),
                       "-24:00 for the one day and 00:00-", AbslView(ends[1]), " for the next"));
    }
    if (!spans.empty() && *from < spans.back().to) {
      return absl::InvalidArgumentError(absl::StrCat(
          Quote(part), " begin before the hours before them end; hours ascend and do not overlap"));
    }
    spans.push_back({*from, *to});
  }
  return spans;
}

std::optional<calendar::QuietHours> ParseQuietHours(std::string_view text) {
  const auto ends = Split(text, '-');
  const auto from = ParseMinute(ends.front());
  const auto to = ParseMinute(ends.back());
  if (ends.size() != 2 || !from.has_value() || !to.has_value()) {
    return std::nullopt;
  }
  auto hours = calendar::QuietHours::Create(*from, *to);
  return hours.ok() ? std::optional(*hours) : std::nullopt;
}

bool IsTarget(std::string_view text) {
  if (const size_t dots = text.find(".."); dots != std::string_view::npos) {
    return IsAmount(Trim(text.substr(0, dots))) && IsAmount(Trim(text.substr(dots + 2)));
  }
  if (text.empty() || (text.front() != '<' && text.front() != '>')) {
    return false;
  }
  text.remove_prefix(text.substr(1, 1) == "=" ? 2 : 1);
  return IsAmount(Trim(text));
}

}  // namespace waypost::rules
