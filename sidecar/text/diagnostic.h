// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waypost {

// A place in a text. Lines and columns count from 1, columns in Unicode code points; 0 means "the
// file as a whole".
struct Location {
  std::string file;
  int line = 0;
  int column = 0;

  // "service-desk.yaml:42:5", or "service-desk.yaml" for the file as a whole.
  [[nodiscard]] std::string ToString() const;
};

enum class DiagnosticLevel {
  kError,    // the file does not load
  kWarning,  // it loads; something is probably not meant so
  kNote,     // something to know
};

// One finding about a file that a user wrote.
struct Diagnostic {
  Location location;
  DiagnosticLevel level = DiagnosticLevel::kError;
  std::string code;  // stable, such as RULES_UNKNOWN_KEY
  std::string message;
  std::string path;     // "$.rules[3].if"; empty when it does not apply
  std::string snippet;  // the line and a caret below the place; empty when there is none
};

// Collects everything that is wrong with a set of files. Not thread-safe.
class DiagnosticSink {
 public:
  void Add(Diagnostic diagnostic);

  [[nodiscard]] bool has_errors() const { return has_errors_; }

  // Everything added, without repetitions, by file, line, column, level.
  [[nodiscard]] std::vector<Diagnostic> Take();

 private:
  std::vector<Diagnostic> diagnostics_;
  bool has_errors_ = false;
};

}  // namespace waypost
