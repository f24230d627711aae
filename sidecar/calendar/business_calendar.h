// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "sidecar/calendar/day_span.h"

namespace waypost::calendar {

// The years that calendars cover: before and after them every calendar is shut.
inline constexpr int kFirstYear = 1970;
inline constexpr int kEndYear = 2200;  // excluding

// When a desk works, as people write it down.
struct OpeningHours {
  absl::TimeZone time_zone = absl::UTCTimeZone();
  // Monday first; the spans of a day ascend and do not overlap. A day without spans is shut.
  std::array<std::vector<DaySpan>, 7> week;
  // Holidays.
  std::vector<DateRange> closed;
  // Days with hours of their own, which count instead of the week's and of `closed`.
  std::map<absl::CivilDay, std::vector<DaySpan>> special;
};

// Business time. The desk is open whenever the clock on its wall shows an opening hour: where the
// clock is put forward over an opening hour that hour is missing, and where it is put back an
// opening hour counts twice. So "00:00-24:00" has 23 hours of business on the one day and 25 on the
// other. Nanosecond resolution.
//
// Instants outside the covered years are shut; what would end after them is
// absl::InfiniteFuture(), what would begin before them absl::InfinitePast(). Every function takes
// well under a microsecond, however long the time in between, save AddBusinessDays (see there).
//
// Immutable and thread-safe. Copies share everything.
class BusinessCalendar {
 public:
  // INVALID_ARGUMENT, with a sentence for whoever wrote the hours: a span that is empty, ends
  // before it begins, leaves the day or overlaps another; a range that ends before it begins; no
  // open instant in all the covered years.
  [[nodiscard]] static absl::StatusOr<BusinessCalendar> Create(const OpeningHours& hours);

  // Day and night, every day. Business days begin at midnight in `time_zone`.
  [[nodiscard]] static BusinessCalendar AlwaysOpen(absl::TimeZone time_zone = absl::UTCTimeZone());

  [[nodiscard]] absl::TimeZone time_zone() const;

  [[nodiscard]] bool IsOpen(absl::Time t) const;

  // The first open instant that is not before `t`: `t` itself when open.
  [[nodiscard]] absl::Time NextOpen(absl::Time t) const;

  // The business time from `from` to `to`; negative when `to` is the earlier one.
  [[nodiscard]] absl::Duration Between(absl::Time from, absl::Time to) const;

  // The first instant by which `length` of business time has passed since `t`. When that uses a day
  // up to the minute it is the closing time, not the next opening: 8 hours from 10:00 of a desk
  // that works from 08:00 to 18:00 end at 18:00. A negative length leads to the last instant from
  // which that much business time is left until `t`. Zero leads to `t`, open or not.
  [[nodiscard]] absl::Time Add(absl::Time t, absl::Duration length) const;

  // The same time on the wall `days` open days later (Friday 15:00 and 1 lead to Monday 15:00).
  // What falls in shut hours counts as if it fell in the next opening, as service agreements have
  // it (Saturday and 1: Monday 08:00, so Tuesday 08:00). Where the last day is shut at that time,
  // the next opening of that day, or its last closing time when there is none any more. A time that
  // the clock skips is the instant at which it does; one that it shows twice the first of the two.
  // With `days` <= 0 NextOpen(t). The time it takes grows with `days`, to microseconds for a year.
  [[nodiscard]] absl::Time AddBusinessDays(absl::Time t, int days) const;

 private:
  struct Tables;

  explicit BusinessCalendar(std::shared_ptr<const Tables> tables);

  std::shared_ptr<const Tables> tables_;  // never null
};

}  // namespace waypost::calendar
