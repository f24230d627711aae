// SPDX-License-Identifier: Apache-2.0
// What libical knows about repetitions. Internal to the directory.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace waypost::calendar {

// The days that an event which starts on `start` falls on by `rule`, the value of an RRULE, until
// the covered years end: at most `limit` of them. INVALID_ARGUMENT, with a sentence for the author:
// the rule is not well formed, does not repeat by years, or leads to no day. RESOURCE_EXHAUSTED:
// more days than `limit`.
[[nodiscard]] absl::StatusOr<std::vector<absl::CivilDay>> Repeat(const std::string& rule,
                                                                 absl::CivilDay start,
                                                                 size_t limit);

// The whole days of a DURATION such as P2D or P1W; nothing for any other.
[[nodiscard]] std::optional<int> DaysOfDuration(const std::string& duration);

}  // namespace waypost::calendar
