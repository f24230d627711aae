// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/time/time.h"

namespace waypost::cel {

// The instants and spans that CEL knows: those of google.protobuf.Timestamp (the years 0001 to
// 9999) and of google.protobuf.Duration (10,000 years of 365.25 days either way).
inline absl::Time MinTimestamp() { return absl::FromUnixSeconds(-62135596800); }
inline absl::Time MaxTimestamp() {
  return absl::FromUnixSeconds(253402300799) + absl::Nanoseconds(999999999);
}
inline absl::Duration MaxDuration() { return absl::Seconds(315576000000); }

inline bool IsDuration(absl::Duration duration) {
  return duration >= -MaxDuration() && duration <= MaxDuration();
}
inline bool IsTimestamp(absl::Time time) {
  return time >= MinTimestamp() && time <= MaxTimestamp();
}

}  // namespace waypost::cel
