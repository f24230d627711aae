// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/library.h"

#include <algorithm>
#include <utility>

#include "sidecar/cel/ast.h"

namespace waypost::cel {
namespace {

void AddOrder(const char* function, Library* library) {
  for (const TypeKind kind : {TypeKind::kBool, TypeKind::kString, TypeKind::kBytes,
                              TypeKind::kTimestamp, TypeKind::kDuration}) {
    library->AddGlobal(function, {kind, kind}, TypeKind::kBool, nullptr);
  }
  const TypeKind numbers[] = {TypeKind::kInt, TypeKind::kUint, TypeKind::kDouble};
  for (const TypeKind left : numbers) {
    for (const TypeKind right : numbers) {
      library->AddGlobal(function, {left, right}, TypeKind::kBool, nullptr);
    }
  }
}

Value Not(const Value* arguments, Budget* /*budget*/) {
  return Value::Bool(!arguments[0].AsBool());
}

}  // namespace

void Library::AddGlobal(const std::string& function, std::vector<Type> parameters, Type result,
                        Implementation implementation) {
  overloads_[function].push_back(
      {CallStyle::kGlobal, std::move(parameters), std::move(result), implementation});
}

void Library::AddMember(const std::string& function, std::vector<Type> parameters, Type result,
                        Implementation implementation) {
  overloads_[function].push_back(
      {CallStyle::kMember, std::move(parameters), std::move(result), implementation});
}

const std::vector<Overload>* Library::Find(std::string_view function) const {
  const auto found = overloads_.find(function);
  return found == overloads_.end() ? nullptr : &found->second;
}

std::vector<std::string> Library::Names(CallStyle style) const {
  std::vector<std::string> names;
  for (const auto& [name, overloads] : overloads_) {
    const bool is_word = name[0] >= 'a' && name[0] <= 'z';
    if (is_word && std::any_of(overloads.begin(), overloads.end(),
                               [&](const Overload& overload) { return overload.style == style; })) {
      names.push_back(name);
    }
  }
  return names;
}

void AddOperators(Library* library) {
  const Type a = Type::Parameter("A");
  const Type b = Type::Parameter("B");
  library->AddGlobal(operators::kNot, {TypeKind::kBool}, TypeKind::kBool, Not);
  library->AddGlobal(operators::kEqual, {a, a}, TypeKind::kBool, nullptr);
  library->AddGlobal(operators::kNotEqual, {a, a}, TypeKind::kBool, nullptr);
  for (const char* function :
       {operators::kLess, operators::kLessEqual, operators::kGreater, operators::kGreaterEqual}) {
    AddOrder(function, library);
  }
  library->AddGlobal(operators::kIn, {a, Type::List(a)}, TypeKind::kBool, nullptr);
  library->AddGlobal(operators::kIn, {a, Type::Map(a, b)}, TypeKind::kBool, nullptr);
  library->AddGlobal(operators::kIndex, {Type::List(a), TypeKind::kInt}, a, nullptr);
  library->AddGlobal(operators::kIndex, {Type::Map(a, b), a}, b, nullptr);
}

const Library& StandardLibrary() {
  static const Library* const library = [] {
    auto* built = new Library();
    AddOperators(built);
    AddArithmetic(built);
    AddConversions(built);
    AddStrings(built);
    AddStringExtension(built);
    AddFormat(built);
    AddTime(built);
    AddOptionals(built);
    return built;
  }();
  return *library;
}

bool KindMatches(ValueKind kind, const Type& type) {
  switch (type.kind()) {
    case TypeKind::kDyn:
    case TypeKind::kParameter:
      return true;
    case TypeKind::kNull:
      return kind == ValueKind::kNull;
    case TypeKind::kBool:
      return kind == ValueKind::kBool;
    case TypeKind::kInt:
      return kind == ValueKind::kInt;
    case TypeKind::kUint:
      return kind == ValueKind::kUint;
    case TypeKind::kDouble:
      return kind == ValueKind::kDouble;
    case TypeKind::kString:
      return kind == ValueKind::kString;
    case TypeKind::kBytes:
      return kind == ValueKind::kBytes;
    case TypeKind::kTimestamp:
      return kind == ValueKind::kTimestamp;
    case TypeKind::kDuration:
      return kind == ValueKind::kDuration;
    case TypeKind::kList:
      return kind == ValueKind::kList;
    case TypeKind::kMap:
      return kind == ValueKind::kMap;
    case TypeKind::kObject:
      return kind == ValueKind::kObject;
    case TypeKind::kType:
      return kind == ValueKind::kType;
    case TypeKind::kOptional:
      return kind == ValueKind::kOptional;
    case TypeKind::kError:
      return false;
  }
  return false;
}

}  // namespace waypost::cel
