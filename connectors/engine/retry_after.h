// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"

namespace waypost::connectors {

// A date as HTTP headers write it (RFC 9110): "Sun, 22 Nov 2026 20:47:03 GMT".
[[nodiscard]] std::optional<absl::Time> ParseHttpDate(const std::string& text);

// Retry-After in seconds or as a date; nothing when it is neither.
[[nodiscard]] std::optional<absl::Duration> ParseRetryAfter(const std::string& header,
                                                            absl::Time now);

}  // namespace waypost::connectors
