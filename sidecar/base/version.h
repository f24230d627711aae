// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace waypost {

// The version of the program, such as "0.1.0".
[[nodiscard]] std::string_view Version();

}  // namespace waypost
