// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <utility>

#include "sidecar/cel/comparison.h"
#include "sidecar/cel/nesting.h"
#include "sidecar/cel/nodes.h"
#include "sidecar/cel/runtime_type.h"

namespace waypost::cel {
namespace {

using Entries = std::vector<std::pair<Value, Value>>;

enum class Kept { kYes, kNo, kError };

// For entries written with '?': unwraps the optional.
Kept Unwrap(bool optional, Value* value) {
  if (!optional || value->is_error()) {
    return value->is_error() ? Kept::kError : Kept::kYes;
  }
  if (value->kind() != ValueKind::kOptional) {
    *value = Value::Error("an entry with '?' needs an optional, not " +
                          std::string(RuntimeTypeName(*value)));
    return Kept::kError;
  }
  if (value->AsOptional() == nullptr) {
    return Kept::kNo;
  }
  *value = Value(*value->AsOptional());
  return Kept::kYes;
}

class ListNode final : public Node {
 public:
  ListNode(const Expr& expr, std::vector<NodePtr> elements)
      : Node(expr), optional_(expr.optional_entries), elements_(std::move(elements)) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    std::vector<Value> values;
    values.reserve(elements_.size());
    for (size_t i = 0; i < elements_.size(); ++i) {
      Value value = elements_[i]->Evaluate(frame);
      switch (Unwrap(optional_[i], &value)) {
        case Kept::kYes:
          values.push_back(std::move(value));
          break;
        case Kept::kNo:
          break;
        case Kept::kError:
          return Placed(std::move(value));
      }
    }
    return Placed(CheckedNesting(Value::List(std::move(values))));
  }

 private:
  std::vector<bool> optional_;
  std::vector<NodePtr> elements_;
};

bool IsKey(ValueKind kind) {
  return kind == ValueKind::kBool || kind == ValueKind::kInt || kind == ValueKind::kUint ||
         kind == ValueKind::kString;
}

// A key that occurs twice, or null.
const Value* FindRepeatedKey(const Entries& entries) {
  std::vector<std::pair<size_t, const Value*>> keys;
  keys.reserve(entries.size());
  for (const auto& entry : entries) {
    keys.emplace_back(HashOfKey(entry.first), &entry.first);
  }
  std::sort(keys.begin(), keys.end(),
            [](const auto& left, const auto& right) { return left.first < right.first; });
  for (size_t i = 0; i < keys.size(); ++i) {
    for (size_t j = i + 1; j < keys.size() && keys[j].first == keys[i].first; ++j) {
      if (*keys[i].second == *keys[j].second) {
        return keys[j].second;
      }
    }
  }
  return nullptr;
}

class MapNode final : public Node {
 public:
  MapNode(const Expr& expr, std::vector<NodePtr> entries)
      : Node(expr), optional_(expr.optional_entries), entries_(std::move(entries)) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Entries entries;
    entries.reserve(entries_.size() / 2);
    for (size_t i = 0; i < entries_.size(); i += 2) {
      Value key = entries_[i]->Evaluate(frame);
      if (!IsKey(key.kind())) {
        return key.is_error() ? key
                              : Fail("a key of a map is a bool, an integer or a string, not " +
                                     std::string(RuntimeTypeName(key)));
      }
      Value value = entries_[i + 1]->Evaluate(frame);
      const Kept kept = Unwrap(optional_[i / 2], &value);
      if (kept == Kept::kError) {
        return Placed(std::move(value));
      }
      if (kept == Kept::kYes) {
        entries.emplace_back(std::move(key), std::move(value));
      }
    }
    if (const Value* repeated = FindRepeatedKey(entries)) {
      return Fail("the key " + repeated->ToDisplayString() + " occurs twice");
    }
    return Placed(CheckedNesting(Value::Map(std::move(entries))));
  }

 private:
  std::vector<bool> optional_;
  std::vector<NodePtr> entries_;
};

}  // namespace

NodePtr MakeList(const Expr& expr, std::vector<NodePtr> elements) {
  return std::make_unique<ListNode>(expr, std::move(elements));
}

NodePtr MakeMap(const Expr& expr, std::vector<NodePtr> entries) {
  return std::make_unique<MapNode>(expr, std::move(entries));
}

}  // namespace waypost::cel
