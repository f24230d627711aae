// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/cel/type.h"

namespace waypost::cel {

// A variable that expressions may read. Its slot is its place in Environment::variables.
struct Variable {
  std::string name;  // may be qualified: "a.b"
  Type type;
};

// Bounds on untrusted expressions. 250 levels is also the parser's limit in cel-go and cel-cpp; the
// others are this project's: a condition that people write stays far below each of them.
struct Limits {
  int max_source_bytes = 16 * 1024;
  int max_depth = 250;                 // nesting of the syntax tree
  int64_t max_cost = 100'000;          // steps of one evaluation; README.md says what costs what
  int64_t max_string_bytes = 1 << 20;  // of a string that an expression builds
};

// What expressions may name: variables, their types, and the limits they run under. The standard
// library of functions and macros, and the strings extension, are always there. Built once, then
// only read, from any thread. Programs keep no reference to it, only to its object types.
class Environment {
 public:
  // Returns the variable's slot. Names must differ.
  int AddVariable(std::string name, Type type);

  // The namespace that unqualified names are looked up in first ("a.b"); default: none.
  void SetContainer(std::string container) { container_ = std::move(container); }
  void SetLimits(const Limits& limits) { limits_ = limits; }

  // Whether literals that can never work (a misspelt time zone, a bad regular expression,
  // timestamp("tomorrow")) are issues when an expression is compiled; else they fail when it is
  // evaluated. Default: true.
  void SetCheckLiterals(bool check) { check_literals_ = check; }

  [[nodiscard]] const std::vector<Variable>& variables() const { return variables_; }
  [[nodiscard]] const std::string& container() const { return container_; }
  [[nodiscard]] const Limits& limits() const { return limits_; }
  [[nodiscard]] bool check_literals() const { return check_literals_; }

  // The slot of the variable, or -1.
  [[nodiscard]] int Slot(std::string_view name) const;

 private:
  std::vector<Variable> variables_;
  std::string container_;
  Limits limits_;
  bool check_literals_ = true;
};

}  // namespace waypost::cel
