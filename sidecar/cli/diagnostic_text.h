// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "sidecar/cli/json_writer.h"
#include "sidecar/cli/output.h"
#include "sidecar/text/diagnostic.h"

namespace waypost::cli {

struct DiagnosticCounts {
  int errors = 0;
  int warnings = 0;
  int notes = 0;
};

[[nodiscard]] DiagnosticCounts CountByLevel(const std::vector<Diagnostic>& diagnostics);

// "2 errors, 1 warning" or "nothing to report".
[[nodiscard]] std::string CountsText(const DiagnosticCounts& counts);

// Writes "FILE:LINE:COLUMN: error: MESSAGE [CODE]" with the line and a caret: to standard output
// where findings are what was asked for, else to standard error.
void PrintDiagnostics(const std::vector<Diagnostic>& diagnostics, const Output& output,
                      Stream stream = Stream::kErr);

// The same for programs, as a JSON array.
void WriteDiagnostics(const std::vector<Diagnostic>& diagnostics, JsonWriter* json);

}  // namespace waypost::cli
