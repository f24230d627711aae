// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "sidecar/cel/ast.h"
#include "sidecar/cel/environment.h"
#include "sidecar/cel/issue.h"

namespace waypost::cel {

enum class CheckMode {
  kTyped,    // everything that can be known to fail is an issue
  kUntyped,  // only names are resolved; what is wrong fails when it is evaluated
};

struct Checked {
  Type type;       // of the whole expression
  int locals = 0;  // places for macros' variables that an evaluation needs
};

// Resolves the names of `expr` and finds the types of all its parts, which it fills in. Adds all
// issues it can find.
Checked Check(const Environment& environment, CheckMode mode, Expr* expr,
              std::vector<Issue>* issues);

}  // namespace waypost::cel
