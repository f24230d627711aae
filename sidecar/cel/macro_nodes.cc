// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <utility>

#include "sidecar/cel/nesting.h"
#include "sidecar/cel/nodes.h"
#include "sidecar/cel/runtime_type.h"
#include "sidecar/cel/text_limits.h"

namespace waypost::cel {
namespace {

// Goes over a list or the entries of a map; the derived classes say what a turn does.
class ComprehensionNode : public Node {
 public:
  ComprehensionNode(const Expr& expr, int64_t steps, NodePtr range, std::vector<NodePtr> arguments)
      : Node(expr),
        arguments_(std::move(arguments)),
        macro_(expr.name),
        first_(expr.number),
        has_second_(!expr.second_variable.empty()),
        steps_(steps),
        range_(std::move(range)) {}

 protected:
  // Calls turn(), which returns false to stop, with the variables set. Null, or the error that kept
  // it from going on.
  template <typename Turn>
  Value ForEach(Frame* frame, Turn turn) const {
    Value range = range_->Evaluate(frame);
    switch (range.kind()) {
      case ValueKind::kList:
        return OverList(range.AsList(), frame, turn);
      case ValueKind::kMap:
        return OverMap(range.AsMap(), frame, turn);
      case ValueKind::kError:
        return range;
      default:
        return Fail("'" + macro_ + "' goes over a list or a map, not " +
                    std::string(RuntimeTypeName(range)));
    }
  }

  [[nodiscard]] const Value& First(const Frame& frame) const { return frame.locals[first_]; }

  // Evaluates the condition. Null, or the error when it has none.
  Value Condition(Frame* frame, bool* holds) const {
    Value value = arguments_.front()->Evaluate(frame);
    if (value.kind() == ValueKind::kBool) {
      *holds = value.AsBool();
      return Value::Null();
    }
    return value.is_error() ? value
                            : Fail("the condition of '" + macro_ + "' needs a bool, not " +
                                   std::string(RuntimeTypeName(value)));
  }

  std::vector<NodePtr> arguments_;

 private:
  template <typename Turn>
  Value OverList(const List& list, Frame* frame, Turn turn) const {
    const size_t size = list.size();
    for (size_t i = 0; i < size; ++i) {
      if (!frame->budget.Charge(steps_)) {
        return Placed(CostError());
      }
      if (has_second_) {
        frame->locals[first_] = Value::Int(static_cast<int64_t>(i));
        frame->locals[first_ + 1] = list.At(i);
      } else {
        frame->locals[first_] = list.At(i);
      }
      if (!turn()) {
        break;
      }
    }
    return Value::Null();
  }

  template <typename Turn>
  Value OverMap(const Map& map, Frame* frame, Turn turn) const {
    const size_t size = map.size();
    for (size_t i = 0; i < size; ++i) {
      if (!frame->budget.Charge(steps_)) {
        return Placed(CostError());
      }
      frame->locals[first_] = map.KeyAt(i);
      if (has_second_ && !map.Find(frame->locals[first_], &frame->locals[first_ + 1])) {
        return Fail("the map changed while '" + macro_ + "' went over it");
      }
      if (!turn()) {
        break;
      }
    }
    return Value::Null();
  }

  std::string macro_;
  int first_;
  bool has_second_;
  int64_t steps_;
  NodePtr range_;
};

// all (decided by the first false) and exists (by the first true). As with && and ||, a deciding
// element makes up for errors at others.
template <bool deciding>
class QuantifierNode final : public ComprehensionNode {
 public:
  using ComprehensionNode::ComprehensionNode;

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value first_error;
    bool decided = false;
    Value stopped = ForEach(frame, [&] {
      bool holds = !deciding;
      Value error = Condition(frame, &holds);
      if (error.is_error() && !first_error.is_error()) {
        first_error = std::move(error);
      }
      decided = holds == deciding;
      return !decided;
    });
    if (stopped.is_error()) {
      return stopped;
    }
    if (decided) {
      return Value::Bool(deciding);
    }
    return first_error.is_error() ? first_error : Value::Bool(!deciding);
  }
};

class ExistsOneNode final : public ComprehensionNode {
 public:
  using ComprehensionNode::ComprehensionNode;

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value error;
    int64_t count = 0;
    Value stopped = ForEach(frame, [&] {
      bool holds = false;
      error = Condition(frame, &holds);
      count += holds ? 1 : 0;
      return !error.is_error();
    });
    if (stopped.is_error() || error.is_error()) {
      return stopped.is_error() ? stopped : error;
    }
    return Value::Bool(count == 1);
  }
};

class FilterNode final : public ComprehensionNode {
 public:
  using ComprehensionNode::ComprehensionNode;

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value error;
    std::vector<Value> kept;
    Value stopped = ForEach(frame, [&] {
      bool holds = false;
      error = Condition(frame, &holds);
      if (holds) {
        kept.push_back(First(*frame));
      }
      return !error.is_error();
    });
    if (stopped.is_error() || error.is_error()) {
      return stopped.is_error() ? stopped : error;
    }
    return Placed(CheckedNesting(Value::List(std::move(kept))));
  }
};

// map, transformList and transformMap: a list of results, or a map of them by key.
class TransformNode final : public ComprehensionNode {
 public:
  TransformNode(const Expr& expr, int64_t steps, NodePtr range, std::vector<NodePtr> arguments)
      : ComprehensionNode(expr, steps, std::move(range), std::move(arguments)),
        to_map_(expr.macro == Macro::kTransformMap) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value error;
    std::vector<Value> list;
    std::vector<std::pair<Value, Value>> entries;
    Value stopped = ForEach(frame, [&] {
      bool holds = true;
      if (arguments_.size() == 2) {
        error = Condition(frame, &holds);
      }
      if (!holds || error.is_error()) {
        return !error.is_error();
      }
      Value result = arguments_.back()->Evaluate(frame);
      if (result.is_error()) {
        error = std::move(result);
        return false;
      }
      if (to_map_) {
        entries.emplace_back(First(*frame), std::move(result));
      } else {
        list.push_back(std::move(result));
      }
      return true;
    });
    if (stopped.is_error() || error.is_error()) {
      return stopped.is_error() ? stopped : error;
    }
    return Placed(
        CheckedNesting(to_map_ ? Value::Map(std::move(entries)) : Value::List(std::move(list))));
  }

 private:
  bool to_map_;
};

class OptionalMapNode final : public Node {
 public:
  OptionalMapNode(const Expr& expr, NodePtr optional, NodePtr result)
      : Node(expr),
        macro_(expr.name),
        local_(expr.number),
        wraps_(expr.macro == Macro::kOptionalMap),
        optional_(std::move(optional)),
        result_(std::move(result)) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value optional = optional_->Evaluate(frame);
    if (optional.is_error()) {
      return optional;
    }
    if (optional.kind() != ValueKind::kOptional) {
      return Fail("'" + macro_ + "' needs an optional, not " +
                  std::string(RuntimeTypeName(optional)));
    }
    if (optional.AsOptional() == nullptr) {
      return optional;
    }
    frame->locals[local_] = *optional.AsOptional();
    Value result = result_->Evaluate(frame);
    return wraps_ && !result.is_error()
               ? Placed(CheckedNesting(Value::OptionalOf(std::move(result))))
               : result;
  }

 private:
  std::string macro_;
  int local_;
  bool wraps_;
  NodePtr optional_;
  NodePtr result_;
};

class BindNode final : public Node {
 public:
  BindNode(const Expr& expr, NodePtr value, NodePtr body)
      : Node(expr), local_(expr.number), value_(std::move(value)), body_(std::move(body)) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value value = value_->Evaluate(frame);
    if (value.is_error()) {
      return value;
    }
    frame->locals[local_] = std::move(value);
    return body_->Evaluate(frame);
  }

 private:
  int local_;
  NodePtr value_;
  NodePtr body_;
};

}  // namespace

NodePtr MakeComprehension(const Expr& expr, int64_t steps, NodePtr range,
                          std::vector<NodePtr> arguments) {
  switch (expr.macro) {
    case Macro::kAll:
      return std::make_unique<QuantifierNode<false>>(expr, steps, std::move(range),
                                                     std::move(arguments));
    case Macro::kExists:
      return std::make_unique<QuantifierNode<true>>(expr, steps, std::move(range),
                                                    std::move(arguments));
    case Macro::kExistsOne:
      return std::make_unique<ExistsOneNode>(expr, steps, std::move(range), std::move(arguments));
    case Macro::kFilter:
      return std::make_unique<FilterNode>(expr, steps, std::move(range), std::move(arguments));
    case Macro::kOptionalMap:
    case Macro::kOptionalFlatMap:
      return std::make_unique<OptionalMapNode>(expr, std::move(range), std::move(arguments[0]));
    case Macro::kMap:
    case Macro::kTransformMap:
      break;
  }
  return std::make_unique<TransformNode>(expr, steps, std::move(range), std::move(arguments));
}

NodePtr MakeBind(const Expr& expr, NodePtr value, NodePtr body) {
  return std::make_unique<BindNode>(expr, std::move(value), std::move(body));
}

}  // namespace waypost::cel
