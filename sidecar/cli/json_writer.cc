// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/json_writer.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace waypost::cli {
namespace {

// The length of the UTF-8 sequence at the start of `text`, or 0 when there is none.
size_t SequenceLength(std::string_view text) {
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
  size_t length = 0;
  if (byte(0) < 0x80) {
    return 1;
  }
  if (byte(0) >= 0xC2 && byte(0) < 0xE0) {
    length = 2;
  } else if (byte(0) >= 0xE0 && byte(0) < 0xF0) {
    length = 3;
  } else if (byte(0) >= 0xF0 && byte(0) < 0xF5) {
    length = 4;
  }
  if (length == 0 || text.size() < length) {
    return 0;
  }
  for (size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xC0U) != 0x80U) {
      return 0;
    }
  }
  return length;
}

void AppendAscii(char character, std::string* json) {
  switch (character) {
    case '"':
      *json += "\\\"";
      return;
    case '\\':
      *json += "\\\\";
      return;
    case '\n':
      *json += "\\n";
      return;
    case '\t':
      *json += "\\t";
      return;
    case '\r':
      *json += "\\r";
      return;
    default:
      if (static_cast<unsigned char>(character) < 0x20) {
        absl::StrAppendFormat(json, "\\u%04x", character);
      } else {
        *json += character;
      }
  }
}

}  // namespace

std::string JsonString(std::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 1) {
      AppendAscii(text[0], &json);
    } else if (length == 0) {
      json += "\xEF\xBF\xBD";
    } else {
      json.append(text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  json += '"';
  return json;
}

void JsonWriter::NewLine() {
  text_ += '\n';
  text_.append(2 * has_entries_.size(), ' ');
}

void JsonWriter::BeforeValue() {
  if (std::exchange(after_key_, false) || has_entries_.empty()) {
    return;
  }
  text_ += has_entries_.back() ? "," : "";
  has_entries_.back() = true;
  NewLine();
}

JsonWriter& JsonWriter::Begin(char bracket) {
  BeforeValue();
  text_ += bracket;
  has_entries_.push_back(false);
  return *this;
}

JsonWriter& JsonWriter::End(char bracket) {
  const bool had_entries = has_entries_.back();
  has_entries_.pop_back();
  if (had_entries) {
    NewLine();
  }
  text_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::BeginObject() { return Begin('{'); }
JsonWriter& JsonWriter::EndObject() { return End('}'); }
JsonWriter& JsonWriter::BeginArray() { return Begin('['); }
JsonWriter& JsonWriter::EndArray() { return End(']'); }

JsonWriter& JsonWriter::Key(std::string_view key) {
  BeforeValue();
  text_ += JsonString(key);
  text_ += ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view text) { return Raw(JsonString(text)); }
JsonWriter& JsonWriter::Int(int64_t number) { return Raw(std::to_string(number)); }
JsonWriter& JsonWriter::Bool(bool value) { return Raw(value ? "true" : "false"); }

JsonWriter& JsonWriter::Double(double number) {
  return Raw(std::isfinite(number) ? absl::StrCat(number) : std::string("null"));
}

JsonWriter& JsonWriter::Raw(std::string_view json) {
  BeforeValue();
  text_.append(json);
  return *this;
}

std::string JsonWriter::Take() {
  std::string text = std::exchange(text_, {});
  text += '\n';
  return text;
}

}  // namespace waypost::cli
