// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/ast.h"
#include "sidecar/cel/library.h"
#include "sidecar/cel/nesting.h"

namespace waypost::cel {
namespace {

bool IsZero(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kNull:
      return true;
    case ValueKind::kBool:
      return !value.AsBool();
    case ValueKind::kInt:
      return value.AsInt() == 0;
    case ValueKind::kUint:
      return value.AsUint() == 0;
    case ValueKind::kDouble:
      return value.AsDouble() == 0;
    case ValueKind::kString:
      return value.AsString().empty();
    case ValueKind::kBytes:
      return value.AsBytes().empty();
    case ValueKind::kDuration:
      return value.AsDuration() == absl::ZeroDuration();
    case ValueKind::kList:
      return value.AsList().size() == 0;
    case ValueKind::kMap:
      return value.AsMap().size() == 0;
    case ValueKind::kOptional:
      return value.AsOptional() == nullptr;
    default:
      return false;
  }
}

Value None(const Value* /*arguments*/, Budget* /*budget*/) { return Value::OptionalNone(); }

Value Of(const Value* arguments, Budget* /*budget*/) {
  return CheckedNesting(Value::OptionalOf(arguments[0]));
}

Value OfNonZero(const Value* arguments, Budget* /*budget*/) {
  return IsZero(arguments[0]) ? Value::OptionalNone()
                              : CheckedNesting(Value::OptionalOf(arguments[0]));
}

Value HasValue(const Value* arguments, Budget* /*budget*/) {
  return Value::Bool(arguments[0].AsOptional() != nullptr);
}

Value ValueOf(const Value* arguments, Budget* /*budget*/) {
  const Value* value = arguments[0].AsOptional();
  return value == nullptr ? Value::Error("the optional has no value") : *value;
}

}  // namespace

// or() and orValue() skip their argument when it is not needed, so the evaluator has its own code.
void AddOptionals(Library* library) {
  const Type a = Type::Parameter("A");
  const Type b = Type::Parameter("B");
  const Type optional = Type::Optional(a);
  library->AddGlobal("optional.none", {}, optional, None);
  library->AddGlobal("optional.of", {a}, optional, Of);
  library->AddGlobal("optional.ofNonZeroValue", {a}, optional, OfNonZero);
  library->AddMember("hasValue", {optional}, TypeKind::kBool, HasValue);
  library->AddMember("value", {optional}, a, ValueOf);
  library->AddMember("or", {optional, optional}, optional, nullptr);
  library->AddMember("orValue", {optional, a}, a, nullptr);
  library->AddGlobal(operators::kIndex, {Type::Optional(Type::List(a)), TypeKind::kInt}, optional,
                     nullptr);
  library->AddGlobal(operators::kIndex, {Type::Optional(Type::Map(a, b)), a}, Type::Optional(b),
                     nullptr);
  library->AddGlobal(operators::kOptionalIndex, {Type::List(a), TypeKind::kInt}, optional, nullptr);
  library->AddGlobal(operators::kOptionalIndex, {Type::Map(a, b), a}, Type::Optional(b), nullptr);
  library->AddGlobal(operators::kOptionalIndex, {Type::Optional(Type::List(a)), TypeKind::kInt},
                     optional, nullptr);
  library->AddGlobal(operators::kOptionalIndex, {Type::Optional(Type::Map(a, b)), a},
                     Type::Optional(b), nullptr);
}

}  // namespace waypost::cel
