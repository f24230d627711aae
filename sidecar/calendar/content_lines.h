// SPDX-License-Identifier: Apache-2.0
// The lines of an iCalendar file, with their places. Internal to the directory.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sidecar/text/diagnostic.h"
#include "sidecar/text/diagnostic_codes.h"
#include "sidecar/text/source_text.h"

namespace waypost::calendar {

// NAME;PARAMETER=VALUE:VALUE (RFC 5545, 3.1), unfolded.
struct ContentLine {
  std::string name;                                             // upper case
  std::vector<std::pair<std::string, std::string>> parameters;  // names in upper case, no quotes
  std::string value;
  size_t offset = 0;  // in bytes, where the line starts in the file

  // The parameter's value; empty when there is none.
  [[nodiscard]] std::string_view Parameter(std::string_view parameter) const;
};

// Reads the lines of `file` one after the other. Lines end with CRLF or LF; empty ones and a byte
// order mark are skipped. `file` and `sink` outlive it.
class ContentLineReader {
 public:
  ContentLineReader(const SourceText& file, DiagnosticSink* sink);

  // The next line, or nothing at the end. What is no content line is reported and left out.
  [[nodiscard]] std::optional<ContentLine> Next();

  // Something was reported.
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  // One line as it stands in the file, without its line break.
  std::string_view TakeLine();

  const SourceText& file_;
  DiagnosticSink& sink_;
  size_t offset_ = 0;
  bool failed_ = false;
};

// A finding in an iCalendar file.
void ReportIn(const SourceText& file, size_t offset, DiagnosticLevel level, DiagnosticCode code,
              std::string message, DiagnosticSink* sink);

}  // namespace waypost::calendar
