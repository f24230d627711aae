// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace waypost {

// A value as messages show it: in quotes, and cut behind 60 bytes.
[[nodiscard]] std::string Quote(std::string_view text);

}  // namespace waypost
