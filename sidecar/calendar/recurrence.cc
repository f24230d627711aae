// SPDX-License-Identifier: Apache-2.0
#include "sidecar/calendar/recurrence.h"

#include <libical/ical.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sidecar/calendar/business_calendar.h"
#include "sidecar/text/quote.h"

namespace waypost::calendar {
namespace {

struct IteratorDeleter {
  void operator()(icalrecur_iterator* iterator) const { icalrecur_iterator_free(iterator); }
};
using Iterator = std::unique_ptr<icalrecur_iterator, IteratorDeleter>;

icaltimetype ToIcal(absl::CivilDay day) {
  icaltimetype time = ICALTIMETYPE_INITIALIZER;
  time.is_date = 1;
  time.year = static_cast<int>(day.year());
  time.month = day.month();
  time.day = day.day();
  return time;
}

}  // namespace

absl::StatusOr<std::vector<absl::CivilDay>> Repeat(const std::string& rule, absl::CivilDay start,
                                                   size_t limit) {
  const icalrecurrencetype recurrence = icalrecurrencetype_from_string(rule.c_str());
  if (recurrence.freq == ICAL_NO_RECURRENCE) {
    return absl::InvalidArgumentError(absl::StrCat(Quote(rule), " is not a repetition rule"));
  }
  // Others may have the library look for a matching day for seconds.
  if (recurrence.freq != ICAL_YEARLY_RECURRENCE) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quote(rule), " does not repeat by years; only FREQ=YEARLY is read"));
  }
  const Iterator iterator(icalrecur_iterator_new(recurrence, ToIcal(start)));
  std::vector<absl::CivilDay> days;
  while (iterator != nullptr) {
    const icaltimetype next = icalrecur_iterator_next(iterator.get());
    if (icaltime_is_null_time(next) != 0 || next.year >= kEndYear) {
      break;
    }
    if (days.size() >= limit) {
      return absl::ResourceExhaustedError(
          absl::StrCat(Quote(rule), " leads to too many days together with the events before it"));
    }
    days.emplace_back(next.year, next.month, next.day);
  }
  if (days.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(Quote(rule), " leads to no day at all"));
  }
  return days;
}

std::optional<int> DaysOfDuration(const std::string& duration) {
  const icaldurationtype parsed = icaldurationtype_from_string(duration.c_str());
  const bool whole_days = parsed.hours == 0 && parsed.minutes == 0 && parsed.seconds == 0;
  constexpr unsigned kLongest = 10'000;
  if (icaldurationtype_is_bad_duration(parsed) != 0 || parsed.is_neg != 0 || !whole_days ||
      parsed.days > kLongest || parsed.weeks > kLongest) {
    return std::nullopt;
  }
  const int days = static_cast<int>(parsed.days + 7 * parsed.weeks);
  return days > 0 ? std::optional<int>(days) : std::nullopt;
}

}  // namespace waypost::calendar
