// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waypost::cel {

// Bytes of the character at `offset`: 1 to 4; 1 where no character starts.
size_t CharacterBytes(std::string_view text, size_t offset);

// The byte offset of the character with this number in valid UTF-8; text.size() for one past the
// last; npos beyond.
size_t CharacterOffset(std::string_view text, int64_t number);

bool IsCodePoint(uint32_t code);
void AppendCodePoint(uint32_t code, std::string* out);

}  // namespace waypost::cel
