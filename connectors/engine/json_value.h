// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "sidecar/cel/value.h"

namespace waypost::connectors {

// How deeply lists and objects may lie in one another.
inline constexpr int kMaxJsonDepth = 64;

// Reads a JSON text as a CEL value that owns all its parts: objects as maps of texts, whole numbers
// as int (or uint where they need it), all others as double. INVALID_ARGUMENT, with the byte: it is
// no JSON, no UTF-8, an object has a key twice, or it nests more than kMaxJsonDepth deep.
[[nodiscard]] absl::StatusOr<cel::Value> ParseJsonValue(std::string_view text);

}  // namespace waypost::connectors
