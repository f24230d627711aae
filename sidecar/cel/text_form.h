// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sidecar/cel/value.h"

namespace waypost::cel {

// What CEL's string() makes of a bool, number, string, bytes, timestamp, duration or type; "" for
// all other kinds.
std::string TextForm(const Value& value);

// The shortest decimal that reads back as the same number: 0.1, 1000000, 1e+30, NaN, Infinity.
std::string DoubleText(double value);

// 2026-03-01T09:00:00.5Z and 3600.25s, with as many decimals as needed, at most nine.
std::string TimestampText(absl::Time time);
std::string DurationText(absl::Duration duration);

// Reads them: RFC 3339 with any offset; "1h30m", "-2.5s", "10ms". False when the text is not one or
// lies beyond CEL's range.
bool ReadTimestamp(std::string_view text, absl::Time* time);
bool ReadDuration(std::string_view text, absl::Duration* duration);

}  // namespace waypost::cel
