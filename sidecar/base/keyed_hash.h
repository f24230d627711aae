// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace waypost {

// The first 128 bits of an HMAC-SHA-256 (RFC 2104, RFC 6234) over the parts, as 32 lower-case
// hexadecimal digits: who does not know the key can neither find nor forge it. The parts cannot run
// together ("ab","c" differs from "a","bc"). Stable across machines, builds and versions, so it may
// be stored. Any key is taken, also an empty one, which keeps nothing secret.
[[nodiscard]] std::string KeyedHash(std::string_view key, absl::Span<const std::string_view> parts);

}  // namespace waypost
