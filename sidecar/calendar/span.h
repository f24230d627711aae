// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/time/time.h"
#include "sidecar/calendar/business_calendar.h"

namespace waypost::calendar {

// A length of time as people agree on it: "30m", "8 business hours", "1 business day".
struct Span {
  absl::Duration length;  // as wall-clock time; a business day counts as 24 hours
  bool business = false;  // counted in business time
  int business_days = 0;  // more than 0: so many business days, each whatever its hours
};

// When `span` from `t` is over, by the hours of `calendar` where it is business time.
[[nodiscard]] absl::Time EndOf(const Span& span, absl::Time t, const BusinessCalendar& calendar);

}  // namespace waypost::calendar
