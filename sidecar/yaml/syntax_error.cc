// SPDX-License-Identifier: Apache-2.0
#include "sidecar/yaml/syntax_error.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "sidecar/text/absl_view.h"

namespace waypost::yaml {
namespace {

struct Wording {
  std::string_view reader;  // as in yaml-cpp/exceptions.h
  std::string_view plain;
};

constexpr std::string_view kEndOfFlowMap = "end of map flow not found";
constexpr std::string_view kEndOfFlowSequence = "end of sequence flow not found";

constexpr Wording kWordings[] = {
    {"end of map not found",
     "this does not continue the mapping above: check the indentation, and that every key is "
     "followed by \": \""},
    {"end of sequence not found",
     "this does not continue the list above: check the indentation, and that every item starts "
     "with \"- \""},
    {"illegal flow end", "this bracket closes nothing that is open here"},
    {"illegal map value", "\": \" stands where no key can be; put a text that holds it in quotes"},
    {"illegal EOF in scalar", "a quoted text is not closed before the file ends"},
    {"illegal document indicator in scalar", "a quoted text is not closed before \"---\""},
    {"unknown token",
     "no value can start with this character; put a text that starts with it in quotes"},
    {"illegal block entry", "\"- \" stands where no list can be"},
    {"illegal map key", "a key stands where none can be"},
};

// How far above the place a tab is still taken for the cause, in lines.
constexpr int kLinesAbove = 2;

// The first tab in the indentation of the line of `offset` or of the few above it.
std::optional<size_t> FindTab(std::string_view content, size_t offset) {
  size_t end = std::min(offset, content.size());
  std::optional<size_t> tab;
  for (int line = 0; line <= kLinesAbove; ++line) {
    const size_t line_break = end == 0 ? std::string_view::npos : content.rfind('\n', end - 1);
    const size_t begin = line_break == std::string_view::npos ? 0 : line_break + 1;
    const size_t text = std::min(content.find_first_not_of(" \t", begin), content.size());
    if (const size_t found = content.find('\t', begin); found < text) {
      tab = found;
    }
    if (begin == 0) {
      break;
    }
    end = begin - 1;
  }
  return tab;
}

// Within a line the place where the reader stopped tells more: a missing comma, an unquoted text.
SyntaxError DescribeOpenBracket(const SourceText& source, size_t offset,
                                std::optional<size_t> open_bracket, std::string_view bracket) {
  const int line = source.LocationAt(offset).line;
  if (!open_bracket.has_value() || source.LocationAt(*open_bracket).line == line) {
    return {offset, DiagnosticCode::kYamlSyntax,
            absl::StrCat("a ", AbslView(bracket), " is not closed, or a comma is missing")};
  }
  return {*open_bracket, DiagnosticCode::kYamlSyntax,
          absl::StrCat("this ", AbslView(bracket), " is not closed before line ", line,
                       ", or a comma is missing")};
}

}  // namespace

SyntaxError DescribeSyntaxError(const SourceText& source, size_t offset,
                                std::optional<size_t> open_bracket, const std::string& message) {
  if (const auto tab = FindTab(source.content(), offset)) {
    return {*tab, DiagnosticCode::kYamlTab, "a tab indents this line; YAML indents with spaces"};
  }
  const bool map = message == kEndOfFlowMap;
  if (map || message == kEndOfFlowSequence) {
    return DescribeOpenBracket(source, offset, open_bracket, map ? "\"{\"" : "\"[\"");
  }
  for (const Wording& wording : kWordings) {
    if (message == wording.reader) {
      return {offset, DiagnosticCode::kYamlSyntax, std::string(wording.plain)};
    }
  }
  return {offset, DiagnosticCode::kYamlSyntax, absl::StrCat("this is not valid YAML: ", message)};
}

}  // namespace waypost::yaml
