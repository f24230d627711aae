// SPDX-License-Identifier: Apache-2.0
// How a place in a scalar's text relates to a place in the file. Folding changes white space only,
// so the n-th other byte of the text is the n-th other byte of what is written; quotes and escapes
// are the exceptions.
#include <algorithm>
#include <string_view>

#include "sidecar/yaml/document.h"

namespace waypost::yaml {
namespace {

bool IsSpace(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

// Walks over the written form of a scalar, giving the offset of each byte of the text that is not
// white space. A character that an escape stands for has the offset of the escape.
class WrittenBytes {
 public:
  WrittenBytes(std::string_view content, const Node& scalar)
      : content_(content), style_(scalar.style), next_(scalar.offset) {
    if (style_ == ScalarStyle::kLiteral || style_ == ScalarStyle::kFolded) {
      next_ = std::min(content_.find('\n', next_), content_.size());
    } else if (style_ != ScalarStyle::kPlain) {
      ++next_;
    }
  }

  // Moves over what stands for `byte` and returns where that starts.
  size_t Take(char byte) {
    while (next_ < content_.size() && IsSpace(content_[next_])) {
      ++next_;
    }
    if (style_ == ScalarStyle::kDoubleQuoted) {
      return TakeDoubleQuoted(byte);
    }
    const size_t start = next_;
    next_ += style_ == ScalarStyle::kSingleQuoted && byte == '\'' ? 2 : 1;
    return start;
  }

  // Just behind what was taken last.
  [[nodiscard]] size_t position() const { return std::min(next_, content_.size()); }

 private:
  size_t TakeDoubleQuoted(char byte) {
    // A character beyond ASCII may be several bytes from one escape.
    if (in_escape_ && (static_cast<unsigned char>(byte) & 0xc0) == 0x80) {
      return escape_start_;
    }
    in_escape_ = false;
    while (next_ + 1 < content_.size() && content_[next_] == '\\' &&
           EscapesSpace(content_[next_ + 1])) {
      next_ += 2;
      while (next_ < content_.size() && IsSpace(content_[next_])) {
        ++next_;
      }
    }
    const size_t start = next_;
    if (next_ + 1 < content_.size() && content_[next_] == '\\') {
      next_ += 2 + HexDigits(content_[next_ + 1]);
      escape_start_ = start;
      in_escape_ = true;
    } else {
      ++next_;
    }
    return start;
  }

  static bool EscapesSpace(char letter) {
    return IsSpace(letter) || letter == 'n' || letter == 't' || letter == 'r';
  }

  static size_t HexDigits(char letter) {
    return letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
  }

  std::string_view content_;
  ScalarStyle style_;
  size_t next_;
  size_t escape_start_ = 0;
  bool in_escape_ = false;
};

}  // namespace

size_t Document::OffsetInScalar(const Node& scalar, size_t value_offset) const {
  const std::string_view text(scalar.text);
  WrittenBytes written(source_.content(), scalar);
  const size_t end = std::min(value_offset, text.size());
  for (size_t i = 0; i < end; ++i) {
    if (!IsSpace(text[i])) {
      written.Take(text[i]);
    }
  }
  if (end < text.size() && !IsSpace(text[end])) {
    return std::min(written.Take(text[end]), source_.content().size());
  }
  return written.position();
}

}  // namespace waypost::yaml
