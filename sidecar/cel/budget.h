// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

namespace waypost::cel {

// What one evaluation may still spend. README.md says what costs what.
struct Budget {
  int64_t steps = std::numeric_limits<int64_t>::max();
  int64_t max_string_bytes = std::numeric_limits<int64_t>::max();

  // False when the evaluation must stop.
  bool Charge(int64_t cost) {
    steps -= cost;
    return steps >= 0;
  }
};

}  // namespace waypost::cel
