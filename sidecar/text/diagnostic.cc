// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/diagnostic.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sidecar/text/diagnostic_codes.h"
#include "sidecar/text/printable.h"
#include "sidecar/text/utf8.h"

namespace waypost {
namespace {

auto Key(const Diagnostic& diagnostic) {
  return std::tie(diagnostic.location.file, diagnostic.location.line, diagnostic.location.column,
                  diagnostic.level, diagnostic.code, diagnostic.message);
}

// Replaces what a terminal must not get, one for one, so that a caret stays below its place. What
// users write appears in messages and snippets.
std::string WithoutUnprintable(std::string_view text, std::string_view kept) {
  std::string printable;
  while (!text.empty()) {
    const size_t length = UnprintableLength(text);
    const bool as_it_is = length == 0 || kept.find(text.front()) != std::string_view::npos;
    const size_t taken = as_it_is ? Utf8Length(text) : length;
    printable += as_it_is ? text.substr(0, taken) : "?";
    text.remove_prefix(taken);
  }
  return printable;
}

}  // namespace

std::string Location::ToString() const {
  return line == 0 ? file : absl::StrCat(file, ":", line, ":", column);
}

std::string_view DiagnosticLevelName(DiagnosticLevel level) {
  switch (level) {
    case DiagnosticLevel::kError:
      return "error";
    case DiagnosticLevel::kWarning:
      return "warning";
    case DiagnosticLevel::kNote:
      break;
  }
  return "note";
}

std::string Diagnostic::ToString() const {
  const std::string_view level_name = DiagnosticLevelName(level);
  std::string text = location.ToString();
  text.append(": ").append(level_name).append(": ").append(message);
  text.append(" [").append(code).append("]");
  if (!snippet.empty()) {
    text.append("\n  ").append(absl::StrReplaceAll(snippet, {{"\n", "\n  "}}));
  }
  return text;
}

void DiagnosticSink::Add(Diagnostic diagnostic) {
  has_errors_ = has_errors_ || diagnostic.level == DiagnosticLevel::kError;
  if (diagnostics_.size() < kMaxKept) {
    diagnostic.message = WithoutUnprintable(diagnostic.message, "");
    diagnostic.path = WithoutUnprintable(diagnostic.path, "");
    diagnostic.snippet = WithoutUnprintable(diagnostic.snippet, "\t\n");
    diagnostics_.push_back(std::move(diagnostic));
  } else {
    ++dropped_;
  }
}

std::vector<Diagnostic> DiagnosticSink::Take() {
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(),
                   [](const auto& a, const auto& b) { return Key(a) < Key(b); });
  diagnostics_.erase(std::unique(diagnostics_.begin(), diagnostics_.end(),
                                 [](const auto& a, const auto& b) { return Key(a) == Key(b); }),
                     diagnostics_.end());
  if (dropped_ > 0) {
    Diagnostic more;
    if (!diagnostics_.empty()) {
      more.location.file = diagnostics_.back().location.file;
    }
    more.level = DiagnosticLevel::kNote;
    more.code = std::string(CodeName(DiagnosticCode::kMoreFindings));
    more.message = absl::StrCat(dropped_, " more findings are not shown");
    diagnostics_.push_back(std::move(more));
  }
  dropped_ = 0;
  has_errors_ = false;
  return std::exchange(diagnostics_, {});
}

}  // namespace waypost
