// SPDX-License-Identifier: Apache-2.0
// Stored times (microseconds since 1970-01-01 UTC) and the protos' own.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace waypost::journey {

inline constexpr int64_t kMicrosPerSecond = 1'000'000;

// Finer parts than a microsecond are cut off.
[[nodiscard]] inline int64_t MicrosOf(const google::protobuf::Timestamp& time) {
  return time.seconds() * kMicrosPerSecond + time.nanos() / 1000;
}

// `micros` is not negative: events are later than 1999.
inline void SetTime(int64_t micros, google::protobuf::Timestamp* time) {
  time->set_seconds(micros / kMicrosPerSecond);
  time->set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond) * 1000);
}

[[nodiscard]] inline int64_t MicrosOf(const google::protobuf::Duration& duration) {
  return duration.seconds() * kMicrosPerSecond + duration.nanos() / 1000;
}

inline void SetDuration(int64_t micros, google::protobuf::Duration* duration) {
  duration->set_seconds(micros / kMicrosPerSecond);
  duration->set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond) * 1000);
}

}  // namespace waypost::journey
