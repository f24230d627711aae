// SPDX-License-Identifier: Apache-2.0
#include "sidecar/yaml/node.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace waypost::yaml {
namespace {

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), text) != names.end();
}

// Removes the digits at the start of `text`; false when there are none.
bool TakeDigits(std::string_view* text) {
  size_t count = 0;
  while (count < text->size() && absl::ascii_isdigit(static_cast<unsigned char>((*text)[count]))) {
    ++count;
  }
  text->remove_prefix(count);
  return count > 0;
}

void TakeSign(std::string_view* text) {
  if (!text->empty() && (text->front() == '-' || text->front() == '+')) {
    text->remove_prefix(1);
  }
}

bool IsInteger(std::string_view text) {
  const auto is_based = [&](std::string_view prefix, std::string_view digits) {
    return text.substr(0, 2) == prefix && text.size() > 2 &&
           text.find_first_not_of(digits, 2) == std::string_view::npos;
  };
  if (is_based("0x", "0123456789abcdefABCDEF") || is_based("0o", "01234567")) {
    return true;
  }
  TakeSign(&text);
  return TakeDigits(&text) && text.empty();
}

bool IsNumber(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") {
    return true;
  }
  TakeSign(&text);
  if (IsOneOf(text, {".inf", ".Inf", ".INF"})) {
    return true;
  }
  bool digits = TakeDigits(&text);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    digits = TakeDigits(&text) || digits;
  }
  if (digits && !text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text.remove_prefix(1);
    TakeSign(&text);
    digits = TakeDigits(&text);
  }
  return digits && text.empty();
}

}  // namespace

const Node* Node::Find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) {
      return entry.value.get();
    }
  }
  return nullptr;
}

ScalarType TypeOf(const Node& scalar) {
  if (scalar.kind == NodeKind::kNull) {
    return ScalarType::kNull;
  }
  const std::string& text = scalar.text;
  if (scalar.style != ScalarStyle::kPlain || scalar.tagged_text) {
    return ScalarType::kText;
  }
  if (IsOneOf(text, {"true", "True", "TRUE", "false", "False", "FALSE"})) {
    return ScalarType::kBoolean;
  }
  if (IsInteger(text)) {
    return ScalarType::kInteger;
  }
  return IsNumber(text) ? ScalarType::kNumber : ScalarType::kText;
}

}  // namespace waypost::yaml
