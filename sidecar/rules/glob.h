// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace waypost::rules {

// Whether `text` fits `pattern`, in which each "*" stands for any text, also none. Everything else,
// case included, stands for itself. Takes time in proportion to the product of the lengths at
// worst.
[[nodiscard]] bool GlobMatches(std::string_view pattern, std::string_view text);

}  // namespace waypost::rules
