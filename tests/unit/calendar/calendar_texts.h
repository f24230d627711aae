// SPDX-License-Identifier: Apache-2.0
// Calendars and instants as a person writes them down. For tests only.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "sidecar/calendar/business_calendar.h"

namespace waypost::calendar::testing {

// The zone of the machine's database; a test that names one that is not there ends at once.
absl::TimeZone Zone(const std::string& name);

// "2026-03-27 17:30" as the clock on the wall of `zone` shows it; for a time that it shows twice or
// not at all write the offset behind it: "2026-10-25 01:30 +00:00". "never" is InfiniteFuture.
absl::Time At(const std::string& text, absl::TimeZone zone);

// The same the other way round, always with the offset.
std::string Text(absl::Time t, absl::TimeZone zone);

// Monday to Friday from 08:00 to 18:00, shut on Good Friday, Easter Monday and Christmas 2026, with
// 24 December 2026 until 12:00.
OpeningHours DeskHours(const std::string& zone);

}  // namespace waypost::calendar::testing
