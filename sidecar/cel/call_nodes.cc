// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "re2/re2.h"
#include "sidecar/cel/library.h"
#include "sidecar/cel/nodes.h"
#include "sidecar/cel/pattern.h"
#include "sidecar/cel/runtime_type.h"
#include "sidecar/cel/signature_text.h"

namespace waypost::cel {
namespace {

constexpr size_t kMostArguments = 4;

// Evaluates the arguments in order, then the first overload that takes values of their kinds.
template <size_t arity>
class CallNode final : public Node {
 public:
  CallNode(const Expr& expr, std::vector<NodePtr> arguments)
      : Node(expr), function_(expr.function), overloads_(expr.overloads) {
    std::move(arguments.begin(), arguments.end(), arguments_.begin());
  }

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    std::array<Value, arity> values;
    for (size_t i = 0; i < arity; ++i) {
      values[i] = arguments_[i]->Evaluate(frame);
      if (values[i].is_error()) {
        return std::move(values[i]);
      }
    }
    for (const Overload* overload : overloads_) {
      if (Fits(*overload, values)) {
        return Placed(overload->implementation(values.data(), &frame->budget));
      }
    }
    return NoOverload(values);
  }

 private:
  static bool Fits(const Overload& overload, const std::array<Value, arity>& values) {
    for (size_t i = 0; i < arity; ++i) {
      if (!KindMatches(values[i].kind(), overload.parameters[i])) {
        return false;
      }
    }
    return overload.implementation != nullptr;
  }

  [[nodiscard]] Value NoOverload(const std::array<Value, arity>& values) const {
    std::string kinds;
    for (const Value& value : values) {
      kinds += (kinds.empty() ? "" : ", ") + std::string(RuntimeTypeName(value));
    }
    return Fail("'" + FunctionText(function_) + "' does not take (" + kinds + ")");
  }

  std::string function_;
  std::vector<const Overload*> overloads_;
  std::array<NodePtr, arity> arguments_;
};

// matches() with a pattern that is known beforehand.
class MatchesNode final : public Node {
 public:
  MatchesNode(const Expr& expr, NodePtr text, std::unique_ptr<const RE2> pattern)
      : Node(expr), text_(std::move(text)), pattern_(std::move(pattern)) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value text = text_->Evaluate(frame);
    if (text.kind() == ValueKind::kString) {
      return Placed(MatchPattern(*pattern_, text.AsString(), &frame->budget));
    }
    return text.is_error() ? text
                           : Fail("'matches' does not take a value of type " +
                                  std::string(RuntimeTypeName(text)));
  }

 private:
  NodePtr text_;
  std::unique_ptr<const RE2> pattern_;
};

class OptionalOrNode final : public Node {
 public:
  OptionalOrNode(const Expr& expr, NodePtr optional, NodePtr otherwise)
      : Node(expr),
        unwrap_(expr.function == "orValue"),
        optional_(std::move(optional)),
        otherwise_(std::move(otherwise)) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value optional = optional_->Evaluate(frame);
    if (optional.is_error()) {
      return optional;
    }
    if (optional.kind() != ValueKind::kOptional) {
      return Fail("only an optional has or() and orValue(), not " +
                  std::string(RuntimeTypeName(optional)));
    }
    if (optional.AsOptional() == nullptr) {
      return otherwise_->Evaluate(frame);
    }
    return unwrap_ ? Value(*optional.AsOptional()) : optional;
  }

 private:
  bool unwrap_;
  NodePtr optional_;
  NodePtr otherwise_;
};

// Null unless the call is matches() with a constant pattern that compiles.
std::unique_ptr<const RE2> ConstantPattern(const Expr& expr,
                                           const std::vector<NodePtr>& arguments) {
  if (expr.function != "matches" || arguments.size() != 2) {
    return nullptr;
  }
  const Value* pattern = arguments[1]->Constant();
  if (pattern == nullptr || pattern->kind() != ValueKind::kString) {
    return nullptr;
  }
  auto expression = std::make_unique<const RE2>(pattern->AsString(), PatternOptions());
  return expression->ok() ? std::move(expression) : nullptr;
}

}  // namespace

NodePtr MakeCall(const Expr& expr, std::vector<NodePtr> arguments) {
  if (std::unique_ptr<const RE2> pattern = ConstantPattern(expr, arguments)) {
    return std::make_unique<MatchesNode>(expr, std::move(arguments[0]), std::move(pattern));
  }
  static_assert(kMostArguments == 4);
  switch (arguments.size()) {
    case 0:
      return std::make_unique<CallNode<0>>(expr, std::move(arguments));
    case 1:
      return std::make_unique<CallNode<1>>(expr, std::move(arguments));
    case 2:
      return std::make_unique<CallNode<2>>(expr, std::move(arguments));
    case 3:
      return std::make_unique<CallNode<3>>(expr, std::move(arguments));
    default:
      return std::make_unique<CallNode<4>>(expr, std::move(arguments));
  }
}

NodePtr MakeOptionalOr(const Expr& expr, NodePtr optional, NodePtr otherwise) {
  return std::make_unique<OptionalOrNode>(expr, std::move(optional), std::move(otherwise));
}

}  // namespace waypost::cel
