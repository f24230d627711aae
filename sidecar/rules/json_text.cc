// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/json_text.h"

#include <utility>

namespace waypost::rules {

std::string JsonText::Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') {
      quoted.push_back('\\');
    }
    quoted.push_back(byte);
  }
  return quoted + "\"";
}

void JsonText::StartMember(std::string_view key) {
  if (!first_) {
    text_ += ",";
  }
  if (!text_.empty()) {
    text_.append("\n").append(closing_.size() * 2, ' ');
  }
  if (!key.empty()) {
    text_ += Quoted(key) + ": ";
  }
  first_ = false;
}

void JsonText::Open(std::string_view key, char bracket) {
  StartMember(key);
  text_.push_back(bracket);
  closing_.push_back(bracket == '{' ? '}' : ']');
  first_ = true;
}

void JsonText::Close() {
  const char bracket = closing_.back();
  closing_.pop_back();
  if (!first_) {
    text_.append("\n").append(closing_.size() * 2, ' ');
  }
  text_.push_back(bracket);
  first_ = false;
}

void JsonText::Text(std::string_view key, std::string_view value) {
  StartMember(key);
  text_ += Quoted(value);
}

void JsonText::Literal(std::string_view key, std::string_view value) {
  StartMember(key);
  text_ += value;
}

void JsonText::Texts(std::string_view key, const std::vector<std::string>& values) {
  StartMember(key);
  text_ += "[";
  for (size_t i = 0; i < values.size(); ++i) {
    text_ += (i == 0 ? "" : ", ") + Quoted(values[i]);
  }
  text_ += "]";
}

std::string JsonText::Take() { return std::exchange(text_, {}) + "\n"; }

}  // namespace waypost::rules
