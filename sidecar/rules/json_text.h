// SPDX-License-Identifier: Apache-2.0
// A small writer of readable JSON. Internal to the directory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waypost::rules {

// Writes nested JSON objects and lists with an indentation of two spaces. The caller keeps the
// order: Open..., members, Close.
class JsonText {
 public:
  void OpenObject(std::string_view key = "") { Open(key, '{'); }
  void OpenList(std::string_view key = "") { Open(key, '['); }
  void Close();
  void Text(std::string_view key, std::string_view value);
  // A value that is JSON already: true, 5.
  void Literal(std::string_view key, std::string_view value);
  // A list of texts in one line.
  void Texts(std::string_view key, const std::vector<std::string>& values);

  [[nodiscard]] std::string Take();

 private:
  void Open(std::string_view key, char bracket);
  void StartMember(std::string_view key);
  static std::string Quoted(std::string_view text);

  std::string text_;
  std::string closing_;  // the brackets that are open, innermost last
  bool first_ = true;    // nothing was written since the last bracket was opened
};

}  // namespace waypost::rules
