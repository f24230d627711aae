// SPDX-License-Identifier: Apache-2.0
#include "sidecar/mapping/spec_reader.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sidecar/base/input_stream.h"
#include "sidecar/text/suggest.h"

namespace waypost::mapping {
namespace {

std::string Quoted(const std::vector<std::string>& words) { return absl::StrJoin(words, ", "); }

std::string_view KindName(yaml::NodeKind kind) {
  switch (kind) {
    case yaml::NodeKind::kNull:
      return "nothing";
    case yaml::NodeKind::kScalar:
      return "a single value";
    case yaml::NodeKind::kSequence:
      return "a list";
    case yaml::NodeKind::kMapping:
      return "a mapping";
  }
  return "";
}

std::string NotA(std::string_view wanted, const yaml::Node& node) {
  return absl::StrCat("expected ", std::string(wanted), ", found ",
                      std::string(KindName(node.kind)));
}

bool Fits(const cel::Type& type, const cel::Type& wanted) {
  if (type.kind() == cel::TypeKind::kDyn || wanted.kind() == cel::TypeKind::kDyn) {
    return true;
  }
  if (type.kind() != wanted.kind() || type.parameters().size() != wanted.parameters().size()) {
    return false;
  }
  return std::equal(type.parameters().begin(), type.parameters().end(), wanted.parameters().begin(),
                    Fits);
}

}  // namespace

void SpecReader::Report(const yaml::Node& node, DiagnosticCode code, std::string message) {
  sink_->Add(document_->FindingAt(node, DiagnosticLevel::kError, code, std::move(message)));
}

void SpecReader::ReportAt(const yaml::Node& scalar, size_t offset, DiagnosticCode code,
                          std::string message) {
  sink_->Add(document_->FindingAt(document_->OffsetInScalar(scalar, offset),
                                  DiagnosticLevel::kError, code, std::move(message)));
}

Location SpecReader::LocationOf(const yaml::Node& node) const {
  return document_->source().LocationAt(node.offset);
}

bool SpecReader::CheckMapping(const yaml::Node& node, const std::vector<std::string>& allowed,
                              const std::vector<std::string>& required) {
  if (node.kind != yaml::NodeKind::kMapping) {
    Report(node, DiagnosticCode::kSpecWrongType, NotA("a mapping", node));
    return false;
  }
  for (const yaml::Entry& entry : node.entries) {
    if (std::find(allowed.begin(), allowed.end(), entry.key) == allowed.end()) {
      const std::string nearest = DidYouMean(entry.key, allowed);
      sink_->Add(document_->FindingAt(
          entry.offset, DiagnosticLevel::kError, DiagnosticCode::kSpecUnknownKey,
          absl::StrCat(
              "unknown key \"", entry.key, "\"",
              nearest.empty() ? absl::StrCat("; known here: ", Quoted(allowed)) : nearest)));
    }
  }
  for (const std::string& key : required) {
    if (node.Find(key) == nullptr) {
      Report(node, DiagnosticCode::kSpecMissingKey, absl::StrCat("\"", key, "\" is missing"));
    }
  }
  return true;
}

std::optional<std::string> SpecReader::Text(const yaml::Node& node) {
  if (node.kind != yaml::NodeKind::kScalar) {
    Report(node, DiagnosticCode::kSpecWrongType, NotA("a text", node));
    return std::nullopt;
  }
  return node.text;
}

std::optional<std::string> SpecReader::Text(const yaml::Node& mapping, std::string_view key) {
  const yaml::Node* node = mapping.Find(key);
  return node == nullptr ? std::nullopt : Text(*node);
}

std::optional<std::string> SpecReader::Choice(const yaml::Node& mapping, std::string_view key,
                                              const std::vector<std::string>& allowed) {
  std::optional<std::string> text = Text(mapping, key);
  if (text.has_value() && std::find(allowed.begin(), allowed.end(), *text) == allowed.end()) {
    const std::string nearest = DidYouMean(*text, allowed);
    Report(*mapping.Find(key), DiagnosticCode::kSpecBadValue,
           absl::StrCat("\"", *text, "\" is not one of ", Quoted(allowed), nearest));
    return std::nullopt;
  }
  return text;
}

std::optional<bool> SpecReader::Boolean(const yaml::Node& mapping, std::string_view key) {
  const yaml::Node* node = mapping.Find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (node->kind != yaml::NodeKind::kScalar || (node->text != "true" && node->text != "false")) {
    Report(*node, DiagnosticCode::kSpecWrongType, "expected true or false");
    return std::nullopt;
  }
  return node->text == "true";
}

std::optional<absl::TimeZone> SpecReader::TimeZone(const yaml::Node& mapping,
                                                   std::string_view key) {
  const std::optional<std::string> name = Text(mapping, key);
  absl::TimeZone zone;
  if (!name.has_value()) {
    return std::nullopt;
  }
  if (!absl::LoadTimeZone(*name, &zone)) {
    Report(*mapping.Find(key), DiagnosticCode::kSpecBadValue,
           absl::StrCat("there is no time zone \"", *name,
                        "\"; zones are named as in the IANA database: Europe/London"));
    return std::nullopt;
  }
  return zone;
}

std::vector<const yaml::Node*> SpecReader::Items(const yaml::Node& mapping, std::string_view key) {
  std::vector<const yaml::Node*> items;
  const yaml::Node* node = mapping.Find(key);
  if (node == nullptr) {
    return items;
  }
  if (node->kind != yaml::NodeKind::kSequence) {
    Report(*node, DiagnosticCode::kSpecWrongType, NotA("a list", *node));
    return items;
  }
  for (const yaml::Entry& entry : node->entries) {
    items.push_back(entry.value.get());
  }
  return items;
}

std::vector<std::string> SpecReader::Texts(const yaml::Node& mapping, std::string_view key) {
  std::vector<std::string> texts;
  const yaml::Node* node = mapping.Find(key);
  if (node != nullptr && node->kind == yaml::NodeKind::kScalar) {
    texts.push_back(node->text);
    return texts;
  }
  for (const yaml::Node* item : Items(mapping, key)) {
    if (std::optional<std::string> text = Text(*item); text.has_value()) {
      texts.push_back(*std::move(text));
    }
  }
  return texts;
}

std::optional<cel::Program> SpecReader::Expression(const yaml::Node& node,
                                                   const cel::Environment& environment,
                                                   const std::vector<cel::Type>& types) {
  const std::optional<std::string> source = Text(node);
  if (!source.has_value()) {
    return std::nullopt;
  }
  std::vector<cel::Issue> issues;
  std::optional<cel::Program> program =
      cel::Program::Compile(*source, environment, cel::Type(), &issues);
  for (cel::Issue& issue : issues) {
    ReportAt(node, issue.begin, DiagnosticCode::kSpecExpression, std::move(issue.message));
  }
  if (!program.has_value()) {
    return std::nullopt;
  }
  const cel::Type& type = program->result_type();
  if (std::none_of(types.begin(), types.end(),
                   [&](const cel::Type& wanted) { return Fits(type, wanted); })) {
    ReportAt(node, 0, DiagnosticCode::kSpecExpression,
             absl::StrCat("expected an expression of type ", types.front().ToString(),
                          ", found one of type ", type.ToString()));
    return std::nullopt;
  }
  return program;
}

std::unique_ptr<const yaml::Document> ReadDocument(const std::string& path, DiagnosticSink* sink) {
  const yaml::Limits limits;
  absl::StatusOr<InputStream> stream = InputStream::Open(path);
  absl::Status status = stream.status();
  bool more = status.ok();
  while (more && stream->Available().size() <= limits.max_bytes) {
    const absl::StatusOr<bool> filled = stream->Fill();
    status = filled.status();
    more = filled.ok() && *filled;
  }
  if (!status.ok()) {
    Diagnostic finding;
    finding.location.file = path;
    finding.code = std::string(CodeName(DiagnosticCode::kFileUnreadable));
    finding.message = std::string(status.message());
    sink->Add(std::move(finding));
    return nullptr;
  }
  return yaml::Document::Parse(path, std::string(stream->Available()), limits, sink);
}

}  // namespace waypost::mapping
