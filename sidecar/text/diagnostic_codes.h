// SPDX-License-Identifier: Apache-2.0
// Every kind of finding about a file, with its stable code. The one table is diagnostic_codes.inc.
#pragma once

#include <span>
#include <string_view>

namespace waypost {

enum class DiagnosticCode {
#define WAYPOST_DIAGNOSTIC(name, code, summary, explanation) name,
#include "sidecar/text/diagnostic_codes.inc"
#undef WAYPOST_DIAGNOSTIC
};

struct DiagnosticCodeInfo {
  std::string_view code;         // "RULES_UNKNOWN_KEY"; never changes its meaning
  std::string_view summary;      // a line
  std::string_view explanation;  // what it means and what to do about it
};

// The code as it is printed: "RULES_UNKNOWN_KEY".
[[nodiscard]] std::string_view CodeName(DiagnosticCode code);

// All codes in the order of the table.
[[nodiscard]] std::span<const DiagnosticCodeInfo> DiagnosticCodes();

// The entry of a printed code, whatever its case; nullptr when there is none.
[[nodiscard]] const DiagnosticCodeInfo* FindDiagnosticCode(std::string_view code);

}  // namespace waypost
