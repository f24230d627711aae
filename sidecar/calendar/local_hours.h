// SPDX-License-Identifier: Apache-2.0
// Opening hours on the clock on the wall alone, as if it ran without ever being put forward or
// back. Internal to the directory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sidecar/calendar/business_calendar.h"
#include "sidecar/calendar/day_span.h"

namespace waypost::calendar {

inline constexpr int64_t kNanosecondsOfMinute = int64_t{60} * 1'000'000'000;
inline constexpr int64_t kNanosecondsOfDay = kMinutesOfDay * kNanosecondsOfMinute;

// Nanoseconds since 1970-01-01 00:00 on the wall.
using LocalTime = int64_t;
// Days since 1970-01-01. From one before it to one after the last covered day: offsets lead there.
using LocalDay = int64_t;

inline LocalDay DayOf(LocalTime time) {
  return (time + kNanosecondsOfDay) / kNanosecondsOfDay - 1;  // times reach back one day at most
}

class LocalHours {
 public:
  // `hours` is valid.
  explicit LocalHours(const OpeningHours& hours);

  [[nodiscard]] absl::Span<const DaySpan> SpansOf(LocalDay day) const;

  [[nodiscard]] bool IsOpen(LocalTime time) const;

  // The open nanoseconds before `time`, counted from a fixed day before all others.
  [[nodiscard]] int64_t OpenBefore(LocalTime time) const;

  // The first time in [begin, end] with `open` open nanoseconds before it; `open` is more than
  // there are before `begin` and at most what there are before `end`.
  [[nodiscard]] LocalTime FirstWith(int64_t open, LocalTime begin, LocalTime end) const;

  // The last time in [begin, end] with no more than `open` open nanoseconds before it; `open` is at
  // least what there are before `begin`.
  [[nodiscard]] LocalTime LastWith(int64_t open, LocalTime begin, LocalTime end) const;

 private:
  // Days whose hours are not those of their weekday: several that are shut, or one.
  struct Exception {
    LocalDay first = 0;
    LocalDay last = 0;
    std::vector<DaySpan> spans;  // of the one day
    int64_t open_before = 0;     // the first day
    int64_t open_after = 0;      // the last day
  };

  void Add(LocalDay first, LocalDay last, std::vector<DaySpan> spans);
  // The last exception that begins before `day`; nullptr when there is none.
  [[nodiscard]] const Exception* ExceptionBefore(LocalDay day) const;
  // As if there were no exceptions.
  [[nodiscard]] int64_t WeeklyBeforeDay(LocalDay day) const;
  [[nodiscard]] int64_t OpenBeforeDay(LocalDay day) const;
  // The first day in [begin, end] with `enough` for what is open before the day after it; one after
  // `end` when there is none.
  template <typename Enough>
  [[nodiscard]] LocalDay FirstDay(LocalDay begin, LocalDay end, Enough enough) const;

  std::array<std::vector<DaySpan>, 7> week_;
  std::array<int64_t, 8> open_before_weekday_{};  // since Monday; the last is a whole week
  std::vector<Exception> exceptions_;             // by day, apart from each other
};

}  // namespace waypost::calendar
