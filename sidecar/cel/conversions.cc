// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "sidecar/cel/library.h"
#include "sidecar/cel/runtime_type.h"
#include "sidecar/cel/text_form.h"
#include "sidecar/cel/text_limits.h"
#include "sidecar/cel/time_range.h"
#include "sidecar/text/absl_view.h"
#include "sidecar/text/utf8.h"

namespace waypost::cel {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr double kTwoTo64 = 18446744073709551616.0;

Value RangeError(const char* type) {
  return Value::Error(std::string("the number does not fit into ") + type);
}

Value TextError(const Value& text, const char* type) {
  return Value::Error(text.ToDisplayString() + " is not " + type);
}

Value Same(const Value* arguments, Budget* /*budget*/) { return arguments[0]; }

template <typename T>
bool ReadNumber(std::string_view text, T* number) {
  if (text.size() > 1 && text[0] == '+') {
    text.remove_prefix(1);
  }
  const char* const end = text.data() + text.size();
  const std::from_chars_result result = std::from_chars(text.data(), end, *number);
  return result.ec == std::errc() && result.ptr == end && !text.empty();
}

Value IntFromUint(const Value* arguments, Budget* /*budget*/) {
  const uint64_t value = arguments[0].AsUint();
  return value > static_cast<uint64_t>(INT64_MAX) ? RangeError("int")
                                                  : Value::Int(static_cast<int64_t>(value));
}

// Both ends are out of range, as in the other CEL implementations.
Value IntFromDouble(const Value* arguments, Budget* /*budget*/) {
  const double value = arguments[0].AsDouble();
  return value > -kTwoTo63 && value < kTwoTo63 ? Value::Int(static_cast<int64_t>(value))
                                               : RangeError("int");
}

Value IntFromString(const Value* arguments, Budget* /*budget*/) {
  int64_t value = 0;
  return ReadNumber(arguments[0].AsString(), &value) ? Value::Int(value)
                                                     : TextError(arguments[0], "an int");
}

Value IntFromTimestamp(const Value* arguments, Budget* /*budget*/) {
  return Value::Int(absl::ToUnixSeconds(arguments[0].AsTimestamp()));
}

Value UintFromInt(const Value* arguments, Budget* /*budget*/) {
  const int64_t value = arguments[0].AsInt();
  return value < 0 ? RangeError("uint") : Value::Uint(static_cast<uint64_t>(value));
}

Value UintFromDouble(const Value* arguments, Budget* /*budget*/) {
  const double value = arguments[0].AsDouble();
  return value >= 0 && value < kTwoTo64 ? Value::Uint(static_cast<uint64_t>(value))
                                        : RangeError("uint");
}

Value UintFromString(const Value* arguments, Budget* /*budget*/) {
  uint64_t value = 0;
  return ReadNumber(arguments[0].AsString(), &value) ? Value::Uint(value)
                                                     : TextError(arguments[0], "a uint");
}

Value DoubleFromInt(const Value* arguments, Budget* /*budget*/) {
  return Value::Double(static_cast<double>(arguments[0].AsInt()));
}

Value DoubleFromUint(const Value* arguments, Budget* /*budget*/) {
  return Value::Double(static_cast<double>(arguments[0].AsUint()));
}

Value DoubleFromString(const Value* arguments, Budget* budget) {
  const std::string_view text = arguments[0].AsString();
  if (!ChargeBytes(text.size(), budget)) {
    return CostError();
  }
  double value = 0;
  const bool has_space = text.find_first_of(" \t\n\v\f\r") != std::string_view::npos;
  return !has_space && absl::SimpleAtod(AbslView(text), &value)
             ? Value::Double(value)
             : TextError(arguments[0], "a double");
}

Value StringFrom(const Value* arguments, Budget* budget) {
  return BuiltString(TextForm(arguments[0]), budget);
}

Value StringFromBytes(const Value* arguments, Budget* budget) {
  const std::string_view bytes = arguments[0].AsBytes();
  if (FindInvalidUtf8(bytes)) {
    return Value::Error("the bytes are not valid UTF-8");
  }
  return BuiltString(std::string(bytes), budget);
}

Value BytesFromString(const Value* arguments, Budget* budget) {
  const std::string_view text = arguments[0].AsString();
  return ChargeBytes(text.size(), budget) ? Value::Bytes(std::string(text)) : CostError();
}

Value BoolFromString(const Value* arguments, Budget* /*budget*/) {
  const std::string_view text = arguments[0].AsString();
  for (const std::string_view word : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == word) {
      return Value::Bool(true);
    }
  }
  for (const std::string_view word : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == word) {
      return Value::Bool(false);
    }
  }
  return TextError(arguments[0], "a bool");
}

Value TimestampFromString(const Value* arguments, Budget* /*budget*/) {
  absl::Time time;
  return ReadTimestamp(arguments[0].AsString(), &time)
             ? Value::Timestamp(time)
             : TextError(arguments[0], "a timestamp such as \"2026-03-01T09:00:00Z\"");
}

Value TimestampFromInt(const Value* arguments, Budget* /*budget*/) {
  const absl::Time time = absl::FromUnixSeconds(arguments[0].AsInt());
  return IsTimestamp(time) ? Value::Timestamp(time) : Value::Error("the timestamp is out of range");
}

Value DurationFromString(const Value* arguments, Budget* /*budget*/) {
  absl::Duration duration;
  return ReadDuration(arguments[0].AsString(), &duration)
             ? Value::Duration(duration)
             : TextError(arguments[0], "a duration such as \"1h30m\"");
}

Value TypeOf(const Value* arguments, Budget* /*budget*/) {
  return Value::TypeName(RuntimeTypeName(arguments[0]));
}

struct Conversion {
  const char* function;
  TypeKind from;
  TypeKind to;
  Implementation implementation;
};

constexpr std::array<Conversion, 27> kConversions = {{
    {"int", TypeKind::kInt, TypeKind::kInt, Same},
    {"int", TypeKind::kUint, TypeKind::kInt, IntFromUint},
    {"int", TypeKind::kDouble, TypeKind::kInt, IntFromDouble},
    {"int", TypeKind::kString, TypeKind::kInt, IntFromString},
    {"int", TypeKind::kTimestamp, TypeKind::kInt, IntFromTimestamp},
    {"uint", TypeKind::kUint, TypeKind::kUint, Same},
    {"uint", TypeKind::kInt, TypeKind::kUint, UintFromInt},
    {"uint", TypeKind::kDouble, TypeKind::kUint, UintFromDouble},
    {"uint", TypeKind::kString, TypeKind::kUint, UintFromString},
    {"double", TypeKind::kDouble, TypeKind::kDouble, Same},
    {"double", TypeKind::kInt, TypeKind::kDouble, DoubleFromInt},
    {"double", TypeKind::kUint, TypeKind::kDouble, DoubleFromUint},
    {"double", TypeKind::kString, TypeKind::kDouble, DoubleFromString},
    {"string", TypeKind::kString, TypeKind::kString, Same},
    {"string", TypeKind::kBytes, TypeKind::kString, StringFromBytes},
    {"bytes", TypeKind::kBytes, TypeKind::kBytes, Same},
    {"bytes", TypeKind::kString, TypeKind::kBytes, BytesFromString},
    {"bool", TypeKind::kBool, TypeKind::kBool, Same},
    {"bool", TypeKind::kString, TypeKind::kBool, BoolFromString},
    {"timestamp", TypeKind::kTimestamp, TypeKind::kTimestamp, Same},
    {"timestamp", TypeKind::kString, TypeKind::kTimestamp, TimestampFromString},
    {"timestamp", TypeKind::kInt, TypeKind::kTimestamp, TimestampFromInt},
    {"duration", TypeKind::kDuration, TypeKind::kDuration, Same},
    {"duration", TypeKind::kString, TypeKind::kDuration, DurationFromString},
    {"string", TypeKind::kBool, TypeKind::kString, StringFrom},
    {"string", TypeKind::kTimestamp, TypeKind::kString, StringFrom},
    {"string", TypeKind::kDuration, TypeKind::kString, StringFrom},
}};

}  // namespace

void AddConversions(Library* library) {
  for (const Conversion& conversion : kConversions) {
    library->AddGlobal(conversion.function, {conversion.from}, conversion.to,
                       conversion.implementation);
  }
  for (const TypeKind number : {TypeKind::kInt, TypeKind::kUint, TypeKind::kDouble}) {
    library->AddGlobal("string", {number}, TypeKind::kString, StringFrom);
  }
  const Type a = Type::Parameter("A");
  library->AddGlobal("dyn", {a}, TypeKind::kDyn, Same);
  library->AddGlobal("type", {a}, Type::TypeOf(a), TypeOf);
}

}  // namespace waypost::cel
