// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/diagnostic_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sidecar/cli/names.h"
#include "sidecar/text/printable.h"

namespace waypost::cli {
namespace {

std::string_view LevelName(DiagnosticLevel level) {
  switch (level) {
    case DiagnosticLevel::kError:
      return "error";
    case DiagnosticLevel::kWarning:
      return "warning";
    case DiagnosticLevel::kNote:
      return "note";
  }
  return "";
}

Colour LevelColour(DiagnosticLevel level) {
  switch (level) {
    case DiagnosticLevel::kError:
      return Colour::kRed;
    case DiagnosticLevel::kWarning:
      return Colour::kYellow;
    case DiagnosticLevel::kNote:
      return Colour::kCyan;
  }
  return Colour::kDim;
}

}  // namespace

DiagnosticCounts CountByLevel(const std::vector<Diagnostic>& diagnostics) {
  DiagnosticCounts counts;
  for (const Diagnostic& diagnostic : diagnostics) {
    counts.errors += diagnostic.level == DiagnosticLevel::kError ? 1 : 0;
    counts.warnings += diagnostic.level == DiagnosticLevel::kWarning ? 1 : 0;
    counts.notes += diagnostic.level == DiagnosticLevel::kNote ? 1 : 0;
  }
  return counts;
}

std::string CountsText(const DiagnosticCounts& counts) {
  std::vector<std::string> parts;
  if (counts.errors > 0) {
    parts.push_back(Counted(counts.errors, "error"));
  }
  if (counts.warnings > 0) {
    parts.push_back(Counted(counts.warnings, "warning"));
  }
  if (counts.notes > 0) {
    parts.push_back(Counted(counts.notes, "note"));
  }
  return parts.empty() ? "nothing to report" : absl::StrJoin(parts, ", ");
}

void PrintDiagnostics(const std::vector<Diagnostic>& diagnostics, const Output& output,
                      Stream stream) {
  std::ostream& to = output.stream(stream);
  for (const Diagnostic& diagnostic : diagnostics) {
    to << output.Paint(diagnostic.location.ToString(), Colour::kBold, stream) << ": "
       << output.Paint(absl::StrCat(std::string(LevelName(diagnostic.level)), ":"),
                       LevelColour(diagnostic.level), stream)
       << ' ' << Printable(diagnostic.message) << ' '
       << output.Paint(absl::StrCat("[", diagnostic.code, "]"), Colour::kDim, stream) << '\n';
    if (!diagnostic.snippet.empty()) {
      for (const auto& line : absl::StrSplit(diagnostic.snippet, '\n')) {
        to << "    " << line << '\n';
      }
    }
  }
}

void WriteDiagnostics(const std::vector<Diagnostic>& diagnostics, JsonWriter* json) {
  json->BeginArray();
  for (const Diagnostic& diagnostic : diagnostics) {
    json->BeginObject();
    json->Key("file").String(diagnostic.location.file);
    json->Key("line").Int(diagnostic.location.line);
    json->Key("column").Int(diagnostic.location.column);
    json->Key("severity").String(LevelName(diagnostic.level));
    json->Key("code").String(diagnostic.code);
    json->Key("message").String(diagnostic.message);
    json->Key("path").String(diagnostic.path);
    json->Key("snippet").String(diagnostic.snippet);
    json->EndObject();
  }
  json->EndArray();
}

}  // namespace waypost::cli
