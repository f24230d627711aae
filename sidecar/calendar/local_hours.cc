// SPDX-License-Identifier: Apache-2.0
#include "sidecar/calendar/local_hours.h"

#include <algorithm>
#include <map>
#include <utility>

namespace waypost::calendar {
namespace {

// 1970-01-01 was a Thursday. Open time counts from the Monday before it.
constexpr LocalDay kDaysFromMonday = 3;

const absl::CivilDay kEpoch(1970, 1, 1);

int64_t OpenIn(absl::Span<const DaySpan> spans) {
  int64_t minutes = 0;
  for (const DaySpan& span : spans) {
    minutes += span.to - span.from;
  }
  return minutes * kNanosecondsOfMinute;
}

size_t WeekdayOf(LocalDay day) { return static_cast<size_t>((day + kDaysFromMonday) % 7); }

// What `hours` says about days other than their weekday does, within the covered years.
std::map<LocalDay, std::vector<DaySpan>> OtherDays(const OpeningHours& hours) {
  const absl::CivilDay first_covered(kFirstYear, 1, 1);
  const absl::CivilDay last_covered(kEndYear - 1, 12, 31);
  std::vector<DateRange> closed = hours.closed;
  std::sort(closed.begin(), closed.end(),
            [](const DateRange& a, const DateRange& b) { return a.first < b.first; });
  std::map<LocalDay, std::vector<DaySpan>> days;
  // Ranges may overlap as they like: no day is visited twice.
  absl::CivilDay next = first_covered;
  for (const DateRange& range : closed) {
    const absl::CivilDay last = std::min(range.last, last_covered);
    for (absl::CivilDay day = std::max(range.first, next); day <= last; ++day) {
      days[day - kEpoch] = {};
    }
    next = std::max(next, last + 1);
  }
  for (const auto& [day, spans] : hours.special) {
    if (day >= first_covered && day <= last_covered) {
      days[day - kEpoch] = spans;
    }
  }
  return days;
}

}  // namespace

LocalHours::LocalHours(const OpeningHours& hours) : week_(hours.week) {
  for (size_t weekday = 0; weekday < week_.size(); ++weekday) {
    open_before_weekday_[weekday + 1] = open_before_weekday_[weekday] + OpenIn(week_[weekday]);
  }
  int64_t change = 0;
  for (auto& [day, spans] : OtherDays(hours)) {
    change += OpenIn(spans) - OpenIn(week_[WeekdayOf(day)]);
    exceptions_.push_back({day, change, std::move(spans)});
  }
}

absl::Span<const DaySpan> LocalHours::SpansOf(LocalDay day) const {
  const auto found =
      std::lower_bound(exceptions_.begin(), exceptions_.end(), day,
                       [](const Exception& each, LocalDay d) { return each.day < d; });
  const bool is_exception = found != exceptions_.end() && found->day == day;
  return is_exception ? found->spans : week_[WeekdayOf(day)];
}

bool LocalHours::IsOpen(LocalTime time) const {
  const LocalDay day = DayOf(time);
  const int64_t minute = (time - day * kNanosecondsOfDay) / kNanosecondsOfMinute;
  const auto spans = SpansOf(day);
  return std::any_of(spans.begin(), spans.end(),
                     [&](const DaySpan& span) { return span.from <= minute && minute < span.to; });
}

int64_t LocalHours::OpenBeforeDay(LocalDay day) const {
  const LocalDay days = day + kDaysFromMonday;
  const auto next =
      std::lower_bound(exceptions_.begin(), exceptions_.end(), day,
                       [](const Exception& each, LocalDay d) { return each.day < d; });
  const int64_t change = next == exceptions_.begin() ? 0 : std::prev(next)->change_after;
  return days / 7 * open_before_weekday_[7] + open_before_weekday_[static_cast<size_t>(days % 7)] +
         change;
}

int64_t LocalHours::OpenBefore(LocalTime time) const {
  const LocalDay day = DayOf(time);
  const int64_t time_of_day = time - day * kNanosecondsOfDay;
  int64_t open = OpenBeforeDay(day);
  for (const DaySpan& span : SpansOf(day)) {
    const int64_t from = span.from * kNanosecondsOfMinute;
    const int64_t to = span.to * kNanosecondsOfMinute;
    open += std::clamp<int64_t>(time_of_day - from, 0, to - from);
  }
  return open;
}

template <typename Enough>
LocalDay LocalHours::FirstDay(LocalDay begin, LocalDay end, Enough enough) const {
  // Most answers are a few days away: steps double before they are halved.
  LocalDay step = 1;
  while (begin + step <= end && !enough(OpenBeforeDay(begin + step))) {
    begin += step;
    step *= 2;
  }
  LocalDay after = std::min(begin + step, end + 1);
  while (begin < after) {
    const LocalDay middle = begin + (after - begin) / 2;
    if (enough(OpenBeforeDay(middle + 1))) {
      after = middle;
    } else {
      begin = middle + 1;
    }
  }
  return begin;
}

LocalTime LocalHours::FirstWith(int64_t open, LocalTime begin, LocalTime end) const {
  const LocalDay day =
      FirstDay(DayOf(begin), DayOf(end), [&](int64_t before) { return before >= open; });
  int64_t rest = open - OpenBeforeDay(day);
  for (const DaySpan& span : SpansOf(day)) {
    const int64_t length = (span.to - span.from) * kNanosecondsOfMinute;
    if (rest <= length) {
      const LocalTime found = day * kNanosecondsOfDay + span.from * kNanosecondsOfMinute + rest;
      return std::min(found, end);
    }
    rest -= length;
  }
  return end;
}

LocalTime LocalHours::LastWith(int64_t open, LocalTime begin, LocalTime end) const {
  const LocalDay day =
      FirstDay(DayOf(begin), DayOf(end), [&](int64_t before) { return before > open; });
  int64_t rest = open - OpenBeforeDay(day);
  for (const DaySpan& span : SpansOf(day)) {
    const int64_t length = (span.to - span.from) * kNanosecondsOfMinute;
    if (rest < length) {
      const LocalTime found = day * kNanosecondsOfDay + span.from * kNanosecondsOfMinute + rest;
      return std::min(found, end);
    }
    rest -= length;
  }
  return end;
}

}  // namespace waypost::calendar
