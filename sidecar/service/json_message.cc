// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/json_message.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"
#include "sidecar/text/quote.h"
#include "sidecar/text/suggest.h"

namespace waypost::service {
namespace {

using ::google::protobuf::EnumDescriptor;

constexpr std::string_view kInvalidValue = ": invalid value ";
constexpr std::string_view kForType = " for type type.googleapis.com/";
constexpr std::string_view kUnspecified = "UNSPECIFIED";

// A value that does not fit its field, as protobuf's parser tells it:
// `(ticket.status_category): invalid value "open" for type type.googleapis.com/waypost.v1.X`.
struct BadValue {
  std::string field;
  std::string value;
  std::string type;
};

std::optional<BadValue> FindBadValue(const std::string& error) {
  const size_t value = error.find(kInvalidValue);
  const size_t type = error.rfind(kForType);
  if (value == std::string::npos || type == std::string::npos ||
      type < value + kInvalidValue.size() || value < 2 || error.front() != '(') {
    return std::nullopt;
  }
  BadValue bad;
  bad.field = error.substr(1, value - 2);
  bad.value = error.substr(value + kInvalidValue.size(), type - value - kInvalidValue.size());
  bad.type = error.substr(type + kForType.size());
  if (bad.value.size() >= 2 && bad.value.front() == '"' && bad.value.back() == '"') {
    bad.value = bad.value.substr(1, bad.value.size() - 2);
  }
  return bad;
}

// The values share a long prefix, which would make each seem near: only what follows is compared.
std::string DidYouMeanValue(const std::string& value, const std::string& prefix,
                            const std::vector<std::string>& words) {
  std::string word = absl::AsciiStrToUpper(value);
  if (absl::StartsWith(word, prefix)) word = word.substr(prefix.size());
  const std::string nearest = Suggest(word, words);
  return nearest.empty() ? "" : absl::StrCat("; did you mean \"", prefix, nearest, "\"?");
}

std::string NotAValue(const BadValue& bad, const EnumDescriptor& type) {
  const std::string& zero = type.value(0)->name();
  const std::string prefix = zero.substr(0, zero.size() - kUnspecified.size());
  std::vector<std::string> names;
  std::vector<std::string> words;
  for (int at = 1; at < type.value_count(); ++at) {
    names.push_back(type.value(at)->name());
    words.push_back(names.back().substr(prefix.size()));
  }
  return absl::StrCat(bad.field, ": ", Quote(bad.value), " is not one of ",
                      absl::StrJoin(names, ", "), DidYouMeanValue(bad.value, prefix, words));
}

std::string Explain(const std::string& error, const google::protobuf::Descriptor& shape) {
  const std::optional<BadValue> bad = FindBadValue(error);
  const EnumDescriptor* type =
      bad.has_value() ? shape.file()->pool()->FindEnumTypeByName(bad->type) : nullptr;
  return type == nullptr ? error : NotAValue(*bad, *type);
}

}  // namespace

absl::Status ParseJson(std::string_view json, google::protobuf::Message* message) {
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), message);
  if (status.ok()) return absl::OkStatus();
  const std::string error(status.message().data(), status.message().size());
  return absl::InvalidArgumentError(Explain(error, *message->GetDescriptor()));
}

}  // namespace waypost::service
