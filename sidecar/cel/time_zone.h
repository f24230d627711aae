// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "absl/time/time.h"

namespace waypost::cel {

// The zone of an IANA name ("Europe/London") or an offset ("+02:00"). Names come from the machine's
// time zone database; hostile ones never reach another file.
bool FindTimeZone(std::string_view name, absl::TimeZone* zone);

}  // namespace waypost::cel
