// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::yaml {

enum class NodeKind { kNull, kScalar, kSequence, kMapping };

// How a scalar is written. It decides what a scalar means (yes is not "yes") and how places in its
// value relate to places in the file.
enum class ScalarStyle { kPlain, kSingleQuoted, kDoubleQuoted, kLiteral, kFolded };

class Node;

// Nodes are shared because an alias stands for the anchored node itself.
using NodePointer = std::shared_ptr<const Node>;

// An item of a sequence or an entry of a mapping.
struct Entry {
  std::string key;  // empty in a sequence
  size_t offset =
      0;  // where the key, or the item or the alias for it, starts in the file, in bytes
  NodePointer value;  // never null
};

// A value in a YAML document. Immutable once its document is parsed.
class Node {
 public:
  NodeKind kind = NodeKind::kNull;
  // Where the value starts in the file, in bytes, after any anchor or tag; for a value that is not
  // written at all ("key:" alone), where its key starts.
  size_t offset = 0;

  // Of a scalar.
  ScalarStyle style = ScalarStyle::kPlain;
  bool tagged_text = false;  // !!str makes a text of any plain scalar
  std::string text;          // the value with quotes, escapes and folding resolved

  std::vector<Entry> entries;  // of a sequence or mapping, in file order; a mapping's keys differ

  // Nodes below and including this one, aliases counted each time.
  int64_t size = 1;

  // The value of the mapping's key; nullptr when there is none or this is no mapping.
  [[nodiscard]] const Node* Find(std::string_view key) const;
};

// What a scalar is by YAML 1.2's core schema: quoted and block scalars are texts, plain ones may be
// something else. yes, no, on and off are texts.
enum class ScalarType { kText, kNull, kBoolean, kInteger, kNumber };
[[nodiscard]] ScalarType TypeOf(const Node& scalar);

}  // namespace waypost::yaml
