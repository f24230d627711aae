// SPDX-License-Identifier: Apache-2.0
// How single values of a rules file are read. Pure functions over the text; an empty answer means
// that the text is not well formed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace waypost::rules {

// A length of time.
struct Span {
  absl::Duration length;  // as wall-clock time; a business day counts as 24 hours
  bool business = false;  // counted in business time
};

// "30m", "8h", "1h30m", "14d", "2w", "8 business hours", "1 business day". Units: s, m, h, d, w,
// each at most once, from large to small. At most 10 years.
[[nodiscard]] std::optional<Span> ParseSpan(std::string_view text);

// Letters, digits, "-", "_" and "."; the first is a letter or digit; at most 64.
[[nodiscard]] bool IsId(std::string_view text);

// The shape of a BCP 47 tag: "en", "pt-BR", "zh-Hant".
[[nodiscard]] bool IsLanguageTag(std::string_view text);

// A name of the IANA database that this machine knows.
[[nodiscard]] bool IsTimeZone(std::string_view text);

// "2026-12-25", a day that exists.
[[nodiscard]] std::optional<absl::CivilDay> ParseDay(std::string_view text);

// "mon", "mon-fri", "sat,sun": bit 0 is Monday. A range may run over the week's end.
[[nodiscard]] std::optional<uint8_t> ParseWeekdays(std::string_view text);

// Minutes of the day, from including to excluding; to is at most 1440.
struct DaySpan {
  int from = 0;
  int to = 0;
};

// "08:00-18:00" or "08:00-12:00, 13:00-18:00"; ascending, without overlap.
[[nodiscard]] std::optional<std::vector<DaySpan>> ParseHours(std::string_view text);

// ">= 0.95", "< 3h", "0.75..0.90".
[[nodiscard]] bool IsTarget(std::string_view text);

}  // namespace waypost::rules
