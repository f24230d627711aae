// SPDX-License-Identifier: Apache-2.0
// Short forms for rules in tests and for what loading them finds.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sidecar/rules/loader.h"

namespace waypost::rules {

inline constexpr const char* kHead = "apiVersion: waypost/v1\n";

// A file that loads, with `rest`.
inline std::string Minimal(const std::string& rest) {
  return absl::StrCat(kHead, "name: test\n", rest);
}

// "CODE at line" of everything at `level`.
inline std::vector<std::string> Codes(const LoadResult& result, DiagnosticLevel level) {
  std::vector<std::string> codes;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    if (diagnostic.level == level) {
      codes.push_back(absl::StrCat(diagnostic.code, " at ", diagnostic.location.line));
    }
  }
  return codes;
}

}  // namespace waypost::rules
