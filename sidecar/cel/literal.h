// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sidecar/cel/token.h"
#include "sidecar/cel/value.h"

namespace waypost::cel {

// What went wrong with an escape sequence, and where in the text between the quotes.
struct EscapeError {
  size_t begin = 0;
  size_t end = 0;
  std::string message;
};

// Decodes the text between the quotes of a string or (with `bytes`) bytes literal that is not raw.
// On failure returns false and fills `error`.
bool DecodeEscapes(std::string_view text, bool bytes, std::string* decoded, EscapeError* error);

// The value of a number token with `sign` ("" or "-") before it; false when it does not fit.
bool ReadNumber(const Token& token, const std::string& sign, Value* value);

}  // namespace waypost::cel
