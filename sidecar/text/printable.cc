// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/printable.h"

#include "absl/strings/str_format.h"
#include "sidecar/text/utf8.h"

namespace waypost {
namespace {

unsigned char ByteAt(std::string_view text, size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// The code point of a well-formed sequence of two or three bytes.
unsigned CodePoint(std::string_view text, size_t length) {
  const unsigned last = ByteAt(text, length - 1) & 0x3fU;
  return length == 2 ? (ByteAt(text, 0) & 0x1fU) << 6U | last
                     : (ByteAt(text, 0) & 0x0fU) << 12U | (ByteAt(text, 1) & 0x3fU) << 6U | last;
}

bool IsUnprintable(unsigned code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) ||
         (code_point >= 0x2028 && code_point <= 0x202e) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

}  // namespace

size_t UnprintableLength(std::string_view text) {
  const size_t length = Utf8Length(text);
  if (length <= 1) {
    return length == 0 || IsUnprintable(ByteAt(text, 0)) ? 1 : 0;
  }
  return length < 4 && IsUnprintable(CodePoint(text, length)) ? length : 0;
}

std::string Printable(std::string_view text, std::string_view kept) {
  std::string printable;
  while (!text.empty()) {
    size_t length = UnprintableLength(text);
    if (length == 0 || kept.find(text.front()) != std::string_view::npos) {
      length = Utf8Length(text);
      printable += text.substr(0, length);
    } else if (length == 3) {
      printable += absl::StrFormat("\\u%04x", CodePoint(text, length));
    } else {
      printable += absl::StrFormat("\\x%02x", length == 2 ? CodePoint(text, 2) : ByteAt(text, 0));
    }
    text.remove_prefix(length);
  }
  return printable;
}

}  // namespace waypost
