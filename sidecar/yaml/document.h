// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sidecar/text/diagnostic.h"
#include "sidecar/text/diagnostic_codes.h"
#include "sidecar/text/source_text.h"
#include "sidecar/yaml/node.h"

namespace waypost::yaml {

// Bounds on a file that may be hostile.
struct Limits {
  size_t max_bytes = 1 << 20;         // of a file
  int max_depth = 32;                 // of lists and mappings in each other
  int64_t max_alias_nodes = 100'000;  // values that aliases repeat, nested ones counted each time
};

// A parsed file: its text and its tree. Immutable; thread-safe.
class Document {
 public:
  // Reads one YAML 1.2 document. On failure returns nullptr and adds at least one error. Refused
  // besides what is not YAML: duplicate keys, keys that are not scalars, tags but !!str, text that
  // is not UTF-8, control characters, several documents, nothing at all, and whatever exceeds
  // `limits`. Never throws.
  static std::unique_ptr<const Document> Parse(std::string file, std::string content,
                                               const Limits& limits, DiagnosticSink* sink);

  [[nodiscard]] const SourceText& source() const { return source_; }
  [[nodiscard]] const Node& root() const { return *root_; }

  // Where byte `value_offset` of a scalar's text is written in the file, in bytes: inside quotes,
  // behind escapes, in the right line of a block. A place between words leads to the end of the
  // word before it.
  [[nodiscard]] size_t OffsetInScalar(const Node& scalar, size_t value_offset) const;

  // The way from the root to `node`, or to the innermost value at `offset` where that comes first:
  // "$.rules[3].if". What an alias repeats has the path of its anchor.
  [[nodiscard]] std::string PathTo(size_t offset, const Node* node = nullptr) const;

  // A finding at `offset`, or at `node` as a whole, with location, path and snippet filled in.
  [[nodiscard]] Diagnostic FindingAt(size_t offset, DiagnosticLevel level, DiagnosticCode code,
                                     std::string message) const;
  [[nodiscard]] Diagnostic FindingAt(const Node& node, DiagnosticLevel level, DiagnosticCode code,
                                     std::string message) const;

 private:
  Document(SourceText source, NodePointer root)
      : source_(std::move(source)), root_(std::move(root)) {}

  SourceText source_;
  NodePointer root_;
};

}  // namespace waypost::yaml
