// SPDX-License-Identifier: Apache-2.0
#include "sidecar/calendar/content_lines.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sidecar/text/absl_view.h"

namespace waypost::calendar {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kNoContentLine =
    "this is no line of iCalendar, which is NAME:VALUE; does a line before it end too early?";

bool IsName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char byte) {
    return absl::ascii_isalnum(static_cast<unsigned char>(byte)) || byte == '-';
  });
}

std::string Upper(std::string_view text) { return absl::AsciiStrToUpper(AbslView(text)); }

// Where the first of `separators` outside of quotes is in `text`, from `begin`.
size_t FindOutsideQuotes(std::string_view text, size_t begin, std::string_view separators) {
  bool quoted = false;
  for (size_t at = begin; at < text.size(); ++at) {
    if (text[at] == '"') {
      quoted = !quoted;
    } else if (!quoted && separators.find(text[at]) != std::string_view::npos) {
      return at;
    }
  }
  return std::string_view::npos;
}

std::optional<ContentLine> Split(std::string_view text) {
  ContentLine line;
  size_t at = FindOutsideQuotes(text, 0, ";:");
  if (at == std::string_view::npos || !IsName(text.substr(0, at))) {
    return std::nullopt;
  }
  line.name = Upper(text.substr(0, at));
  while (text[at] == ';') {
    const size_t end = FindOutsideQuotes(text, at + 1, ";:");
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view parameter = text.substr(at + 1, end - at - 1);
    const size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || !IsName(parameter.substr(0, equals))) {
      return std::nullopt;
    }
    std::string value(parameter.substr(equals + 1));
    value.erase(std::remove(value.begin(), value.end(), '"'), value.end());
    line.parameters.emplace_back(Upper(parameter.substr(0, equals)), std::move(value));
    at = end;
  }
  line.value = text.substr(at + 1);
  return line;
}

}  // namespace

std::string_view ContentLine::Parameter(std::string_view parameter) const {
  for (const auto& [each, text] : parameters) {
    if (each == parameter) {
      return text;
    }
  }
  return "";
}

void ReportIn(const SourceText& file, size_t offset, DiagnosticLevel level, DiagnosticCode code,
              std::string message, DiagnosticSink* sink) {
  Diagnostic diagnostic;
  diagnostic.location = file.LocationAt(offset);
  diagnostic.level = level;
  diagnostic.code = std::string(CodeName(code));
  diagnostic.message = std::move(message);
  diagnostic.snippet = file.SnippetAt(offset);
  sink->Add(std::move(diagnostic));
}

ContentLineReader::ContentLineReader(const SourceText& file, DiagnosticSink* sink)
    : file_(file), sink_(*sink) {
  if (file_.content().substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    offset_ = kByteOrderMark.size();
  }
}

std::string_view ContentLineReader::TakeLine() {
  const std::string_view rest = std::string_view(file_.content()).substr(offset_);
  const size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  offset_ += end == std::string_view::npos ? rest.size() : end + 1;
  if (!line.empty() && line.back() == '\r') {
    line.remove_suffix(1);
  }
  return line;
}

std::optional<ContentLine> ContentLineReader::Next() {
  const std::string& content = file_.content();
  while (offset_ < content.size()) {
    const size_t begin = offset_;
    std::string text(TakeLine());
    // A line that starts with a blank goes on with the one before it.
    while (offset_ < content.size() && (content[offset_] == ' ' || content[offset_] == '\t')) {
      text += TakeLine().substr(1);
    }
    if (text.find_first_not_of(" \t") == std::string::npos) {
      continue;
    }
    if (auto line = Split(text)) {
      line->offset = begin;
      return line;
    }
    failed_ = true;
    ReportIn(file_, begin, DiagnosticLevel::kError, DiagnosticCode::kIcalSyntax,
             std::string(kNoContentLine), &sink_);
  }
  return std::nullopt;
}

}  // namespace waypost::calendar
