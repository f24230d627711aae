// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::cli {

// Writes the JSON of reports that are no protobuf messages, two spaces a level, keys in the order
// of the calls. The caller nests Begin and End rightly and gives every value in an object a key.
class JsonWriter {
 public:
  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view key);
  JsonWriter& String(std::string_view text);  // bytes that are not UTF-8 become U+FFFD
  JsonWriter& Int(int64_t number);
  JsonWriter& Double(double number);  // shortest form; null when not finite
  JsonWriter& Bool(bool value);
  // JSON text that is right already, such as a message printed by protobuf.
  JsonWriter& Raw(std::string_view json);

  // All of it, with a final newline.
  [[nodiscard]] std::string Take();

 private:
  void BeforeValue();
  void NewLine();
  JsonWriter& Begin(char bracket);
  JsonWriter& End(char bracket);

  std::string text_;
  std::vector<bool> has_entries_;  // per open bracket
  bool after_key_ = false;
};

// `text` as a JSON string with quotes.
[[nodiscard]] std::string JsonString(std::string_view text);

}  // namespace waypost::cli
