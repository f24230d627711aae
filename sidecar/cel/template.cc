// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "sidecar/cel/program.h"
#include "sidecar/cel/runtime_type.h"
#include "sidecar/cel/text_form.h"

namespace waypost::cel {

// Plain text, or an expression and where it starts in the source.
struct Template::Piece {
  std::string text;
  std::optional<Program> program;
  size_t offset = 0;
};

struct Template::Parts {
  std::string source;
  std::vector<Piece> pieces;
  int64_t max_string_bytes = 0;
};

namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr size_t kNowhere = std::string_view::npos;

// Past the string literal that starts at `offset`, or the end of `source`.
size_t SkipText(std::string_view source, size_t offset, bool raw) {
  const char quote = source[offset];
  const bool triple = source.substr(offset, 3) == std::string(3, quote);
  const std::string delimiter(triple ? 3 : 1, quote);
  offset += delimiter.size();
  while (offset < source.size() && source.substr(offset, delimiter.size()) != delimiter) {
    offset += source[offset] == '\\' && !raw ? 2 : 1;
  }
  return std::min(offset + delimiter.size(), source.size());
}

bool IsRaw(std::string_view source, size_t quote) {
  for (size_t back = 1; back <= 2 && back <= quote; ++back) {
    const char c = source[quote - back];
    if (c == 'r' || c == 'R') {
      return true;
    }
    if (c != 'b' && c != 'B') {
      return false;
    }
  }
  return false;
}

// Where the "}}" is that ends the expression at `offset`; braces of maps within are skipped.
size_t FindClose(std::string_view source, size_t offset) {
  int braces = 0;
  while (offset < source.size()) {
    const char c = source[offset];
    if (c == '"' || c == '\'') {
      offset = SkipText(source, offset, IsRaw(source, offset));
      continue;
    }
    if (braces == 0 && source.substr(offset, kClose.size()) == kClose) {
      return offset;
    }
    braces += c == '{' ? 1 : 0;
    braces -= c == '}' && braces > 0 ? 1 : 0;
    ++offset;
  }
  return kNowhere;
}

bool HasTextForm(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kList:
    case TypeKind::kMap:
    case TypeKind::kObject:
    case TypeKind::kOptional:
    case TypeKind::kType:
    case TypeKind::kBytes:
      return false;
    default:
      return true;
  }
}

bool HasTextForm(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kNull:
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kUint:
    case ValueKind::kDouble:
    case ValueKind::kString:
    case ValueKind::kTimestamp:
    case ValueKind::kDuration:
      return true;
    default:
      return false;
  }
}

std::string NoTextForm(std::string_view type) {
  return "a text cannot show a " + std::string(type) + "; pick a field, or join() a list";
}

// Compiles the expression; issues get offsets of the template.
std::optional<Program> CompilePiece(std::string_view expression, size_t offset,
                                    const Environment& environment, std::vector<Issue>* issues) {
  std::vector<Issue> found;
  std::optional<Program> program =
      Program::Compile(expression, environment, TypeKind::kDyn, &found);
  if (program && !HasTextForm(program->result_type())) {
    found.push_back({0, expression.size(), NoTextForm(program->result_type().ToString())});
  }
  for (Issue& issue : found) {
    issue.begin += offset;
    issue.end += offset;
    issues->push_back(std::move(issue));
  }
  return program;
}

absl::Status Failure(const std::string& message, std::string_view expression) {
  return absl::InvalidArgumentError(message + " in {{" + std::string(expression) + "}}");
}

}  // namespace

std::optional<Template> Template::Compile(std::string_view source, const Environment& environment,
                                          std::vector<Issue>* issues) {
  const size_t issues_before = issues->size();
  auto parts = std::make_shared<Parts>();
  parts->source = std::string(source);
  parts->max_string_bytes = environment.limits().max_string_bytes;
  size_t offset = 0;
  while (offset < source.size()) {
    const size_t open = std::min(source.find(kOpen, offset), source.size());
    if (open > offset) {
      parts->pieces.push_back({std::string(source.substr(offset, open - offset)), {}, offset});
    }
    if (open == source.size()) {
      break;
    }
    const size_t begin = open + kOpen.size();
    const size_t close = FindClose(source, begin);
    if (close == kNowhere) {
      issues->push_back({open, begin, "'{{' has no closing '}}'"});
      break;
    }
    const std::string_view expression = source.substr(begin, close - begin);
    parts->pieces.push_back({"", CompilePiece(expression, begin, environment, issues), begin});
    offset = close + kClose.size();
  }
  return issues->size() == issues_before ? std::optional(Template(std::move(parts))) : std::nullopt;
}

absl::StatusOr<std::string> Template::Render(Activation activation) const {
  std::string text;
  for (const Piece& piece : parts_->pieces) {
    if (!piece.program) {
      text += piece.text;
      continue;
    }
    const Value value = piece.program->Evaluate(activation);
    if (value.is_error()) {
      return Failure(value.ErrorMessage(), piece.program->source());
    }
    if (!HasTextForm(value)) {
      return Failure(NoTextForm(RuntimeTypeName(value)), piece.program->source());
    }
    text += TextForm(value);
    if (static_cast<int64_t>(text.size()) > parts_->max_string_bytes) {
      return Failure("the text grows too long", piece.program->source());
    }
  }
  return text;
}

std::vector<FieldReference> Template::FieldReferences() const {
  std::vector<FieldReference> references;
  for (const Piece& piece : parts_->pieces) {
    if (!piece.program) {
      continue;
    }
    for (FieldReference& reference : piece.program->FieldReferences()) {
      reference.begin += piece.offset;
      reference.end += piece.offset;
      references.push_back(std::move(reference));
    }
  }
  return references;
}

const std::string& Template::source() const { return parts_->source; }

}  // namespace waypost::cel
