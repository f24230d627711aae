// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "sidecar/cel/comparison.h"
#include "sidecar/cel/nodes.h"
#include "sidecar/cel/runtime_type.h"
#include "sidecar/cel/signature_text.h"
#include "sidecar/cel/text_limits.h"
#include "sidecar/text/absl_view.h"

namespace waypost::cel {
namespace {

class EqualNode final : public Node {
 public:
  EqualNode(const Expr& expr, NodePtr left, NodePtr right)
      : Node(expr),
        when_equal_(expr.function == operators::kEqual),
        left_(std::move(left)),
        right_(std::move(right)) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value left = left_->Evaluate(frame);
    if (left.is_error()) {
      return left;
    }
    Value right = right_->Evaluate(frame);
    if (right.is_error()) {
      return right;
    }
    const bool equal = Equal(left, right, &frame->budget);
    return frame->budget.steps < 0 ? Placed(CostError()) : Value::Bool(equal == when_equal_);
  }

 private:
  bool when_equal_;
  NodePtr left_;
  NodePtr right_;
};

// `x == "text"`, the commonest condition of all.
class EqualTextNode final : public Node {
 public:
  EqualTextNode(const Expr& expr, NodePtr operand, std::string_view text)
      : Node(expr),
        when_equal_(expr.function == operators::kEqual),
        operand_(std::move(operand)),
        text_(text) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value value = operand_->Evaluate(frame);
    if (value.kind() == ValueKind::kString) {
      return Value::Bool((value.AsString() == text_) == when_equal_);
    }
    return value.is_error() ? value : Value::Bool(!when_equal_);
  }

 private:
  bool when_equal_;
  NodePtr operand_;
  std::string text_;
};

enum class Relation { kLess, kLessEqual, kGreater, kGreaterEqual };

Relation RelationOf(const std::string& function) {
  if (function == operators::kLess) {
    return Relation::kLess;
  }
  if (function == operators::kLessEqual) {
    return Relation::kLessEqual;
  }
  return function == operators::kGreater ? Relation::kGreater : Relation::kGreaterEqual;
}

bool Holds(Relation relation, Order order) {
  switch (relation) {
    case Relation::kLess:
      return order == Order::kLess;
    case Relation::kLessEqual:
      return order == Order::kLess || order == Order::kEqual;
    case Relation::kGreater:
      return order == Order::kGreater;
    case Relation::kGreaterEqual:
      return order == Order::kGreater || order == Order::kEqual;
  }
  return false;
}

class OrderNode final : public Node {
 public:
  OrderNode(const Expr& expr, NodePtr left, NodePtr right)
      : Node(expr),
        relation_(RelationOf(expr.function)),
        function_(expr.function),
        left_(std::move(left)),
        right_(std::move(right)) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value left = left_->Evaluate(frame);
    if (left.is_error()) {
      return left;
    }
    Value right = right_->Evaluate(frame);
    if (right.is_error()) {
      return right;
    }
    if (left.kind() == ValueKind::kInt && right.kind() == ValueKind::kInt) {
      return Value::Bool(HoldsForInts(left.AsInt(), right.AsInt()));
    }
    const std::optional<Order> order = Compare(left, right);
    return order ? Value::Bool(Holds(relation_, *order))
                 : Fail("'" + FunctionText(function_) + "' does not take (" +
                        std::string(RuntimeTypeName(left)) + ", " +
                        std::string(RuntimeTypeName(right)) + ")");
  }

 private:
  // The commonest comparison, short of the general way.
  [[nodiscard]] bool HoldsForInts(int64_t left, int64_t right) const {
    switch (relation_) {
      case Relation::kLess:
        return left < right;
      case Relation::kLessEqual:
        return left <= right;
      case Relation::kGreater:
        return left > right;
      case Relation::kGreaterEqual:
        return left >= right;
    }
    return false;
  }

  Relation relation_;
  std::string function_;
  NodePtr left_;
  NodePtr right_;
};

class InNode final : public Node {
 public:
  InNode(const Expr& expr, NodePtr element, NodePtr range)
      : Node(expr), element_(std::move(element)), range_(std::move(range)) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value element = element_->Evaluate(frame);
    if (element.is_error()) {
      return element;
    }
    Value range = range_->Evaluate(frame);
    switch (range.kind()) {
      case ValueKind::kError:
        return range;
      case ValueKind::kList:
        return InList(element, range.AsList(), &frame->budget);
      case ValueKind::kMap: {
        Value ignored;
        return Value::Bool(range.AsMap().Find(element, &ignored));
      }
      default:
        return Fail("'in' looks into a list or a map, not " + std::string(RuntimeTypeName(range)));
    }
  }

 private:
  [[nodiscard]] Value InList(const Value& element, const List& list, Budget* budget) const {
    const size_t size = list.size();
    bool found = false;
    for (size_t i = 0; i < size && !found; ++i) {
      if (!budget->Charge(1)) {
        return Placed(CostError());
      }
      found = Equal(element, list.At(i), budget);
    }
    return Value::Bool(found);
  }

  NodePtr element_;
  NodePtr range_;
};

// `x in ["a", "b"]` with texts that are known beforehand.
class InTextsNode final : public Node {
 public:
  InTextsNode(const Expr& expr, NodePtr element, const List& texts)
      : Node(expr), element_(std::move(element)) {
    for (size_t i = 0; i < texts.size(); ++i) {
      texts_.insert(std::string(texts.At(i).AsString()));
    }
  }

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value element = element_->Evaluate(frame);
    if (element.kind() == ValueKind::kString) {
      return Value::Bool(texts_.contains(AbslView(element.AsString())));
    }
    return element.is_error() ? element : Value::Bool(false);
  }

 private:
  NodePtr element_;
  absl::flat_hash_set<std::string> texts_;
};

bool AreTexts(const List& list) {
  for (size_t i = 0; i < list.size(); ++i) {
    if (list.At(i).kind() != ValueKind::kString) {
      return false;
    }
  }
  return list.size() > 0;
}

bool IsText(const Node& node) {
  return node.Constant() != nullptr && node.Constant()->kind() == ValueKind::kString;
}

}  // namespace

NodePtr MakeEqual(const Expr& expr, NodePtr left, NodePtr right) {
  if (IsText(*left)) {
    std::swap(left, right);
  }
  if (IsText(*right)) {
    const std::string_view text = right->Constant()->AsString();
    return std::make_unique<EqualTextNode>(expr, std::move(left), text);
  }
  return std::make_unique<EqualNode>(expr, std::move(left), std::move(right));
}

NodePtr MakeOrder(const Expr& expr, NodePtr left, NodePtr right) {
  return std::make_unique<OrderNode>(expr, std::move(left), std::move(right));
}

NodePtr MakeIn(const Expr& expr, NodePtr element, NodePtr range) {
  const Value* constant = range->Constant();
  if (constant != nullptr && constant->kind() == ValueKind::kList && AreTexts(constant->AsList())) {
    return std::make_unique<InTextsNode>(expr, std::move(element), constant->AsList());
  }
  return std::make_unique<InNode>(expr, std::move(element), std::move(range));
}

}  // namespace waypost::cel
