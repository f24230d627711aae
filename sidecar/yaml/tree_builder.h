// SPDX-License-Identifier: Apache-2.0
// Internal to the directory.
#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sidecar/yaml/document.h"
#include "sidecar/yaml/node.h"

namespace waypost::yaml {

// Builds the tree of one document from yaml-cpp's events, whose marks count bytes and from 0. After
// the first problem it ignores the rest. Used once.
class TreeBuilder final : public YAML::EventHandler {
 public:
  struct Problem {
    size_t offset = 0;
    DiagnosticCode code = DiagnosticCode::kYamlSyntax;
    std::string message;
  };

  TreeBuilder(const SourceText& source, const Limits& limits) : source_(source), limits_(limits) {}

  [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }

  // A problem made the rest meaningless, also what the reader may find wrong in it.
  [[nodiscard]] bool stopped() const { return stopped_; }

  // The tree; null when the document was empty.
  [[nodiscard]] NodePointer root() const { return root_; }

  // Where the innermost "[" or "{" is that is not closed yet.
  [[nodiscard]] std::optional<size_t> OpenBracket() const;

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override;
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;

 private:
  // A list or mapping that is not complete yet.
  struct Frame {
    std::shared_ptr<Node> node;
    size_t offset = 0;  // with anchor and tag
    YAML::anchor_t anchor = 0;
    bool has_key = false;  // a mapping's key was read, its value is next
    std::string key;
    size_t key_offset = 0;
    std::unordered_set<std::string> keys;  // filled only for large mappings
  };

  void Start(NodeKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
  void End();
  // Puts a complete node where it belongs.
  void Place(NodePointer node, size_t offset, YAML::anchor_t anchor);
  void TakeKey(Frame* frame, const Node& node, size_t offset);
  // Where the key was before; nothing when it is new.
  std::optional<size_t> FindKey(Frame* frame, const std::string& key) const;
  void Report(size_t offset, DiagnosticCode code, std::string message);
  // Past the anchor and tag that may stand before a value.
  [[nodiscard]] size_t SkipProperties(size_t offset) const;
  [[nodiscard]] ScalarStyle StyleAt(size_t offset) const;
  // Reports a tag that has no meaning here.
  void CheckTag(const YAML::Mark& mark, const std::string& tag);
  // Reports a quoted text that the file's end closes: yaml-cpp 0.7 accepts most of these.
  void CheckClosed(const Node& scalar);

  const SourceText& source_;
  const Limits& limits_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, NodePointer> anchors_;
  int64_t alias_nodes_ = 0;
  bool stopped_ = false;
  NodePointer root_;
  std::vector<Problem> problems_;
};

}  // namespace waypost::yaml
