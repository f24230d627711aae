// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/diagnostic_codes.h"

#include "absl/strings/match.h"
#include "sidecar/text/absl_view.h"

namespace waypost {
namespace {

constexpr DiagnosticCodeInfo kCodes[] = {
#define WAYPOST_DIAGNOSTIC(name, code, summary, explanation) {code, summary, explanation},
#include "sidecar/text/diagnostic_codes.inc"
#undef WAYPOST_DIAGNOSTIC
};

}  // namespace

std::string_view CodeName(DiagnosticCode code) { return kCodes[static_cast<size_t>(code)].code; }

std::span<const DiagnosticCodeInfo> DiagnosticCodes() { return kCodes; }

const DiagnosticCodeInfo* FindDiagnosticCode(std::string_view code) {
  for (const DiagnosticCodeInfo& info : kCodes) {
    if (absl::EqualsIgnoreCase(AbslView(info.code), AbslView(code))) {
      return &info;
    }
  }
  return nullptr;
}

}  // namespace waypost
