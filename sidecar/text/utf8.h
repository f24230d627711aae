// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace waypost {

// The length in bytes of the well-formed sequence at the start of `text`, which is not empty; 0
// when there is none (Unicode 15, table 3-7: no surrogates, no overlong forms).
[[nodiscard]] size_t Utf8Length(std::string_view text);

// The offset of the first byte that is not part of well-formed UTF-8; nothing when all is well.
[[nodiscard]] std::optional<size_t> FindInvalidUtf8(std::string_view text);

// The number of code points in well-formed UTF-8.
[[nodiscard]] size_t CountCodePoints(std::string_view text);

}  // namespace waypost
