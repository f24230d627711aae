// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace waypost {

// `text` as it may stand in HTML or XML, within elements and quoted attributes. Control characters
// that XML does not allow become U+FFFD.
[[nodiscard]] std::string EscapeMarkup(std::string_view text);

}  // namespace waypost
