// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sidecar/calendar/day_span.h"

namespace waypost::calendar {

// The part of each day in which people are not written to, by the clock on their wall: from 20:00
// to 08:00, say. The zone is that of the person who is written to, so each call names it. Immutable
// and thread-safe.
class QuietHours {
 public:
  // Minutes of the day, 0 to 1440; over midnight when `from` is the later one. INVALID_ARGUMENT:
  // out of that range, or nothing or the whole day would be quiet.
  [[nodiscard]] static absl::StatusOr<QuietHours> Create(int from, int to);

  [[nodiscard]] int from() const { return from_; }  // 0 to 1439
  [[nodiscard]] int to() const { return to_; }      // 0 to 1439

  [[nodiscard]] bool IsQuiet(absl::Time t, absl::TimeZone zone) const;

  // When the quiet hours that `t` falls in are over; `t` itself outside them. Where the clock skips
  // their end, the instant at which it does; where it shows their end twice, the first one after
  // `t`. Infinite times are returned as they are.
  [[nodiscard]] absl::Time NextAllowed(absl::Time t, absl::TimeZone zone) const;

 private:
  QuietHours(int from, int to) : from_(from), to_(to) {}

  int from_;
  int to_;
};

}  // namespace waypost::calendar
