// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
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

// "error", "warning" or "note".
[[nodiscard]] std::string_view DiagnosticLevelName(DiagnosticLevel level);

// One finding about a file that a user wrote.
struct Diagnostic {
  Location location;
  DiagnosticLevel level = DiagnosticLevel::kError;
  std::string code;  // stable, such as RULES_UNKNOWN_KEY; diagnostic_codes.inc lists them
  std::string message;
  std::string path;     // "$.rules[3].if"; empty when it does not apply
  std::string snippet;  // the line and a caret below the place; empty when there is none

  // "service-desk.yaml:42:5: error: MESSAGE [CODE]", then the snippet's two lines, indented by two;
  // no newline at the end.
  [[nodiscard]] std::string ToString() const;
};

// Collects everything that is wrong with a set of files. Not thread-safe.
class DiagnosticSink {
 public:
  // More findings than this are counted, not kept: nobody reads them, and a hostile file must not
  // fill the memory with them.
  static constexpr size_t kMaxKept = 1000;

  // Replaces what a terminal must not get (see printable.h) by "?".
  void Add(Diagnostic diagnostic);

  [[nodiscard]] bool has_errors() const { return has_errors_; }

  // Everything added, without repetitions, by file, line, column, level; then, when more than
  // kMaxKept were added, a note that says how many. Leaves the sink empty.
  [[nodiscard]] std::vector<Diagnostic> Take();

 private:
  std::vector<Diagnostic> diagnostics_;
  size_t dropped_ = 0;
  bool has_errors_ = false;
};

}  // namespace waypost
