// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/retry_after.h"

#include <algorithm>

#include "absl/strings/numbers.h"

namespace waypost::connectors {

std::optional<absl::Time> ParseHttpDate(const std::string& text) {
  absl::Time time;
  std::string error;
  const bool is_date = absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", text, &time, &error);
  return is_date ? std::optional(time) : std::nullopt;
}

std::optional<absl::Duration> ParseRetryAfter(const std::string& header, absl::Time now) {
  int64_t seconds = 0;
  if (absl::SimpleAtoi(header, &seconds)) return absl::Seconds(std::max<int64_t>(0, seconds));
  const std::optional<absl::Time> time = ParseHttpDate(header);
  if (!time.has_value()) return std::nullopt;
  return std::max(absl::ZeroDuration(), *time - now);
}

}  // namespace waypost::connectors
