// SPDX-License-Identifier: Apache-2.0
// Internal to the directory.
#pragma once

#include <string>
#include <string_view>

namespace waypost::rules {

// `; did you mean "Europe/London"?` for a name that is nearly that of a zone of this machine's time
// zone database, or that of its city alone; nothing when there is none, or no list of zones. Reads
// the database's list each time.
[[nodiscard]] std::string DidYouMeanTimeZone(std::string_view name);

}  // namespace waypost::rules
