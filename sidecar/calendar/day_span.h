// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/time/civil_time.h"

namespace waypost::calendar {

inline constexpr int kMinutesOfDay = 24 * 60;

// Minutes of a day as the clock on the wall shows them, from including to excluding:
// 0 <= from < to <= 1440.
struct DaySpan {
  int from = 0;
  int to = 0;
};

// Days from `first` to `last`, both included.
struct DateRange {
  absl::CivilDay first;
  absl::CivilDay last;
};

}  // namespace waypost::calendar
