// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "re2/re2.h"
#include "sidecar/cel/library.h"
#include "sidecar/cel/pattern.h"
#include "sidecar/cel/text_limits.h"
#include "sidecar/text/utf8.h"

namespace waypost::cel {
namespace {

Value SizeOfString(const Value* arguments, Budget* budget) {
  const std::string_view text = arguments[0].AsString();
  return ChargeBytes(text.size(), budget) ? Value::Int(static_cast<int64_t>(CountCodePoints(text)))
                                          : CostError();
}

Value SizeOfBytes(const Value* arguments, Budget* /*budget*/) {
  return Value::Int(static_cast<int64_t>(arguments[0].AsBytes().size()));
}

Value SizeOfList(const Value* arguments, Budget* /*budget*/) {
  return Value::Int(static_cast<int64_t>(arguments[0].AsList().size()));
}

Value SizeOfMap(const Value* arguments, Budget* /*budget*/) {
  return Value::Int(static_cast<int64_t>(arguments[0].AsMap().size()));
}

Value Contains(const Value* arguments, Budget* budget) {
  const std::string_view text = arguments[0].AsString();
  return ChargeBytes(text.size(), budget)
             ? Value::Bool(text.find(arguments[1].AsString()) != std::string_view::npos)
             : CostError();
}

Value StartsWith(const Value* arguments, Budget* /*budget*/) {
  return Value::Bool(arguments[0].AsString().starts_with(arguments[1].AsString()));
}

Value EndsWith(const Value* arguments, Budget* /*budget*/) {
  return Value::Bool(arguments[0].AsString().ends_with(arguments[1].AsString()));
}

// A pattern that is only known now; constant ones are compiled with the program.
Value Matches(const Value* arguments, Budget* budget) {
  constexpr int64_t kCompilationSteps = 100;
  const std::string_view pattern = arguments[1].AsString();
  if (!budget->Charge(kCompilationSteps) || !ChargeBytes(pattern.size(), budget)) {
    return CostError();
  }
  const RE2 expression(pattern, PatternOptions());
  return expression.ok() ? MatchPattern(expression, arguments[0].AsString(), budget)
                         : Value::Error(PatternProblem(expression));
}

void AddSize(const Type& type, Implementation implementation, Library* library) {
  library->AddGlobal("size", {type}, TypeKind::kInt, implementation);
  library->AddMember("size", {type}, TypeKind::kInt, implementation);
}

}  // namespace

RE2::Options PatternOptions() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  return options;
}

std::string PatternProblem(const RE2& expression) {
  return "bad regular expression: " + expression.error();
}

Value MatchPattern(const RE2& expression, std::string_view text, Budget* budget) {
  return ChargeBytes(text.size(), budget) ? Value::Bool(RE2::PartialMatch(text, expression))
                                          : CostError();
}

void AddStrings(Library* library) {
  constexpr TypeKind kString = TypeKind::kString;
  AddSize(kString, SizeOfString, library);
  AddSize(TypeKind::kBytes, SizeOfBytes, library);
  AddSize(Type::List(Type::Parameter("A")), SizeOfList, library);
  AddSize(Type::Map(Type::Parameter("A"), Type::Parameter("B")), SizeOfMap, library);
  library->AddMember("contains", {kString, kString}, TypeKind::kBool, Contains);
  library->AddMember("startsWith", {kString, kString}, TypeKind::kBool, StartsWith);
  library->AddMember("endsWith", {kString, kString}, TypeKind::kBool, EndsWith);
  library->AddMember("matches", {kString, kString}, TypeKind::kBool, Matches);
  library->AddGlobal("matches", {kString, kString}, TypeKind::kBool, Matches);
}

}  // namespace waypost::cel
