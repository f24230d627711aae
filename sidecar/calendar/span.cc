// SPDX-License-Identifier: Apache-2.0
#include "sidecar/calendar/span.h"

namespace waypost::calendar {

absl::Time EndOf(const Span& span, absl::Time t, const BusinessCalendar& calendar) {
  if (span.business_days > 0) {
    return calendar.AddBusinessDays(t, span.business_days);
  }
  return span.business ? calendar.Add(t, span.length) : t + span.length;
}

}  // namespace waypost::calendar
