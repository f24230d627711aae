// SPDX-License-Identifier: Apache-2.0
#include "sidecar/mapping/enum_words.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace waypost::mapping {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;

constexpr std::string_view kUnspecified = "UNSPECIFIED";

std::string Prefix(const EnumDescriptor& type) {
  const std::string& zero = type.value(0)->name();
  return zero.substr(0, zero.size() - kUnspecified.size());
}

}  // namespace

const EnumValueDescriptor* FindEnumValue(const EnumDescriptor& type, std::string_view word) {
  const EnumValueDescriptor* value =
      type.FindValueByName(absl::StrCat(Prefix(type), absl::AsciiStrToUpper(std::string(word))));
  return value == nullptr || value->number() == 0 ? nullptr : value;
}

std::vector<std::string> EnumWords(const EnumDescriptor& type) {
  const size_t prefix = Prefix(type).size();
  std::vector<std::string> words;
  for (int at = 1; at < type.value_count(); ++at) {
    words.push_back(absl::AsciiStrToLower(type.value(at)->name().substr(prefix)));
  }
  return words;
}

}  // namespace waypost::mapping
