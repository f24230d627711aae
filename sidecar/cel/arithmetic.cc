// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sidecar/cel/ast.h"
#include "sidecar/cel/library.h"
#include "sidecar/cel/text_limits.h"
#include "sidecar/cel/time_range.h"

namespace waypost::cel {
namespace {

Value Overflow() { return Value::Error("the result does not fit into 64 bits"); }
Value DivideByZero() { return Value::Error("division by zero"); }
Value ModulusByZero() { return Value::Error("modulus by zero"); }

constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();

Value AddInts(const Value* arguments, Budget* /*budget*/) {
  int64_t sum = 0;
  return __builtin_add_overflow(arguments[0].AsInt(), arguments[1].AsInt(), &sum) ? Overflow()
                                                                                  : Value::Int(sum);
}

Value AddUints(const Value* arguments, Budget* /*budget*/) {
  uint64_t sum = 0;
  return __builtin_add_overflow(arguments[0].AsUint(), arguments[1].AsUint(), &sum)
             ? Overflow()
             : Value::Uint(sum);
}

Value AddDoubles(const Value* arguments, Budget* /*budget*/) {
  return Value::Double(arguments[0].AsDouble() + arguments[1].AsDouble());
}

Value SubtractInts(const Value* arguments, Budget* /*budget*/) {
  int64_t difference = 0;
  return __builtin_sub_overflow(arguments[0].AsInt(), arguments[1].AsInt(), &difference)
             ? Overflow()
             : Value::Int(difference);
}

Value SubtractUints(const Value* arguments, Budget* /*budget*/) {
  uint64_t difference = 0;
  return __builtin_sub_overflow(arguments[0].AsUint(), arguments[1].AsUint(), &difference)
             ? Overflow()
             : Value::Uint(difference);
}

Value SubtractDoubles(const Value* arguments, Budget* /*budget*/) {
  return Value::Double(arguments[0].AsDouble() - arguments[1].AsDouble());
}

Value MultiplyInts(const Value* arguments, Budget* /*budget*/) {
  int64_t product = 0;
  return __builtin_mul_overflow(arguments[0].AsInt(), arguments[1].AsInt(), &product)
             ? Overflow()
             : Value::Int(product);
}

Value MultiplyUints(const Value* arguments, Budget* /*budget*/) {
  uint64_t product = 0;
  return __builtin_mul_overflow(arguments[0].AsUint(), arguments[1].AsUint(), &product)
             ? Overflow()
             : Value::Uint(product);
}

Value MultiplyDoubles(const Value* arguments, Budget* /*budget*/) {
  return Value::Double(arguments[0].AsDouble() * arguments[1].AsDouble());
}

Value DivideInts(const Value* arguments, Budget* /*budget*/) {
  const int64_t dividend = arguments[0].AsInt();
  const int64_t divisor = arguments[1].AsInt();
  if (divisor == 0) {
    return DivideByZero();
  }
  return dividend == kLeast && divisor == -1 ? Overflow() : Value::Int(dividend / divisor);
}

Value DivideUints(const Value* arguments, Budget* /*budget*/) {
  const uint64_t divisor = arguments[1].AsUint();
  return divisor == 0 ? DivideByZero() : Value::Uint(arguments[0].AsUint() / divisor);
}

// IEEE 754: division by zero yields an infinity or NaN.
__attribute__((no_sanitize("float-divide-by-zero"))) Value DivideDoubles(const Value* arguments,
                                                                         Budget* /*budget*/) {
  return Value::Double(arguments[0].AsDouble() / arguments[1].AsDouble());
}

Value ModuloInts(const Value* arguments, Budget* /*budget*/) {
  const int64_t dividend = arguments[0].AsInt();
  const int64_t divisor = arguments[1].AsInt();
  if (divisor == 0) {
    return ModulusByZero();
  }
  return dividend == kLeast && divisor == -1 ? Overflow() : Value::Int(dividend % divisor);
}

Value ModuloUints(const Value* arguments, Budget* /*budget*/) {
  const uint64_t divisor = arguments[1].AsUint();
  return divisor == 0 ? ModulusByZero() : Value::Uint(arguments[0].AsUint() % divisor);
}

Value NegateInt(const Value* arguments, Budget* /*budget*/) {
  return arguments[0].AsInt() == kLeast ? Overflow() : Value::Int(-arguments[0].AsInt());
}

Value NegateDouble(const Value* arguments, Budget* /*budget*/) {
  return Value::Double(-arguments[0].AsDouble());
}

std::string Joined(std::string_view left, std::string_view right) {
  std::string text;
  text.reserve(left.size() + right.size());
  text.append(left);
  text.append(right);
  return text;
}

Value AddStrings(const Value* arguments, Budget* budget) {
  return BuiltString(Joined(arguments[0].AsString(), arguments[1].AsString()), budget);
}

Value AddBytes(const Value* arguments, Budget* budget) {
  const size_t size = arguments[0].AsBytes().size() + arguments[1].AsBytes().size();
  if (!FitsText(size, *budget)) {
    return TextSizeError();
  }
  return ChargeBytes(size, budget)
             ? Value::Bytes(Joined(arguments[0].AsBytes(), arguments[1].AsBytes()))
             : CostError();
}

Value AddLists(const Value* arguments, Budget* budget) {
  const size_t size = arguments[0].AsList().size() + arguments[1].AsList().size();
  if (!budget->Charge(static_cast<int64_t>(size))) {
    return CostError();
  }
  std::vector<Value> elements;
  elements.reserve(size);
  for (int side = 0; side < 2; ++side) {
    const List& list = arguments[side].AsList();
    const size_t count = list.size();
    for (size_t i = 0; i < count; ++i) {
      elements.push_back(list.At(i));
    }
  }
  return Value::List(std::move(elements));
}

Value CheckedDuration(absl::Duration duration) {
  return IsDuration(duration) ? Value::Duration(duration)
                              : Value::Error("the duration is out of range");
}

Value CheckedTimestamp(absl::Time time) {
  return IsTimestamp(time) ? Value::Timestamp(time) : Value::Error("the timestamp is out of range");
}

Value AddDurations(const Value* arguments, Budget* /*budget*/) {
  return CheckedDuration(arguments[0].AsDuration() + arguments[1].AsDuration());
}

Value SubtractDurations(const Value* arguments, Budget* /*budget*/) {
  return CheckedDuration(arguments[0].AsDuration() - arguments[1].AsDuration());
}

Value AddTimestampDuration(const Value* arguments, Budget* /*budget*/) {
  return CheckedTimestamp(arguments[0].AsTimestamp() + arguments[1].AsDuration());
}

Value AddDurationTimestamp(const Value* arguments, Budget* /*budget*/) {
  return CheckedTimestamp(arguments[1].AsTimestamp() + arguments[0].AsDuration());
}

Value SubtractTimestampDuration(const Value* arguments, Budget* /*budget*/) {
  return CheckedTimestamp(arguments[0].AsTimestamp() - arguments[1].AsDuration());
}

// As in the other CEL implementations, the distance must fit 64 bits of nanoseconds (292 years).
Value SubtractTimestamps(const Value* arguments, Budget* /*budget*/) {
  constexpr absl::Duration kFurthest = absl::Nanoseconds(std::numeric_limits<int64_t>::max());
  const absl::Duration distance = arguments[0].AsTimestamp() - arguments[1].AsTimestamp();
  return absl::AbsDuration(distance) > kFurthest ? Value::Error("the duration is out of range")
                                                 : Value::Duration(distance);
}

void AddNumeric(Library* library) {
  constexpr TypeKind kInt = TypeKind::kInt;
  constexpr TypeKind kUint = TypeKind::kUint;
  constexpr TypeKind kDouble = TypeKind::kDouble;
  library->AddGlobal(operators::kAdd, {kInt, kInt}, kInt, AddInts);
  library->AddGlobal(operators::kAdd, {kUint, kUint}, kUint, AddUints);
  library->AddGlobal(operators::kAdd, {kDouble, kDouble}, kDouble, AddDoubles);
  library->AddGlobal(operators::kSubtract, {kInt, kInt}, kInt, SubtractInts);
  library->AddGlobal(operators::kSubtract, {kUint, kUint}, kUint, SubtractUints);
  library->AddGlobal(operators::kSubtract, {kDouble, kDouble}, kDouble, SubtractDoubles);
  library->AddGlobal(operators::kMultiply, {kInt, kInt}, kInt, MultiplyInts);
  library->AddGlobal(operators::kMultiply, {kUint, kUint}, kUint, MultiplyUints);
  library->AddGlobal(operators::kMultiply, {kDouble, kDouble}, kDouble, MultiplyDoubles);
  library->AddGlobal(operators::kDivide, {kInt, kInt}, kInt, DivideInts);
  library->AddGlobal(operators::kDivide, {kUint, kUint}, kUint, DivideUints);
  library->AddGlobal(operators::kDivide, {kDouble, kDouble}, kDouble, DivideDoubles);
  library->AddGlobal(operators::kModulo, {kInt, kInt}, kInt, ModuloInts);
  library->AddGlobal(operators::kModulo, {kUint, kUint}, kUint, ModuloUints);
  library->AddGlobal(operators::kNegate, {kInt}, kInt, NegateInt);
  library->AddGlobal(operators::kNegate, {kDouble}, kDouble, NegateDouble);
}

void AddTimes(Library* library) {
  constexpr TypeKind kTime = TypeKind::kTimestamp;
  constexpr TypeKind kSpan = TypeKind::kDuration;
  library->AddGlobal(operators::kAdd, {kSpan, kSpan}, kSpan, AddDurations);
  library->AddGlobal(operators::kAdd, {kTime, kSpan}, kTime, AddTimestampDuration);
  library->AddGlobal(operators::kAdd, {kSpan, kTime}, kTime, AddDurationTimestamp);
  library->AddGlobal(operators::kSubtract, {kSpan, kSpan}, kSpan, SubtractDurations);
  library->AddGlobal(operators::kSubtract, {kTime, kSpan}, kTime, SubtractTimestampDuration);
  library->AddGlobal(operators::kSubtract, {kTime, kTime}, kSpan, SubtractTimestamps);
}

}  // namespace

void AddArithmetic(Library* library) {
  const Type list = Type::List(Type::Parameter("A"));
  AddNumeric(library);
  AddTimes(library);
  library->AddGlobal(operators::kAdd, {TypeKind::kString, TypeKind::kString}, TypeKind::kString,
                     AddStrings);
  library->AddGlobal(operators::kAdd, {TypeKind::kBytes, TypeKind::kBytes}, TypeKind::kBytes,
                     AddBytes);
  library->AddGlobal(operators::kAdd, {list, list}, list, AddLists);
}

}  // namespace waypost::cel
