// SPDX-License-Identifier: Apache-2.0
#include "sidecar/calendar/local_hours.h"

#include <algorithm>
#include <iterator>
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

// The shut days of `hours` within the covered years, ascending and apart from each other.
std::vector<DateRange> ShutDays(const OpeningHours& hours) {
  absl::CivilDay next(kFirstYear, 1, 1);
  const absl::CivilDay last_covered(kEndYear - 1, 12, 31);
  std::vector<DateRange> closed = hours.closed;
  std::sort(closed.begin(), closed.end(),
            [](const DateRange& a, const DateRange& b) { return a.first < b.first; });
  std::vector<DateRange> apart;
  for (const DateRange& range : closed) {
    const DateRange rest = {std::max(range.first, next), std::min(range.last, last_covered)};
    if (rest.first <= rest.last) {
      apart.push_back(rest);
      next = rest.last + 1;
    }
  }
  return apart;
}

}  // namespace

LocalHours::LocalHours(const OpeningHours& hours) : week_(hours.week) {
  for (size_t weekday = 0; weekday < week_.size(); ++weekday) {
    open_before_weekday_[weekday + 1] = open_before_weekday_[weekday] + OpenIn(week_[weekday]);
  }
  auto special = hours.special.lower_bound(absl::CivilDay(kFirstYear, 1, 1));
  const auto special_end = hours.special.lower_bound(absl::CivilDay(kEndYear, 1, 1));
  const auto add_special = [&] {
    Add(special->first - kEpoch, special->first - kEpoch, special->second);
    ++special;
  };
  for (DateRange range : ShutDays(hours)) {
    while (special != special_end && special->first < range.first) {
      add_special();
    }
    // Special days cut the range in pieces.
    for (; special != special_end && special->first <= range.last; add_special()) {
      Add(range.first - kEpoch, special->first - kEpoch - 1, {});
      range.first = special->first + 1;
    }
    Add(range.first - kEpoch, range.last - kEpoch, {});
  }
  while (special != special_end) {
    add_special();
  }
}

void LocalHours::Add(LocalDay first, LocalDay last, std::vector<DaySpan> spans) {
  if (first > last) {
    return;
  }
  Exception exception{first, last, std::move(spans), OpenBeforeDay(first), 0};
  exception.open_after = exception.open_before + OpenIn(exception.spans);
  exceptions_.push_back(std::move(exception));
}

const LocalHours::Exception* LocalHours::ExceptionBefore(LocalDay day) const {
  const auto next =
      std::lower_bound(exceptions_.begin(), exceptions_.end(), day,
                       [](const Exception& each, LocalDay d) { return each.first < d; });
  return next == exceptions_.begin() ? nullptr : &*std::prev(next);
}

absl::Span<const DaySpan> LocalHours::SpansOf(LocalDay day) const {
  const Exception* exception = ExceptionBefore(day + 1);
  const bool is_exception = exception != nullptr && day <= exception->last;
  return is_exception ? exception->spans : week_[WeekdayOf(day)];
}

bool LocalHours::IsOpen(LocalTime time) const {
  const LocalDay day = DayOf(time);
  const int64_t minute = (time - day * kNanosecondsOfDay) / kNanosecondsOfMinute;
  const auto spans = SpansOf(day);
  return std::any_of(spans.begin(), spans.end(),
                     [&](const DaySpan& span) { return span.from <= minute && minute < span.to; });
}

int64_t LocalHours::WeeklyBeforeDay(LocalDay day) const {
  const LocalDay days = day + kDaysFromMonday;
  return days / 7 * open_before_weekday_[7] + open_before_weekday_[static_cast<size_t>(days % 7)];
}

int64_t LocalHours::OpenBeforeDay(LocalDay day) const {
  const Exception* exception = ExceptionBefore(day);
  if (exception == nullptr) {
    return WeeklyBeforeDay(day);
  }
  if (day <= exception->last) {
    return exception->open_before;  // a shut day among several
  }
  return exception->open_after + WeeklyBeforeDay(day) - WeeklyBeforeDay(exception->last + 1);
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
