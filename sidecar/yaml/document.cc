// SPDX-License-Identifier: Apache-2.0
#include "sidecar/yaml/document.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sidecar/text/utf8.h"
#include "sidecar/yaml/syntax_error.h"
#include "sidecar/yaml/tree_builder.h"

namespace waypost::yaml {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::optional<size_t> FindControlCharacter(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool line_break = byte == '\n' || (byte == '\r' && text.substr(i + 1, 1) == "\n");
    if ((byte < 0x20 && byte != '\t' && !line_break) || byte == 0x7f) {
      return i;
    }
  }
  return std::nullopt;
}

// What can be said before the YAML reader sees the text.
std::optional<TreeBuilder::Problem> CheckBytes(std::string_view content, const Limits& limits) {
  if (content.size() > limits.max_bytes) {
    return TreeBuilder::Problem{0, DiagnosticCode::kFileTooLarge,
                                absl::StrCat("the file has ", content.size(), " bytes; at most ",
                                             limits.max_bytes, " are read")};
  }
  if (const auto offset = FindInvalidUtf8(content)) {
    const auto byte = static_cast<unsigned char>(content[*offset]);
    return TreeBuilder::Problem{
        *offset, DiagnosticCode::kYamlInvalidUtf8,
        absl::StrCat("byte 0x", absl::Hex(byte, absl::kZeroPad2), " is not valid UTF-8 here")};
  }
  if (const auto offset = FindControlCharacter(content)) {
    const auto byte = static_cast<unsigned char>(content[*offset]);
    return TreeBuilder::Problem{
        *offset, DiagnosticCode::kYamlControlCharacter,
        absl::StrCat("control character 0x", absl::Hex(byte, absl::kZeroPad2),
                     " is not allowed in YAML")};
  }
  return std::nullopt;
}

// Remembers where a second document starts; ignores what is in it.
class SecondDocument final : public YAML::EventHandler {
 public:
  [[nodiscard]] std::optional<size_t> offset() const { return offset_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    offset_ = static_cast<size_t>(std::max(mark.pos, 0));
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

 private:
  std::optional<size_t> offset_;
};

// Runs the YAML reader over `source`; returns what it finds wrong by itself. Exceptions end here.
std::optional<TreeBuilder::Problem> RunParser(const SourceText& source, TreeBuilder* builder) {
  try {
    std::istringstream stream(source.content());
    YAML::Parser parser(stream);
    parser.HandleNextDocument(*builder);
    SecondDocument second;
    parser.HandleNextDocument(second);
    if (second.offset().has_value()) {
      return TreeBuilder::Problem{*second.offset(), DiagnosticCode::kYamlSeveralDocuments,
                                  "a second document starts here; a file holds one"};
    }
  } catch (const YAML::Exception& exception) {
    const SyntaxError error =
        DescribeSyntaxError(source, static_cast<size_t>(std::max(exception.mark.pos, 0)),
                            builder->OpenBracket(), exception.msg);
    return TreeBuilder::Problem{error.offset, error.code, error.message};
  } catch (const std::exception& exception) {
    return TreeBuilder::Problem{0, DiagnosticCode::kYamlSyntax,
                                absl::StrCat("the file cannot be read: ", exception.what())};
  }
  return std::nullopt;
}

bool IsPlainKey(const std::string& key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char byte) {
    return absl::ascii_isalnum(static_cast<unsigned char>(byte)) || byte == '_' || byte == '-';
  });
}

}  // namespace

std::unique_ptr<const Document> Document::Parse(std::string file, std::string content,
                                                const Limits& limits, DiagnosticSink* sink) {
  if (content.compare(0, kByteOrderMark.size(), kByteOrderMark) == 0) {
    content.erase(0, kByteOrderMark.size());
  }
  SourceText source(std::move(file), std::move(content));
  std::vector<TreeBuilder::Problem> problems;
  NodePointer root;
  if (auto problem = CheckBytes(source.content(), limits)) {
    problems.push_back(*std::move(problem));
  } else {
    TreeBuilder builder(source, limits);
    auto syntax_problem = RunParser(source, &builder);
    problems = builder.problems();
    root = builder.root();
    if (syntax_problem.has_value() && !builder.stopped()) {
      problems.push_back(*std::move(syntax_problem));
    } else if (root == nullptr && problems.empty()) {
      problems.push_back({source.content().size(), DiagnosticCode::kYamlEmpty,
                          "the file holds nothing but white space and comments"});
    }
  }
  for (TreeBuilder::Problem& problem : problems) {
    Diagnostic diagnostic;
    if (problem.code != DiagnosticCode::kFileTooLarge &&
        problem.code != DiagnosticCode::kYamlEmpty) {
      diagnostic.location = source.LocationAt(problem.offset);
      diagnostic.snippet = source.SnippetAt(problem.offset);
    }
    diagnostic.location.file = source.file();
    diagnostic.code = std::string(CodeName(problem.code));
    diagnostic.message = std::move(problem.message);
    if (problem.code == DiagnosticCode::kYamlInvalidUtf8) {
      diagnostic.snippet.clear();  // output stays UTF-8
    }
    sink->Add(std::move(diagnostic));
  }
  if (!problems.empty()) {
    return nullptr;
  }
  return std::unique_ptr<const Document>(new Document(std::move(source), std::move(root)));
}

std::string Document::PathTo(size_t offset, const Node* node) const {
  std::string path = "$";
  const Node* current = root_.get();
  while (current != node) {
    const auto& entries = current->entries;
    const auto next =
        std::upper_bound(entries.begin(), entries.end(), offset,
                         [](size_t wanted, const Entry& entry) { return wanted < entry.offset; });
    if (next == entries.begin()) {
      break;
    }
    const Entry& entry = *(next - 1);
    if (current->kind == NodeKind::kSequence) {
      absl::StrAppend(&path, "[", next - entries.begin() - 1, "]");
    } else if (IsPlainKey(entry.key)) {
      absl::StrAppend(&path, ".", entry.key);
    } else {
      absl::StrAppend(&path, "[\"", entry.key, "\"]");
    }
    if (entry.value->offset < entry.offset) {
      break;  // an alias
    }
    current = entry.value.get();
  }
  return path;
}

Diagnostic Document::FindingAt(size_t offset, DiagnosticLevel level, DiagnosticCode code,
                               std::string message) const {
  return {source_.LocationAt(offset), level,          std::string(CodeName(code)),
          std::move(message),         PathTo(offset), source_.SnippetAt(offset)};
}

Diagnostic Document::FindingAt(const Node& node, DiagnosticLevel level, DiagnosticCode code,
                               std::string message) const {
  Diagnostic diagnostic = FindingAt(node.offset, level, code, std::move(message));
  diagnostic.path = PathTo(node.offset, &node);
  return diagnostic;
}

}  // namespace waypost::yaml
