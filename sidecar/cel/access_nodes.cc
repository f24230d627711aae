// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string_view>

#include "sidecar/cel/nodes.h"
#include "sidecar/cel/runtime_type.h"

namespace waypost::cel {
namespace {

// The same value without a share in its ownership, so that threads do not contend for the count.
Value Borrow(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kString:
      return Value::StringView(value.AsString());
    case ValueKind::kBytes:
      return Value::BytesView(value.AsBytes());
    case ValueKind::kList:
      return Value::BorrowedList(&value.AsList());
    case ValueKind::kMap:
      return Value::BorrowedMap(&value.AsMap());
    default:
      return value;
  }
}

class ConstantNode final : public Node {
 public:
  ConstantNode(const Expr& expr, Value value, NodePtr source)
      : Node(expr),
        source_(std::move(source)),
        owned_(std::move(value)),
        borrowed_(Borrow(owned_)) {}
  [[nodiscard]] Value Evaluate(Frame* /*frame*/) const override { return borrowed_; }
  [[nodiscard]] const Value* Constant() const override { return &borrowed_; }

 private:
  NodePtr source_;  // the value may borrow from its constants
  Value owned_;
  Value borrowed_;
};

class FailureNode final : public Node {
 public:
  FailureNode(const Expr& expr, std::string message) : Node(expr), message_(std::move(message)) {}
  [[nodiscard]] Value Evaluate(Frame* /*frame*/) const override { return Fail(message_); }

 private:
  std::string message_;
};

class VariableNode final : public Node {
 public:
  explicit VariableNode(const Expr& expr)
      : Node(expr), slot_(static_cast<size_t>(expr.number)), name_(expr.name) {}
  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    return slot_ < frame->variables.size() ? Placed(frame->variables[slot_])
                                           : Fail("there is no value for '" + name_ + "'");
  }

 private:
  size_t slot_;
  std::string name_;
};

class LocalNode final : public Node {
 public:
  explicit LocalNode(const Expr& expr) : Node(expr), number_(expr.number) {}
  [[nodiscard]] Value Evaluate(Frame* frame) const override { return frame->locals[number_]; }

 private:
  int number_;
};

enum class Found { kYes, kNo, kNotAnObject };

// The field or entry called `name` of an object or map; `field` is its number or -1.
Found FindField(const Value& target, std::string_view name, int field, Value* value) {
  if (target.kind() == ValueKind::kMap) {
    return target.AsMap().Find(Value::StringView(name), value) ? Found::kYes : Found::kNo;
  }
  if (target.kind() != ValueKind::kObject) {
    return Found::kNotAnObject;
  }
  const Object& object = target.AsObject();
  const int number = field >= 0 ? field : object.type().FieldNumber(name);
  if (number < 0) {
    return Found::kNo;
  }
  *value = object.Get(number);
  return Found::kYes;
}

// As FindField, but for presence.
Found HasField(const Value& target, std::string_view name, int field) {
  if (target.kind() != ValueKind::kObject) {
    Value ignored;
    return FindField(target, name, field, &ignored);
  }
  const Object& object = target.AsObject();
  const int number = field >= 0 ? field : object.type().FieldNumber(name);
  return number >= 0 && object.Has(number) ? Found::kYes : Found::kNo;
}

class FieldNode : public Node {
 public:
  explicit FieldNode(const Expr& expr)
      : Node(expr), name_(expr.name), field_(expr.field), optional_(expr.optional) {}

 protected:
  [[nodiscard]] Value Select(const Value& target) const {
    if (target.kind() != ValueKind::kObject || field_ < 0 || optional_) {
      return target.is_error() ? target : SelectSlowly(target);
    }
    return Placed(target.AsObject().Get(field_));
  }

 private:
  [[nodiscard]] Value SelectSlowly(const Value& target) const {
    if (target.kind() == ValueKind::kOptional) {
      return target.AsOptional() == nullptr ? target : SelectOptional(*target.AsOptional());
    }
    if (optional_) {
      return SelectOptional(target);
    }
    Value value;
    switch (FindField(target, name_, field_, &value)) {
      case Found::kYes:
        return Placed(std::move(value));
      case Found::kNo:
        return Fail("no such key: '" + name_ + "'");
      case Found::kNotAnObject:
        break;
    }
    return NotAnObject(target);
  }

  [[nodiscard]] Value SelectOptional(const Value& target) const {
    switch (HasField(target, name_, field_)) {
      case Found::kYes: {
        Value value;
        FindField(target, name_, field_, &value);
        return value.is_error() ? Placed(std::move(value)) : Value::OptionalOf(std::move(value));
      }
      case Found::kNo:
        return Value::OptionalNone();
      case Found::kNotAnObject:
        break;
    }
    return NotAnObject(target);
  }

  [[nodiscard]] Value NotAnObject(const Value& target) const {
    return Fail("a value of type " + std::string(RuntimeTypeName(target)) + " has no field '" +
                name_ + "'");
  }

  std::string name_;
  int field_;
  bool optional_;
};

class SelectNode final : public FieldNode {
 public:
  SelectNode(const Expr& expr, NodePtr target) : FieldNode(expr), target_(std::move(target)) {}
  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    return Select(target_->Evaluate(frame));
  }

 private:
  NodePtr target_;
};

class VariableFieldNode final : public FieldNode {
 public:
  explicit VariableFieldNode(const Expr& expr)
      : FieldNode(expr), variable_(*expr.target), slot_(static_cast<size_t>(expr.target->number)) {}
  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    return slot_ < frame->variables.size() ? Select(frame->variables[slot_])
                                           : variable_.Evaluate(frame);
  }

 private:
  VariableNode variable_;
  size_t slot_;
};

class HasNode final : public Node {
 public:
  HasNode(const Expr& expr, NodePtr target)
      : Node(expr), name_(expr.name), field_(expr.field), target_(std::move(target)) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value target = target_->Evaluate(frame);
    if (target.is_error()) {
      return target;
    }
    if (target.kind() == ValueKind::kOptional) {
      if (target.AsOptional() == nullptr) {
        return Value::Bool(false);
      }
      target = Value(*target.AsOptional());
    }
    const Found found = HasField(target, name_, field_);
    return found == Found::kNotAnObject ? Fail("has() needs an object or a map before '." + name_ +
                                               "', not " + std::string(RuntimeTypeName(target)))
                                        : Value::Bool(found == Found::kYes);
  }

 private:
  std::string name_;
  int field_;
  NodePtr target_;
};

// False when `index` is no whole number from 0 to 2^63.
bool WholeIndex(const Value& index, size_t* whole) {
  switch (index.kind()) {
    case ValueKind::kInt:
      *whole = static_cast<size_t>(index.AsInt());
      return index.AsInt() >= 0;
    case ValueKind::kUint:
      *whole = index.AsUint();
      return true;
    case ValueKind::kDouble:
      *whole = index.AsDouble() >= 0 && index.AsDouble() < 9e15
                   ? static_cast<size_t>(index.AsDouble())
                   : 0;
      return static_cast<double>(*whole) == index.AsDouble();
    default:
      return false;
  }
}

class IndexNode final : public Node {
 public:
  IndexNode(const Expr& expr, NodePtr target, NodePtr index)
      : Node(expr),
        optional_(expr.function == operators::kOptionalIndex),
        target_(std::move(target)),
        index_(std::move(index)) {}

  [[nodiscard]] Value Evaluate(Frame* frame) const override {
    Value target = target_->Evaluate(frame);
    if (target.is_error()) {
      return target;
    }
    Value index = index_->Evaluate(frame);
    if (index.is_error()) {
      return index;
    }
    if (target.kind() == ValueKind::kOptional) {
      return target.AsOptional() == nullptr ? target : Lookup(*target.AsOptional(), index, true);
    }
    return Lookup(target, index, optional_);
  }

 private:
  [[nodiscard]] Value Lookup(const Value& target, const Value& index, bool optional) const {
    Value value;
    std::string problem;
    if (target.kind() == ValueKind::kList) {
      problem = FromList(target.AsList(), index, &value);
    } else if (target.kind() == ValueKind::kMap) {
      problem = target.AsMap().Find(index, &value) ? "" : "no such key: " + index.ToDisplayString();
    } else {
      return Fail("'[]' does not take a value of type " + std::string(RuntimeTypeName(target)));
    }
    if (!problem.empty()) {
      return optional ? Value::OptionalNone() : Fail(std::move(problem));
    }
    value = Placed(std::move(value));
    return optional && !value.is_error() ? Value::OptionalOf(std::move(value)) : value;
  }

  static std::string FromList(const List& list, const Value& index, Value* value) {
    size_t whole = 0;
    if (!WholeIndex(index, &whole)) {
      return index.ToDisplayString() + " is no index of a list";
    }
    if (whole >= list.size()) {
      return "index " + index.ToDisplayString() + " is out of range: the list has " +
             std::to_string(list.size()) + " elements";
    }
    *value = list.At(whole);
    return "";
  }

  bool optional_;
  NodePtr target_;
  NodePtr index_;
};

}  // namespace

NodePtr MakeConstant(const Expr& expr, Value value, NodePtr source) {
  return std::make_unique<ConstantNode>(expr, std::move(value), std::move(source));
}

NodePtr MakeFailure(const Expr& expr, std::string message) {
  return std::make_unique<FailureNode>(expr, std::move(message));
}

NodePtr MakeVariable(const Expr& expr) {
  if (expr.reference == Reference::kLocal) {
    return std::make_unique<LocalNode>(expr);
  }
  return std::make_unique<VariableNode>(expr);
}

NodePtr MakeSelect(const Expr& expr, NodePtr target) {
  return std::make_unique<SelectNode>(expr, std::move(target));
}

NodePtr MakeVariableField(const Expr& expr) { return std::make_unique<VariableFieldNode>(expr); }

NodePtr MakeHas(const Expr& expr, NodePtr target) {
  return std::make_unique<HasNode>(expr, std::move(target));
}

NodePtr MakeIndex(const Expr& expr, NodePtr target, NodePtr index) {
  return std::make_unique<IndexNode>(expr, std::move(target), std::move(index));
}

}  // namespace waypost::cel
