// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/source_text.h"

#include <algorithm>
#include <utility>

#include "sidecar/text/utf8.h"

namespace waypost {
namespace {

// How much of a long line is shown on either side of the caret, in bytes.
constexpr size_t kMarginBytes = 80;
constexpr std::string_view kEllipsis = "...";

bool StartsCodePoint(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

// Moves left to the start of a code point.
size_t Align(std::string_view line, size_t offset) {
  while (offset > 0 && offset < line.size() && !StartsCodePoint(line[offset])) {
    --offset;
  }
  return offset;
}

std::string Indentation(std::string_view text) {
  std::string indentation;
  for (const char byte : text) {
    if (StartsCodePoint(byte)) {
      indentation.push_back(byte == '\t' ? '\t' : ' ');
    }
  }
  return indentation;
}

}  // namespace

SourceText::SourceText(std::string file, std::string content)
    : file_(std::move(file)), content_(std::move(content)), line_starts_{0} {
  for (size_t i = 0; i < content_.size(); ++i) {
    if (content_[i] == '\n') {
      line_starts_.push_back(i + 1);
    }
  }
}

size_t SourceText::LineAt(size_t offset) const {
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  return static_cast<size_t>(next - line_starts_.begin()) - 1;
}

std::string_view SourceText::Line(size_t number) const {
  const size_t begin = line_starts_[number];
  size_t end = number + 1 < line_starts_.size() ? line_starts_[number + 1] - 1 : content_.size();
  if (end > begin && content_[end - 1] == '\r') {
    --end;
  }
  return std::string_view(content_).substr(begin, end - begin);
}

Location SourceText::LocationAt(size_t offset) const {
  offset = std::min(offset, content_.size());
  const size_t line = LineAt(offset);
  const std::string_view before =
      std::string_view(content_).substr(line_starts_[line], offset - line_starts_[line]);
  return {file_, static_cast<int>(line) + 1, static_cast<int>(CountCodePoints(before)) + 1};
}

std::string SourceText::SnippetAt(size_t offset) const {
  offset = std::min(offset, content_.size());
  const size_t number = LineAt(offset);
  const std::string_view line = Line(number);
  const size_t place = Align(line, std::min(offset - line_starts_[number], line.size()));
  const size_t begin = place > kMarginBytes ? Align(line, place - kMarginBytes) : 0;
  const size_t end = Align(line, std::min(line.size(), place + kMarginBytes));
  std::string shown(begin > 0 ? kEllipsis : "");
  shown.append(line.substr(begin, place - begin));
  std::string snippet = shown;
  snippet.append(line.substr(place, end - place)).append(end < line.size() ? kEllipsis : "");
  return snippet.append("\n").append(Indentation(shown)).append("^");
}

}  // namespace waypost
