// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/comparison.h"

#include <cmath>
#include <functional>
#include <string_view>

namespace waypost::cel {
namespace {

template <typename T>
Order OrderOf(const T& left, const T& right) {
  return left < right ? Order::kLess : (right < left ? Order::kGreater : Order::kEqual);
}

Order Reversed(Order order) {
  switch (order) {
    case Order::kLess:
      return Order::kGreater;
    case Order::kGreater:
      return Order::kLess;
    default:
      return order;
  }
}

Order CompareDoubles(double left, double right) {
  return std::isnan(left) || std::isnan(right) ? Order::kUnordered : OrderOf(left, right);
}

// As in the other CEL implementations, an integer meets a double as a double.
Order CompareIntToDouble(int64_t left, double right) {
  return CompareDoubles(static_cast<double>(left), right);
}

Order CompareUintToDouble(uint64_t left, double right) {
  return CompareDoubles(static_cast<double>(left), right);
}

Order CompareIntToUint(int64_t left, uint64_t right) {
  return left < 0 ? Order::kLess : OrderOf(static_cast<uint64_t>(left), right);
}

bool IsNumber(ValueKind kind) {
  return kind == ValueKind::kInt || kind == ValueKind::kUint || kind == ValueKind::kDouble;
}

Order CompareInt(int64_t left, const Value& right) {
  switch (right.kind()) {
    case ValueKind::kInt:
      return OrderOf(left, right.AsInt());
    case ValueKind::kUint:
      return CompareIntToUint(left, right.AsUint());
    default:
      return CompareIntToDouble(left, right.AsDouble());
  }
}

Order CompareUint(uint64_t left, const Value& right) {
  switch (right.kind()) {
    case ValueKind::kInt:
      return Reversed(CompareIntToUint(right.AsInt(), left));
    case ValueKind::kUint:
      return OrderOf(left, right.AsUint());
    default:
      return CompareUintToDouble(left, right.AsDouble());
  }
}

Order CompareDouble(double left, const Value& right) {
  switch (right.kind()) {
    case ValueKind::kInt:
      return Reversed(CompareIntToDouble(right.AsInt(), left));
    case ValueKind::kUint:
      return Reversed(CompareUintToDouble(right.AsUint(), left));
    default:
      return CompareDoubles(left, right.AsDouble());
  }
}

Order CompareNumbers(const Value& left, const Value& right) {
  switch (left.kind()) {
    case ValueKind::kInt:
      return CompareInt(left.AsInt(), right);
    case ValueKind::kUint:
      return CompareUint(left.AsUint(), right);
    default:
      return CompareDouble(left.AsDouble(), right);
  }
}

bool EqualLists(const List& left, const List& right, Budget* budget) {
  const size_t size = left.size();
  if (size != right.size()) {
    return false;
  }
  for (size_t i = 0; i < size; ++i) {
    if (!budget->Charge(1) || !Equal(left.At(i), right.At(i), budget)) {
      return false;
    }
  }
  return true;
}

bool EqualMaps(const Map& left, const Map& right, Budget* budget) {
  const size_t size = left.size();
  if (size != right.size()) {
    return false;
  }
  for (size_t i = 0; i < size; ++i) {
    const Value key = left.KeyAt(i);
    Value left_value;
    Value right_value;
    if (!budget->Charge(1) || !left.Find(key, &left_value) || !right.Find(key, &right_value) ||
        !Equal(left_value, right_value, budget)) {
      return false;
    }
  }
  return true;
}

bool EqualObjects(const Object& left, const Object& right, Budget* budget) {
  if (&left == &right) {
    return true;
  }
  if (&left.type() != &right.type()) {
    return false;
  }
  const int fields = static_cast<int>(left.type().fields().size());
  for (int field = 0; field < fields; ++field) {
    if (!budget->Charge(1) || left.Has(field) != right.Has(field) ||
        !Equal(left.Get(field), right.Get(field), budget)) {
      return false;
    }
  }
  return true;
}

bool EqualOptionals(const Value* left, const Value* right, Budget* budget) {
  if (left == nullptr || right == nullptr) {
    return left == right;
  }
  return budget->Charge(1) && Equal(*left, *right, budget);
}

}  // namespace

bool Equal(const Value& left, const Value& right, Budget* budget) {
  if (left.kind() != right.kind()) {
    return IsNumber(left.kind()) && IsNumber(right.kind()) &&
           CompareNumbers(left, right) == Order::kEqual;
  }
  switch (left.kind()) {
    case ValueKind::kError:
      return false;
    case ValueKind::kNull:
      return true;
    case ValueKind::kBool:
      return left.AsBool() == right.AsBool();
    case ValueKind::kInt:
      return left.AsInt() == right.AsInt();
    case ValueKind::kUint:
      return left.AsUint() == right.AsUint();
    case ValueKind::kDouble:
      return left.AsDouble() == right.AsDouble();
    case ValueKind::kString:
      return left.AsString() == right.AsString();
    case ValueKind::kBytes:
      return left.AsBytes() == right.AsBytes();
    case ValueKind::kTimestamp:
      return left.AsTimestamp() == right.AsTimestamp();
    case ValueKind::kDuration:
      return left.AsDuration() == right.AsDuration();
    case ValueKind::kList:
      return EqualLists(left.AsList(), right.AsList(), budget);
    case ValueKind::kMap:
      return EqualMaps(left.AsMap(), right.AsMap(), budget);
    case ValueKind::kObject:
      return EqualObjects(left.AsObject(), right.AsObject(), budget);
    case ValueKind::kType:
      return left.AsTypeName() == right.AsTypeName();
    case ValueKind::kOptional:
      return EqualOptionals(left.AsOptional(), right.AsOptional(), budget);
  }
  return false;
}

std::optional<Order> Compare(const Value& left, const Value& right) {
  if (IsNumber(left.kind()) && IsNumber(right.kind())) {
    return CompareNumbers(left, right);
  }
  if (left.kind() != right.kind()) {
    return std::nullopt;
  }
  switch (left.kind()) {
    case ValueKind::kBool:
      return OrderOf(left.AsBool(), right.AsBool());
    case ValueKind::kString:
      return OrderOf(left.AsString(), right.AsString());
    case ValueKind::kBytes:
      return OrderOf(left.AsBytes(), right.AsBytes());
    case ValueKind::kTimestamp:
      return OrderOf(left.AsTimestamp(), right.AsTimestamp());
    case ValueKind::kDuration:
      return OrderOf(left.AsDuration(), right.AsDuration());
    default:
      return std::nullopt;
  }
}

size_t HashOfKey(const Value& key) {
  switch (key.kind()) {
    case ValueKind::kBool:
      return key.AsBool() ? 1 : 0;
    case ValueKind::kInt:
      return std::hash<double>()(static_cast<double>(key.AsInt()));
    case ValueKind::kUint:
      return std::hash<double>()(static_cast<double>(key.AsUint()));
    case ValueKind::kDouble:
      return std::hash<double>()(key.AsDouble());
    case ValueKind::kString:
      return std::hash<std::string_view>()(key.AsString());
    default:
      return 0;
  }
}

}  // namespace waypost::cel
