// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/compiler.h"

#include <string>
#include <utility>

#include "re2/re2.h"
#include "sidecar/cel/nodes.h"
#include "sidecar/cel/pattern.h"
#include "sidecar/cel/signature_text.h"
#include "sidecar/cel/time_zone.h"

namespace waypost::cel {
namespace {

bool IsConstantText(const Node& node) {
  return node.Constant() != nullptr && node.Constant()->kind() == ValueKind::kString;
}

bool AreConstant(const std::vector<NodePtr>& nodes) {
  for (const NodePtr& node : nodes) {
    if (node->Constant() == nullptr) {
      return false;
    }
  }
  return true;
}

class Compiler {
 public:
  explicit Compiler(std::vector<Issue>* issues) : issues_(issues) {}

  NodePtr Compile(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kConstant:
        return MakeConstant(expr, expr.constant);
      case ExprKind::kIdentifier:
        return CompileName(expr);
      case ExprKind::kSelect:
        return CompileSelect(expr);
      case ExprKind::kCall:
        return CompileCall(expr);
      case ExprKind::kAnd:
      case ExprKind::kOr:
        return MakeLogic(expr, CompileAll(expr));
      case ExprKind::kConditional:
        return MakeConditional(expr, CompileAll(expr));
      case ExprKind::kList:
        return CompileCollection(expr, MakeList);
      case ExprKind::kMap:
        return CompileCollection(expr, MakeMap);
      case ExprKind::kMessage:
        return MakeFailure(expr, "messages such as '" + expr.name + "{...}' cannot be built here");
      case ExprKind::kComprehension:
        return CompileComprehension(expr);
      case ExprKind::kBind: {
        std::vector<NodePtr> arguments = CompileAll(expr);
        return MakeBind(expr, std::move(arguments[0]), std::move(arguments[1]));
      }
    }
    return MakeFailure(expr, "this cannot be evaluated");
  }

 private:
  std::vector<NodePtr> CompileAll(const Expr& expr) {
    std::vector<NodePtr> nodes;
    for (const auto& argument : expr.arguments) {
      nodes.push_back(Compile(*argument));
    }
    return nodes;
  }

  static NodePtr CompileName(const Expr& expr) {
    switch (expr.reference) {
      case Reference::kVariable:
      case Reference::kLocal:
        return MakeVariable(expr);
      case Reference::kType:
        return MakeConstant(expr, expr.constant);
      case Reference::kNone:
        break;
    }
    return MakeFailure(expr, "undeclared reference to '" + expr.name + "'");
  }

  NodePtr CompileSelect(const Expr& expr) {
    if (expr.reference != Reference::kNone) {
      return CompileName(expr);
    }
    if (expr.test_only) {
      return MakeHas(expr, Compile(*expr.target));
    }
    if (expr.target->reference == Reference::kVariable) {
      return MakeVariableField(expr);
    }
    return MakeSelect(expr, Compile(*expr.target));
  }

  // `node` as a constant when it evaluates to one.
  static NodePtr Fold(const Expr& expr, NodePtr node) {
    Frame frame;
    Value value = node->Evaluate(&frame);
    return value.is_error() ? std::move(node)
                            : MakeConstant(expr, std::move(value), std::move(node));
  }

  NodePtr CompileCollection(const Expr& expr,
                            NodePtr (*make)(const Expr& expr, std::vector<NodePtr> parts)) {
    std::vector<NodePtr> parts = CompileAll(expr);
    const bool constant = AreConstant(parts);
    NodePtr node = make(expr, std::move(parts));
    return constant ? Fold(expr, std::move(node)) : std::move(node);
  }

  NodePtr CompileComprehension(const Expr& expr) {
    int64_t steps = 1;
    for (const auto& argument : expr.arguments) {
      steps += CountSteps(*argument);
    }
    NodePtr range = Compile(*expr.target);
    return MakeComprehension(expr, steps, std::move(range), CompileAll(expr));
  }

  NodePtr CompileCall(const Expr& expr) {
    std::vector<NodePtr> arguments;
    if (expr.member) {
      arguments.push_back(Compile(*expr.target));
    }
    for (const auto& argument : expr.arguments) {
      arguments.push_back(Compile(*argument));
    }
    if (expr.overloads.empty()) {
      return MakeFailure(
          expr, "there is no function '" + FunctionText(expr.function) + "' with these arguments");
    }
    if (NodePtr node = CompileOperator(expr, &arguments)) {
      return node;
    }
    CheckLiteral(expr, arguments);
    const bool folds = (expr.function == "timestamp" || expr.function == "duration" ||
                        expr.function == operators::kNegate) &&
                       AreConstant(arguments);
    NodePtr node = MakeCall(expr, std::move(arguments));
    return folds ? FoldCall(expr, std::move(node)) : std::move(node);
  }

  // Null for functions that have no code of their own in the evaluator.
  static NodePtr CompileOperator(const Expr& expr, std::vector<NodePtr>* arguments) {
    if (arguments->size() != 2) {
      return nullptr;
    }
    NodePtr& left = (*arguments)[0];
    NodePtr& right = (*arguments)[1];
    const std::string& function = expr.function;
    if (function == operators::kEqual || function == operators::kNotEqual) {
      return MakeEqual(expr, std::move(left), std::move(right));
    }
    if (function == operators::kLess || function == operators::kLessEqual ||
        function == operators::kGreater || function == operators::kGreaterEqual) {
      return MakeOrder(expr, std::move(left), std::move(right));
    }
    if (function == operators::kIn) {
      return MakeIn(expr, std::move(left), std::move(right));
    }
    if (function == operators::kIndex || function == operators::kOptionalIndex) {
      return MakeIndex(expr, std::move(left), std::move(right));
    }
    if (expr.member && (function == "or" || function == "orValue")) {
      return MakeOptionalOr(expr, std::move(left), std::move(right));
    }
    return nullptr;
  }

  void Report(const Expr& at, std::string message) {
    if (issues_ != nullptr) {
      issues_->push_back({at.begin, at.end, std::move(message)});
    }
  }

  NodePtr FoldCall(const Expr& expr, NodePtr node) {
    Frame frame;
    Value value = node->Evaluate(&frame);
    if (!value.is_error()) {
      return MakeConstant(expr, std::move(value), std::move(node));
    }
    Report(expr.arguments.empty() ? expr : *expr.arguments[0], value.ErrorMessage());
    return node;
  }

  void CheckLiteral(const Expr& expr, const std::vector<NodePtr>& arguments) {
    if (arguments.size() != 2 || !IsConstantText(*arguments[1])) {
      return;
    }
    const Expr& written = *expr.arguments.back();
    const std::string_view text = arguments[1]->Constant()->AsString();
    absl::TimeZone zone;
    if (expr.function == "matches") {
      const RE2 pattern(text, PatternOptions());
      if (!pattern.ok()) {
        Report(written, PatternProblem(pattern));
      }
    } else if (expr.member && expr.function.starts_with("get") && !FindTimeZone(text, &zone)) {
      Report(written, "unknown time zone " + arguments[1]->Constant()->ToDisplayString());
    }
  }

  std::vector<Issue>* issues_;
};

}  // namespace

NodePtr CompileTree(const Expr& expr, std::vector<Issue>* issues) {
  return Compiler(issues).Compile(expr);
}

int64_t CountSteps(const Expr& expr) {
  int64_t steps = 1;
  if (expr.target != nullptr) {
    steps += CountSteps(*expr.target);
  }
  if (expr.kind == ExprKind::kComprehension) {
    return steps;
  }
  for (const auto& argument : expr.arguments) {
    steps += CountSteps(*argument);
  }
  return steps;
}

}  // namespace waypost::cel
