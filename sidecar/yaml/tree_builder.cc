// SPDX-License-Identifier: Apache-2.0
#include "sidecar/yaml/tree_builder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace waypost::yaml {
namespace {

// From this size on, keys are looked up in a set.
constexpr size_t kLargeMapping = 16;

constexpr std::string_view kTextTag = "tag:yaml.org,2002:str";

size_t OffsetOf(const YAML::Mark& mark) { return static_cast<size_t>(std::max(mark.pos, 0)); }

bool IsSpace(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

}  // namespace

void TreeBuilder::Report(size_t offset, DiagnosticCode code, std::string message) {
  problems_.push_back({offset, code, std::move(message)});
}

size_t TreeBuilder::SkipProperties(size_t offset) const {
  const std::string& content = source_.content();
  while (offset < content.size() && (content[offset] == '&' || content[offset] == '!')) {
    while (offset < content.size() && !IsSpace(content[offset])) {
      ++offset;
    }
    while (offset < content.size() && IsSpace(content[offset])) {
      ++offset;
    }
  }
  return offset;
}

ScalarStyle TreeBuilder::StyleAt(size_t offset) const {
  switch (offset < source_.content().size() ? source_.content()[offset] : ' ') {
    case '"':
      return ScalarStyle::kDoubleQuoted;
    case '\'':
      return ScalarStyle::kSingleQuoted;
    case '|':
      return ScalarStyle::kLiteral;
    case '>':
      return ScalarStyle::kFolded;
    default:
      return ScalarStyle::kPlain;
  }
}

void TreeBuilder::CheckTag(const YAML::Mark& mark, const std::string& tag) {
  if (!tag.empty() && tag != "?" && tag != "!" && tag != kTextTag) {
    Report(OffsetOf(mark), DiagnosticCode::kYamlTag, "tags have no meaning here; only !!str does");
  }
}

void TreeBuilder::CheckClosed(const Node& scalar) {
  const std::string& content = source_.content();
  const bool single = scalar.style == ScalarStyle::kSingleQuoted;
  if (!single && scalar.style != ScalarStyle::kDoubleQuoted) {
    return;
  }
  for (size_t i = scalar.offset + 1; i < content.size(); ++i) {
    if (single ? content.compare(i, 2, "''") == 0 : content[i] == '\\') {
      ++i;
    } else if (content[i] == (single ? '\'' : '"')) {
      return;
    }
  }
  Report(scalar.offset, DiagnosticCode::kYamlSyntax, "this quoted text is never closed");
  stopped_ = true;
}

std::optional<size_t> TreeBuilder::OpenBracket() const {
  const std::string& content = source_.content();
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    const size_t offset = frame->node->offset;
    if (offset < content.size() && (content[offset] == '[' || content[offset] == '{')) {
      return offset;
    }
  }
  return std::nullopt;
}

void TreeBuilder::OnDocumentStart(const YAML::Mark&) {}
void TreeBuilder::OnDocumentEnd() {}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (stopped_) {
    return;
  }
  const std::string& content = source_.content();
  auto node = std::make_shared<Node>();
  node->offset = SkipProperties(OffsetOf(mark));
  const char first = node->offset < content.size() ? content[node->offset] : ' ';
  const bool written = first == '~' || first == 'n' || first == 'N';
  if (!written && !frames_.empty() && frames_.back().has_key) {
    node->offset = frames_.back().key_offset;
  }
  Place(std::move(node), OffsetOf(mark), anchor);
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (stopped_) {
    return;
  }
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    Report(OffsetOf(mark), DiagnosticCode::kYamlAliasLimit, "an alias stands inside what it names");
    stopped_ = true;
    return;
  }
  alias_nodes_ += found->second->size;
  if (alias_nodes_ > limits_.max_alias_nodes) {
    Report(OffsetOf(mark), DiagnosticCode::kYamlAliasLimit,
           absl::StrCat("aliases repeat more than ", limits_.max_alias_nodes, " values in all"));
    stopped_ = true;
    return;
  }
  Place(found->second, OffsetOf(mark), 0);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  if (stopped_) {
    return;
  }
  CheckTag(mark, tag);
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kScalar;
  node->offset = SkipProperties(OffsetOf(mark));
  node->style = StyleAt(node->offset);
  node->tagged_text = tag == kTextTag;
  node->text = value;
  CheckClosed(*node);
  Place(std::move(node), OffsetOf(mark), anchor);
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value) {
  Start(NodeKind::kSequence, mark, tag, anchor);
}
void TreeBuilder::OnSequenceEnd() { End(); }

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value) {
  Start(NodeKind::kMapping, mark, tag, anchor);
}
void TreeBuilder::OnMapEnd() { End(); }

void TreeBuilder::Start(NodeKind kind, const YAML::Mark& mark, const std::string& tag,
                        YAML::anchor_t anchor) {
  if (stopped_) {
    return;
  }
  CheckTag(mark, tag);
  if (frames_.size() >= static_cast<size_t>(limits_.max_depth)) {
    Report(OffsetOf(mark), DiagnosticCode::kYamlTooDeep,
           absl::StrCat("lists and mappings are nested more than ", limits_.max_depth, " deep"));
    stopped_ = true;
    return;
  }
  Frame frame;
  frame.node = std::make_shared<Node>();
  frame.node->kind = kind;
  frame.offset = OffsetOf(mark);
  frame.node->offset = SkipProperties(frame.offset);
  frame.anchor = anchor;
  frames_.push_back(std::move(frame));
}

void TreeBuilder::End() {
  if (stopped_) {
    return;
  }
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  for (const Entry& entry : frame.node->entries) {
    frame.node->size += entry.value->size;
  }
  Place(std::move(frame.node), frame.offset, frame.anchor);
}

void TreeBuilder::Place(NodePointer node, size_t offset, YAML::anchor_t anchor) {
  if (anchor != 0) {
    anchors_[anchor] = node;
  }
  if (frames_.empty()) {
    root_ = std::move(node);
    return;
  }
  Frame& frame = frames_.back();
  if (frame.node->kind == NodeKind::kSequence) {
    frame.node->entries.push_back({"", offset, std::move(node)});
    return;
  }
  if (!frame.has_key) {
    TakeKey(&frame, *node, offset);
    return;
  }
  frame.has_key = false;
  if (const auto before = FindKey(&frame, frame.key)) {
    Report(frame.key_offset, DiagnosticCode::kYamlDuplicateKey,
           absl::StrCat("the key \"", frame.key, "\" is there twice, first in line ",
                        source_.LocationAt(*before).line));
    return;
  }
  frame.node->entries.push_back({std::move(frame.key), frame.key_offset, std::move(node)});
}

void TreeBuilder::TakeKey(Frame* frame, const Node& node, size_t offset) {
  frame->has_key = true;
  frame->key_offset = offset;
  frame->key = node.text;
  if (node.kind != NodeKind::kScalar) {
    Report(offset, DiagnosticCode::kYamlKey, "a key must be a text");
    frame->key = absl::StrCat("key at ", offset);
  }
}

std::optional<size_t> TreeBuilder::FindKey(Frame* frame, const std::string& key) const {
  const auto& entries = frame->node->entries;
  if (entries.size() >= kLargeMapping) {
    if (frame->keys.empty()) {
      for (const Entry& entry : entries) {
        frame->keys.insert(entry.key);
      }
    }
    if (frame->keys.insert(key).second) {
      return std::nullopt;
    }
  }
  for (const Entry& entry : entries) {
    if (entry.key == key) {
      return entry.offset;
    }
  }
  return std::nullopt;
}

}  // namespace waypost::yaml
