// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/quote.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "sidecar/text/absl_view.h"

namespace waypost {
namespace {

constexpr size_t kMaxQuoted = 60;

}  // namespace

std::string Quote(std::string_view text) {
  if (text.size() <= kMaxQuoted) {
    return absl::StrCat("\"", AbslView(text), "\"");
  }
  size_t end = kMaxQuoted;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    --end;
  }
  return absl::StrCat("\"", AbslView(text.substr(0, end)), "...\"");
}

}  // namespace waypost
