// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "sidecar/calendar/day_span.h"
#include "sidecar/text/diagnostic.h"
#include "sidecar/text/source_text.h"

namespace waypost::calendar {

// The holidays of an iCalendar file (RFC 5545), as public bodies publish them: the days of its
// all-day events, in file order, without those of canceled events. Repetitions by years (RRULE with
// FREQ=YEARLY, RDATE, EXDATE) count until the covered years end; the 29th of February is skipped in
// other years, as the RFC has it. An event with a time of day says nothing about a whole day: such
// events are left out with a warning.
//
// Everything that is wrong is added to `sink` at its place: errors for what is not iCalendar, dates
// that do not exist, repetitions of another kind, changed occurrences (RECURRENCE-ID), a file of
// more than 1 MiB or 20,000 occurrences; a warning when there is no holiday in it. Lines may end
// with CRLF or LF; a hostile file is refused in bounded time.
[[nodiscard]] std::vector<DateRange> ReadHolidays(const SourceText& file, DiagnosticSink* sink);

}  // namespace waypost::calendar
