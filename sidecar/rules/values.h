// SPDX-License-Identifier: Apache-2.0
// How single values of a rules file are read. Pure functions over the text; an empty answer means
// that the text is not well formed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "sidecar/calendar/day_span.h"
#include "sidecar/calendar/quiet_hours.h"
#include "sidecar/calendar/span.h"

namespace waypost::rules {

using calendar::DateRange;
using calendar::DaySpan;
using calendar::Span;

// "30m", "8h", "1h30m", "14d", "2w", "8 business hours", "1 business day". Units: s, m, h, d, w,
// each at most once, from large to small. At most 10 years.
[[nodiscard]] std::optional<Span> ParseSpan(std::string_view text);

// Letters, digits, "-", "_" and "."; the first is a letter or digit; at most 64.
[[nodiscard]] bool IsId(std::string_view text);

// The shape of a BCP 47 tag: "en", "pt-BR", "zh-Hant".
[[nodiscard]] bool IsLanguageTag(std::string_view text);

// A name of the IANA database that this machine knows. INVALID_ARGUMENT, with what to tell the
// author: any other.
[[nodiscard]] absl::StatusOr<absl::TimeZone> ParseTimeZone(std::string_view text);

// "2026-12-25", a day that exists.
[[nodiscard]] std::optional<absl::CivilDay> ParseDay(std::string_view text);

// "2026-12-24T18:00:00Z" or "2026-12-24T18:00+01:00": with the distance from UTC.
[[nodiscard]] std::optional<absl::Time> ParseInstant(std::string_view text);

// "2026-12-25" or "2026-12-24..2027-01-01" within the years that calendars cover.
// INVALID_ARGUMENT, with what to tell the author: any other.
[[nodiscard]] absl::StatusOr<DateRange> ParseDates(std::string_view text);

// "mon", "mon-fri", "sat,sun": bit 0 is Monday. A range may run over the week's end.
[[nodiscard]] std::optional<uint8_t> ParseWeekdays(std::string_view text);

// "08:00-18:00" or "08:00-12:00, 13:00-18:00"; ascending, without overlap, not over midnight.
// INVALID_ARGUMENT, with what to tell the author: any other.
[[nodiscard]] absl::StatusOr<std::vector<DaySpan>> ParseHours(std::string_view text);

// "20:00-08:00": over midnight when it begins later than it ends.
[[nodiscard]] std::optional<calendar::QuietHours> ParseQuietHours(std::string_view text);

// ">= 0.95", "< 3h", "0.75..0.90".
[[nodiscard]] bool IsTarget(std::string_view text);

}  // namespace waypost::rules
