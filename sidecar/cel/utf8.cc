// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/utf8.h"

namespace waypost::cel {
namespace {

uint8_t ByteAt(std::string_view text, size_t offset) { return static_cast<uint8_t>(text[offset]); }

bool IsContinuation(uint8_t byte) { return (byte & 0xC0) == 0x80; }

}  // namespace

size_t CharacterBytes(std::string_view text, size_t offset) {
  size_t end = offset + 1;
  while (end < text.size() && IsContinuation(ByteAt(text, end))) {
    ++end;
  }
  return end - offset;
}

size_t CharacterOffset(std::string_view text, int64_t number) {
  int64_t seen = 0;
  for (size_t offset = 0; offset < text.size(); ++offset) {
    if (IsContinuation(ByteAt(text, offset))) {
      continue;
    }
    if (seen == number) {
      return offset;
    }
    ++seen;
  }
  return seen == number ? text.size() : std::string_view::npos;
}

bool IsCodePoint(uint32_t code) { return code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF); }

void AppendCodePoint(uint32_t code, std::string* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (code >> 6)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | (code >> 12)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | (code >> 18)));
    out->push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

}  // namespace waypost::cel
