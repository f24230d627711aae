// SPDX-License-Identifier: Apache-2.0
// Internal to the directory.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "sidecar/text/diagnostic_codes.h"
#include "sidecar/text/source_text.h"

namespace waypost::yaml {

struct SyntaxError {
  size_t offset = 0;
  DiagnosticCode code = DiagnosticCode::kYamlSyntax;
  std::string message;
};

// What yaml-cpp's `message` at `offset` means to somebody who edits the file: tabs in the
// indentation near the place are named as the cause, the reader's terms are put in plain words.
// `open_bracket`: the innermost "[" or "{" that is not closed before `offset`; where the reader
// misses its other end in a later line, the finding is there.
[[nodiscard]] SyntaxError DescribeSyntaxError(const SourceText& source, size_t offset,
                                              std::optional<size_t> open_bracket,
                                              const std::string& message);

}  // namespace waypost::yaml
