// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/percent_encoding.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sidecar/text/absl_view.h"

namespace waypost::connectors {
namespace {

bool IsHex(char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); }

}  // namespace

std::string PercentEncoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      absl::StrAppend(&encoded, "%",
                      absl::AsciiStrToUpper(absl::StrCat(absl::Hex(byte, absl::kZeroPad2))));
    }
  }
  return encoded;
}

std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  for (size_t at = 0; at < text.size(); ++at) {
    uint32_t byte = 0;
    const bool is_code = text[at] == '%' && at + 2 < text.size() && IsHex(text[at + 1]) &&
                         IsHex(text[at + 2]) &&
                         absl::SimpleHexAtoi(AbslView(text.substr(at + 1, 2)), &byte);
    decoded += is_code ? static_cast<char>(byte) : text[at];
    at += is_code ? 2 : 0;
  }
  return decoded;
}

}  // namespace waypost::connectors
