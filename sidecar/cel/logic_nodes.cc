// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "sidecar/cel/nodes.h"
#include "sidecar/cel/runtime_type.h"

namespace waypost::cel {
namespace {

// && and ||. A part that decides the result makes up for errors in the others, on either side.
template <bool deciding>
class LogicNode final : public Node {
 public:
  LogicNode(const Expr& expr, std::vector<NodePtr> arguments)
      : Node(expr), arguments_(std::move(arguments)) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value error;
    for (const NodePtr& argument : arguments_) {
      Value value = argument->Evaluate(frame);
      if (value.kind() != ValueKind::kBool) {
        KeepFirst(std::move(value), &error);
      } else if (value.AsBool() == deciding) {
        return value;
      }
    }
    return error.is_error() ? error : Value::Bool(!deciding);
  }

 private:
  void KeepFirst(Value value, Value* error) const {
    if (error->is_error()) {
      return;
    }
    *error = value.is_error() ? std::move(value)
                              : Fail(std::string(deciding ? "'||'" : "'&&'") +
                                     " needs a bool, not " + std::string(RuntimeTypeName(value)));
  }

  std::vector<NodePtr> arguments_;
};

class ConditionalNode final : public Node {
 public:
  ConditionalNode(const Expr& expr, std::vector<NodePtr> arguments)
      : Node(expr), arguments_(std::move(arguments)) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value condition = arguments_[0]->Evaluate(frame);
    if (condition.kind() == ValueKind::kBool) {
      return arguments_[condition.AsBool() ? 1 : 2]->Evaluate(frame);
    }
    return condition.is_error() ? condition
                                : Fail("the condition before '?' needs a bool, not " +
                                       std::string(RuntimeTypeName(condition)));
  }

 private:
  std::vector<NodePtr> arguments_;
};

}  // namespace

NodePtr MakeLogic(const Expr& expr, std::vector<NodePtr> arguments) {
  if (expr.kind == ExprKind::kOr) {
    return std::make_unique<LogicNode<true>>(expr, std::move(arguments));
  }
  return std::make_unique<LogicNode<false>>(expr, std::move(arguments));
}

NodePtr MakeConditional(const Expr& expr, std::vector<NodePtr> arguments) {
  return std::make_unique<ConditionalNode>(expr, std::move(arguments));
}

}  // namespace waypost::cel
