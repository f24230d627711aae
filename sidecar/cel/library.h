// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/cel/budget.h"
#include "sidecar/cel/type.h"
#include "sidecar/cel/value.h"

namespace waypost::cel {

// Computes a call whose arguments are no errors and of the overload's types.
using Implementation = Value (*)(const Value* arguments, Budget* budget);

enum class CallStyle { kGlobal, kMember };

// One signature of a function. The checker reads the types, the evaluator the implementation.
struct Overload {
  CallStyle style = CallStyle::kGlobal;
  std::vector<Type> parameters;  // the receiver of a member first
  Type result;
  // Null where the evaluator has its own code: equality, order, `in`, indexes.
  Implementation implementation = nullptr;
};

// The functions and operators that expressions may call. Built once, then only read.
class Library {
 public:
  void AddGlobal(const std::string& function, std::vector<Type> parameters, Type result,
                 Implementation implementation);
  void AddMember(const std::string& function, std::vector<Type> parameters, Type result,
                 Implementation implementation);

  // Null when there is no such function.
  [[nodiscard]] const std::vector<Overload>* Find(std::string_view function) const;
  // Of the functions that people write by name, in order.
  [[nodiscard]] std::vector<std::string> Names(CallStyle style) const;

 private:
  std::map<std::string, std::vector<Overload>, std::less<>> overloads_;
};

// CEL's standard definitions and the extensions that README.md lists.
const Library& StandardLibrary();

// True when a value of this kind may be an argument where `type` is declared.
bool KindMatches(ValueKind kind, const Type& type);

// The parts of the standard library, each beside its implementations.
void AddOperators(Library* library);
void AddArithmetic(Library* library);
void AddConversions(Library* library);
void AddStrings(Library* library);
void AddStringExtension(Library* library);
void AddFormat(Library* library);
void AddTime(Library* library);
void AddOptionals(Library* library);

}  // namespace waypost::cel
