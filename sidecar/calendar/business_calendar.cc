// SPDX-License-Identifier: Apache-2.0
#include "sidecar/calendar/business_calendar.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/calendar/local_hours.h"

namespace waypost::calendar {
namespace {

// Where the covered years end, in nanoseconds since 1970-01-01 UTC. It fits 64 bits until 2262.
int64_t CoveredEnd() {
  static const int64_t kEnd =
      absl::ToUnixNanos(absl::FromCivil(absl::CivilYear(kEndYear), absl::UTCTimeZone()));
  return kEnd;
}

int64_t Covered(absl::Time t) {
  const int64_t end = CoveredEnd();
  return t >= absl::FromUnixNanos(end) ? end : std::max<int64_t>(0, absl::ToUnixNanos(t));
}

std::string SpanText(const DaySpan& span) {
  return absl::StrFormat("%02d:%02d-%02d:%02d", span.from / 60, span.from % 60, span.to / 60,
                         span.to % 60);
}

absl::Status CheckSpans(const std::string& day, const std::vector<DaySpan>& spans) {
  int earliest = 0;
  for (const DaySpan& span : spans) {
    if (span.from < 0 || span.to > kMinutesOfDay || span.from >= span.to) {
      return absl::InvalidArgumentError(absl::StrCat(
          day, ": ", SpanText(span), " does not begin before it ends on the same day"));
    }
    if (span.from < earliest) {
      return absl::InvalidArgumentError(
          absl::StrCat(day, ": ", SpanText(span), " begins before the span before it ends"));
    }
    earliest = span.to;
  }
  return absl::OkStatus();
}

absl::Status Check(const OpeningHours& hours) {
  constexpr std::array<const char*, 7> kNames = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                 "Friday", "Saturday", "Sunday"};
  for (size_t weekday = 0; weekday < kNames.size(); ++weekday) {
    WAYPOST_RETURN_IF_ERROR(CheckSpans(kNames[weekday], hours.week[weekday]));
  }
  for (const auto& [day, spans] : hours.special) {
    WAYPOST_RETURN_IF_ERROR(CheckSpans(absl::FormatCivilTime(day), spans));
  }
  for (const DateRange& range : hours.closed) {
    if (range.last < range.first) {
      return absl::InvalidArgumentError(absl::StrCat(absl::FormatCivilTime(range.first), "..",
                                                     absl::FormatCivilTime(range.last),
                                                     " ends before it begins"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

// Time since 1970-01-01 UTC is cut where the zone's offset changes. In each part the clock on the
// wall runs evenly, so that all work is done by LocalHours.
struct BusinessCalendar::Tables {
  // From here to the next part local time is UTC plus `offset`, in nanoseconds. Open before an
  // instant in it are `open` plus LocalHours::OpenBefore of its local time.
  struct Part {
    int64_t begin = 0;
    int64_t offset = 0;
    int64_t open = 0;
    int64_t open_before = 0;  // before `begin`
  };

  explicit Tables(const OpeningHours& opening_hours)
      : zone(opening_hours.time_zone), hours(opening_hours) {
    AddPart(0);
    absl::TimeZone::CivilTransition transition;
    absl::Time t = absl::UnixEpoch();
    while (zone.NextTransition(t, &transition)) {
      t = zone.At(transition.to).trans;
      if (t >= absl::FromUnixNanos(CoveredEnd())) {
        break;
      }
      AddPart(absl::ToUnixNanos(t));
    }
    total = OpenBefore(CoveredEnd());
  }

  void AddPart(int64_t begin) {
    Part part;
    part.begin = begin;
    part.offset = int64_t{zone.At(absl::FromUnixNanos(begin)).offset} * 1'000'000'000;
    part.open_before = parts.empty() ? 0 : OpenBefore(begin);
    part.open = part.open_before - hours.OpenBefore(begin + part.offset);
    parts.push_back(part);
  }

  [[nodiscard]] const Part& PartAt(int64_t t) const {
    const auto next =
        std::upper_bound(parts.begin(), parts.end(), t,
                         [](int64_t at, const Part& part) { return at < part.begin; });
    return *std::prev(next);
  }

  [[nodiscard]] int64_t EndOf(const Part& part) const {
    return &part == &parts.back() ? CoveredEnd() : (&part + 1)->begin;
  }

  [[nodiscard]] int64_t OpenBefore(int64_t t) const {
    const Part& part = PartAt(t);
    return part.open + hours.OpenBefore(t + part.offset);
  }

  // The first instant with `open` business nanoseconds before it, 0 < open <= total.
  [[nodiscard]] int64_t FirstWith(int64_t open, int64_t from) const {
    const auto next = std::lower_bound(
        parts.begin(), parts.end(), open,
        [](const Part& part, int64_t wanted) { return part.open_before < wanted; });
    const Part& part = *std::prev(next);
    const int64_t begin = std::max(part.begin, from);
    return hours.FirstWith(open - part.open, begin + part.offset, EndOf(part) + part.offset) -
           part.offset;
  }

  // The last instant with no more than `open` business nanoseconds before it, 0 <= open <= total.
  [[nodiscard]] int64_t LastWith(int64_t open, int64_t from) const {
    const auto next = std::upper_bound(
        parts.begin(), parts.end(), open,
        [](int64_t wanted, const Part& part) { return wanted < part.open_before; });
    const Part& part = *std::prev(next);
    const int64_t begin = std::max(part.begin, from);
    return hours.LastWith(open - part.open, begin + part.offset, EndOf(part) + part.offset) -
           part.offset;
  }

  [[nodiscard]] absl::Time TimeOf(int64_t t) const {
    return t >= CoveredEnd() ? absl::InfiniteFuture() : absl::FromUnixNanos(t);
  }

  absl::TimeZone zone;
  LocalHours hours;
  std::vector<Part> parts;
  int64_t total = 0;  // business nanoseconds of all covered years
};

BusinessCalendar::BusinessCalendar(std::shared_ptr<const Tables> tables)
    : tables_(std::move(tables)) {}

absl::StatusOr<BusinessCalendar> BusinessCalendar::Create(const OpeningHours& hours) {
  WAYPOST_RETURN_IF_ERROR(Check(hours));
  auto tables = std::make_shared<const Tables>(hours);
  if (tables->total == 0) {
    return absl::InvalidArgumentError("the calendar has no open hour at all");
  }
  return BusinessCalendar(std::move(tables));
}

BusinessCalendar BusinessCalendar::AlwaysOpen(absl::TimeZone time_zone) {
  OpeningHours hours;
  hours.time_zone = time_zone;
  hours.week.fill({{0, kMinutesOfDay}});
  return BusinessCalendar(std::make_shared<const Tables>(hours));
}

absl::TimeZone BusinessCalendar::time_zone() const { return tables_->zone; }

bool BusinessCalendar::IsOpen(absl::Time t) const {
  const int64_t at = Covered(t);
  if (t < absl::UnixEpoch() || at >= CoveredEnd()) {
    return false;
  }
  return tables_->hours.IsOpen(at + tables_->PartAt(at).offset);
}

absl::Time BusinessCalendar::NextOpen(absl::Time t) const {
  if (IsOpen(t)) {
    return t;
  }
  const int64_t at = Covered(t);
  return tables_->TimeOf(tables_->LastWith(tables_->OpenBefore(at), at));
}

absl::Duration BusinessCalendar::Between(absl::Time from, absl::Time to) const {
  return absl::Nanoseconds(tables_->OpenBefore(Covered(to)) - tables_->OpenBefore(Covered(from)));
}

absl::Time BusinessCalendar::Add(absl::Time t, absl::Duration length) const {
  if (length == absl::ZeroDuration()) {
    return t;
  }
  const int64_t at = Covered(t);
  const int64_t before = tables_->OpenBefore(at);
  if (length > absl::Nanoseconds(tables_->total - before)) {
    return absl::InfiniteFuture();
  }
  if (length < absl::Nanoseconds(-before)) {
    return absl::InfinitePast();
  }
  const int64_t open = before + absl::ToInt64Nanoseconds(length);
  // A part of a nanosecond adds nothing.
  if (open == before) {
    return t;
  }
  return tables_->TimeOf(open > before ? tables_->FirstWith(open, at) : tables_->LastWith(open, 0));
}

absl::Time BusinessCalendar::AddBusinessDays(absl::Time t, int days) const {
  const absl::Time start = NextOpen(t);
  if (days <= 0 || start == absl::InfiniteFuture()) {
    return start;
  }
  const int64_t at = Covered(start);
  const LocalTime local = at + tables_->PartAt(at).offset;
  LocalDay day = DayOf(local);
  const int64_t time_of_day = local - day * kNanosecondsOfDay;
  const LocalDay end = DayOf(CoveredEnd());
  while (days > 0 && day < end) {
    ++day;
    days -= tables_->hours.SpansOf(day).empty() ? 0 : 1;
  }
  if (days > 0) {
    return absl::InfiniteFuture();
  }
  // The last closing time, unless the day is still, or again, open after that.
  const auto spans = tables_->hours.SpansOf(day);
  int64_t found = spans.back().to * kNanosecondsOfMinute;
  for (const DaySpan& span : spans) {
    if (time_of_day < span.to * kNanosecondsOfMinute) {
      found = std::max(time_of_day, span.from * kNanosecondsOfMinute);
      break;
    }
  }
  const absl::CivilSecond on_the_wall =
      absl::CivilSecond(1970, 1, 1) +
      (day * (kNanosecondsOfDay / 1'000'000'000) + found / 1'000'000'000);
  const absl::TimeZone::TimeInfo info = tables_->zone.At(on_the_wall);
  const absl::Time instant = info.kind == absl::TimeZone::TimeInfo::SKIPPED
                                 ? info.trans
                                 : info.pre + absl::Nanoseconds(found % 1'000'000'000);
  return tables_->TimeOf(Covered(instant));
}

}  // namespace waypost::calendar
