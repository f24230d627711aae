// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/time/time.h"

namespace waypost {

// A length of time as people say it in a reason: "45s", "20m", "3h5m", "24h", "58 days". From an
// hour on seconds are left out, from two days on what is no whole day; below a minute fractions of
// a second. Of a negative length the one without its sign; "0" for none.
[[nodiscard]] std::string DurationText(absl::Duration length);

}  // namespace waypost
