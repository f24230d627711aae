// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/calendar/calendar_texts.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace waypost::calendar::testing {

absl::TimeZone Zone(const std::string& name) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(name, &zone)) {
    abort();
  }
  return zone;
}

absl::Time At(const std::string& text, absl::TimeZone zone) {
  if (text == "never") {
    return absl::InfiniteFuture();
  }
  constexpr size_t kWithoutOffset = 16;
  const bool has_offset = text.size() > kWithoutOffset;
  absl::Time t;
  std::string error;
  if (!absl::ParseTime(has_offset ? "%Y-%m-%d %H:%M %Ez" : "%Y-%m-%d %H:%M", text, zone, &t,
                       &error)) {
    abort();
  }
  return t;
}

std::string Text(absl::Time t, absl::TimeZone zone) {
  return t == absl::InfiniteFuture() ? "never"
                                     : absl::FormatTime("%a %Y-%m-%d %H:%M:%E*S %Ez", t, zone);
}

OpeningHours DeskHours(const std::string& zone) {
  OpeningHours hours;
  hours.time_zone = Zone(zone);
  for (size_t weekday = 0; weekday < 5; ++weekday) {
    hours.week[weekday] = {{8 * 60, 18 * 60}};
  }
  hours.closed = {{absl::CivilDay(2026, 4, 3), absl::CivilDay(2026, 4, 3)},
                  {absl::CivilDay(2026, 4, 6), absl::CivilDay(2026, 4, 6)},
                  {absl::CivilDay(2026, 12, 25), absl::CivilDay(2027, 1, 1)}};
  hours.special[absl::CivilDay(2026, 12, 24)] = {{8 * 60, 12 * 60}};
  return hours;
}

}  // namespace waypost::calendar::testing
