// SPDX-License-Identifier: Apache-2.0
#include "sidecar/calendar/quiet_hours.h"

#include "absl/status/status.h"
#include "absl/time/civil_time.h"

namespace waypost::calendar {

absl::StatusOr<QuietHours> QuietHours::Create(int from, int to) {
  if (from < 0 || to < 0 || from > kMinutesOfDay || to > kMinutesOfDay) {
    return absl::InvalidArgumentError("quiet hours begin and end between 00:00 and 24:00");
  }
  if (from % kMinutesOfDay == to % kMinutesOfDay) {
    return absl::InvalidArgumentError("quiet hours begin and end at the same time");
  }
  return QuietHours(from % kMinutesOfDay, to % kMinutesOfDay);
}

bool QuietHours::IsQuiet(absl::Time t, absl::TimeZone zone) const {
  const absl::CivilMinute now = absl::ToCivilMinute(t, zone);
  const int minute = now.hour() * 60 + now.minute();
  return from_ < to_ ? from_ <= minute && minute < to_ : from_ <= minute || minute < to_;
}

absl::Time QuietHours::NextAllowed(absl::Time t, absl::TimeZone zone) const {
  const bool infinite = t == absl::InfiniteFuture() || t == absl::InfinitePast();
  // The end can itself be quiet where the clock is changed around it; the next one is not.
  while (!infinite && IsQuiet(t, zone)) {
    const absl::CivilDay today = absl::ToCivilDay(t, zone);
    const absl::CivilMinute end_today = absl::CivilMinute(today) + to_;
    const bool over_midnight = absl::ToCivilMinute(t, zone) >= end_today;
    const absl::CivilMinute end = over_midnight ? absl::CivilMinute(today + 1) + to_ : end_today;
    const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(end));
    if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) {
      t = info.trans;
    } else {
      t = info.pre > t ? info.pre : info.post;
    }
  }
  return t;
}

}  // namespace waypost::calendar
