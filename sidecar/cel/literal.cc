// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/literal.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "sidecar/cel/utf8.h"

namespace waypost::cel {
namespace {

std::optional<char> SimpleEscape(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case '\\':
    case '?':
    case '"':
    case '\'':
    case '`':
      return c;
    default:
      return std::nullopt;
  }
}

int DigitValue(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

// `digits` digits of `base` at `offset`, or nothing.
std::optional<uint32_t> ReadDigits(std::string_view text, size_t offset, size_t digits,
                                   uint32_t base) {
  if (digits > text.size() - offset) {
    return std::nullopt;
  }
  uint32_t value = 0;
  for (const char c : text.substr(offset, digits)) {
    const auto digit = static_cast<uint32_t>(DigitValue(c));
    if (digit >= base) {
      return std::nullopt;
    }
    value = value * base + digit;
  }
  return value;
}

struct NumericEscape {
  size_t skip;  // characters between the backslash and the digits
  size_t digits;
  uint32_t base;
};

std::optional<NumericEscape> NumericForm(char c, bool bytes) {
  if (c == 'x' || c == 'X') {
    return NumericEscape{1, 2, 16};
  }
  if (c >= '0' && c <= '3') {
    return NumericEscape{0, 3, 8};
  }
  if (c == 'u' && !bytes) {
    return NumericEscape{1, 4, 16};
  }
  if (c == 'U' && !bytes) {
    return NumericEscape{1, 8, 16};
  }
  return std::nullopt;
}

bool Fail(size_t begin, size_t end, std::string message, EscapeError* error) {
  *error = {begin, end, std::move(message)};
  return false;
}

// Decodes the escape whose backslash is at *offset and moves past it.
bool DecodeEscape(std::string_view text, bool bytes, size_t* offset, std::string* decoded,
                  EscapeError* error) {
  const size_t begin = *offset;
  if (begin + 1 == text.size()) {
    return Fail(begin, begin + 1, "a backslash ends the literal", error);
  }
  const char c = text[begin + 1];
  if (const std::optional<char> simple = SimpleEscape(c)) {
    decoded->push_back(*simple);
    *offset = begin + 2;
    return true;
  }
  const std::optional<NumericEscape> form = NumericForm(c, bytes);
  if (!form) {
    const size_t length = CharacterBytes(text, begin + 1);
    return Fail(begin, begin + 1 + length,
                "unknown escape '\\" + std::string(text.substr(begin + 1, length)) + "'", error);
  }
  const size_t digits_begin = begin + 1 + form->skip;
  const std::optional<uint32_t> code = ReadDigits(text, digits_begin, form->digits, form->base);
  const size_t end = std::min(digits_begin + form->digits, text.size());
  if (!code) {
    return Fail(begin, end,
                "the escape '\\" + std::string(1, c) + "' needs " + std::to_string(form->digits) +
                    (form->base == 8 ? " octal digits" : " hexadecimal digits"),
                error);
  }
  if (bytes) {
    decoded->push_back(static_cast<char>(*code));
  } else if (IsCodePoint(*code)) {
    AppendCodePoint(*code, decoded);
  } else {
    return Fail(begin, end, "the escape is not a Unicode character", error);
  }
  *offset = end;
  return true;
}

template <typename T>
bool ReadInteger(const std::string& sign, const std::string& digits, T* value) {
  const bool hex = digits.size() > 2 && (digits[1] == 'x' || digits[1] == 'X');
  const std::string text = sign + (hex ? digits.substr(2) : digits);
  const char* const end = text.data() + text.size();
  const std::from_chars_result result = std::from_chars(text.data(), end, *value, hex ? 16 : 10);
  return result.ec == std::errc() && result.ptr == end;
}

}  // namespace

bool DecodeEscapes(std::string_view text, bool bytes, std::string* decoded, EscapeError* error) {
  decoded->clear();
  size_t offset = 0;
  while (offset < text.size()) {
    if (text[offset] != '\\') {
      decoded->push_back(text[offset++]);
    } else if (!DecodeEscape(text, bytes, &offset, decoded, error)) {
      return false;
    }
  }
  return true;
}

bool ReadNumber(const Token& token, const std::string& sign, Value* value) {
  if (token.kind == TokenKind::kDouble) {
    double number = 0;
    const bool read = absl::SimpleAtod(sign + token.text, &number);
    *value = Value::Double(number);
    return read;
  }
  if (token.kind == TokenKind::kInt) {
    int64_t number = 0;
    const bool read = ReadInteger(sign, token.text, &number);
    *value = Value::Int(number);
    return read;
  }
  uint64_t number = 0;
  const bool read = ReadInteger(sign, token.text, &number);
  *value = Value::Uint(number);
  return read;
}

}  // namespace waypost::cel
