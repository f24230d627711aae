// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace waypost {

// The length in bytes of the character at the start of `text`, which is not empty, when a terminal
// must not get it: control characters (C0, DEL, C1), those that reorder or break what stands around
// them (bidirectional embeddings, overrides and isolates; line and paragraph separators), and a
// byte that is not UTF-8. 0 for all others.
[[nodiscard]] size_t UnprintableLength(std::string_view text);

// A text that somebody else wrote, for a terminal: each such character as its escape, "\x1b" up to
// U+00FF and for bytes, "\u202e" above. Those of `kept`, which are ASCII, stay as they are.
[[nodiscard]] std::string Printable(std::string_view text, std::string_view kept = "");

}  // namespace waypost
