// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/cel/ast.h"
#include "sidecar/cel/environment.h"

namespace waypost::cel {

// Resolves names against the environment and the variables of macros around them.
class Names {
 public:
  explicit Names(const Environment& environment) : environment_(environment) {}

  // The variables of a macro, innermost last. Returns the number of the local.
  int Push(std::string name, Type type);
  void Pop() { locals_.pop_back(); }
  // The most locals that were ever there at once.
  [[nodiscard]] int most_locals() const { return most_locals_; }

  // Fills in what the identifier `expr`, or the chain of selects that it ends (`a.b.c` may be one
  // variable), stands for. False, with `expr` unchanged, when it is no name.
  bool ResolveIdentifier(Expr* expr) const;
  bool ResolveChain(Expr* expr) const;

  // The function that `expr`, a call with a target, names together with its target
  // ("strings.quote"), or nothing when the target is a value.
  [[nodiscard]] std::optional<std::string> QualifiedFunction(const Expr& expr) const;

  // All that an identifier could be, for suggestions.
  [[nodiscard]] std::vector<std::string> Candidates() const;

 private:
  struct Local {
    std::string name;
    Type type;
  };
  [[nodiscard]] int FindLocal(std::string_view name) const;
  bool ResolveGlobal(std::string_view name, bool absolute, Expr* expr) const;
  bool ResolveExact(const std::string& name, Expr* expr) const;

  const Environment& environment_;
  std::vector<Local> locals_;
  int most_locals_ = 0;
};

// "a.b.c" of a chain of plain selects that ends in an identifier, or nothing.
std::optional<std::string> QualifiedName(const Expr& expr);

// The identifier that the chain ends in. Only for chains with a qualified name.
const Expr& RootOf(const Expr& expr);

}  // namespace waypost::cel
