// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/request.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sidecar/text/absl_view.h"

namespace waypost::connectors {
namespace {

std::string Trimmed(std::string_view text) {
  return std::string(absl::StripAsciiWhitespace(AbslView(text)));
}

}  // namespace

std::string_view Request::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return "";
}

void Request::AddHeader(std::string_view name, std::string_view value) {
  headers.emplace_back(absl::AsciiStrToLower(Trimmed(name)), Trimmed(value));
}

absl::StatusOr<Request> ParseRequestText(std::string_view text) {
  Request request;
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (Trimmed(line).empty()) break;
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, " is no header of the form \"Name: value\""));
    }
    request.AddHeader(line.substr(0, colon), line.substr(colon + 1));
  }
  request.body = std::string(text);
  return request;
}

}  // namespace waypost::connectors
