// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>
#include <vector>

#include "sidecar/cel/ast.h"
#include "sidecar/cel/code.h"
#include "sidecar/cel/compiler.h"
#include "sidecar/cel/program.h"

namespace waypost::cel {
namespace {

// Looks for the part to blame, from the whole downwards. Parts are compiled again here, one by one:
// explanations are rare, and evaluations need not know their own structure.
class Explainer {
 public:
  Explainer(const Code& code, Activation activation) : code_(code), activation_(activation) {}

  // What made `expr` false or fail.
  FalsePart Explain(const Expr& expr, const Value& result) {
    if (expr.kind == ExprKind::kAnd) {
      return ExplainAnd(expr, result);
    }
    if (expr.kind == ExprKind::kConditional) {
      return ExplainConditional(expr, result);
    }
    return Describe(expr, result);
  }

 private:
  Value Evaluate(const Expr& expr) {
    nodes_.push_back(CompileTree(expr, nullptr));
    return EvaluateNode(code_, *nodes_.back(), activation_);
  }

  static bool IsFalse(const Value& value) {
    return value.kind() == ValueKind::kBool && !value.AsBool();
  }

  // A false part decides even when an earlier one failed.
  FalsePart ExplainAnd(const Expr& expr, const Value& result) {
    const Expr* blamed = nullptr;
    Value blamed_result;
    for (const auto& argument : expr.arguments) {
      Value value = Evaluate(*argument);
      if (IsFalse(value)) {
        return Explain(*argument, value);
      }
      if (value.kind() != ValueKind::kBool && blamed == nullptr) {
        blamed = argument.get();
        blamed_result = std::move(value);
      }
    }
    return blamed == nullptr ? Describe(expr, result) : Explain(*blamed, blamed_result);
  }

  FalsePart ExplainConditional(const Expr& expr, const Value& result) {
    const Value condition = Evaluate(*expr.arguments[0]);
    if (condition.kind() != ValueKind::kBool) {
      return Explain(*expr.arguments[0], condition);
    }
    return Explain(*expr.arguments[condition.AsBool() ? 1 : 2], result);
  }

  FalsePart Describe(const Expr& expr, const Value& result) {
    FalsePart part;
    part.begin = expr.begin;
    part.end = expr.end;
    part.text = code_.source.substr(expr.begin, expr.end - expr.begin);
    if (result.is_error()) {
      part.error = result.ErrorMessage();
    } else if (result.kind() != ValueKind::kBool) {
      part.error = "the condition gives " + result.ToDisplayString() + ", not a bool";
    }
    DescribeSides(expr, &part);
    return part;
  }

  void DescribeSides(const Expr& expr, FalsePart* part) {
    if (expr.kind == ExprKind::kComprehension) {
      part->left = Evaluate(*expr.target).ToDisplayString();
      return;
    }
    if (expr.kind != ExprKind::kCall) {
      return;
    }
    if (expr.member && expr.arguments.size() == 1) {
      part->left = Evaluate(*expr.target).ToDisplayString();
      part->right = Evaluate(*expr.arguments[0]).ToDisplayString();
    } else if (!expr.member && expr.arguments.size() == 2) {
      part->left = Evaluate(*expr.arguments[0]).ToDisplayString();
      part->right = Evaluate(*expr.arguments[1]).ToDisplayString();
    }
  }

  const Code& code_;
  Activation activation_;
  std::vector<NodePtr> nodes_;  // results may borrow their constants
};

}  // namespace

std::optional<FalsePart> Program::Explain(Activation activation) const {
  const Value result = Evaluate(activation);
  if (result.kind() == ValueKind::kBool && result.AsBool()) {
    return std::nullopt;
  }
  return Explainer(*code_, activation).Explain(*code_->tree, result);
}

}  // namespace waypost::cel
