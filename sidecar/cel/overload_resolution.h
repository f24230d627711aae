// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "sidecar/cel/ast.h"
#include "sidecar/cel/checker.h"
#include "sidecar/cel/inference.h"
#include "sidecar/cel/issue.h"

namespace waypost::cel {

// Finds the overloads of the function that `call` names which take arguments of these types, the
// receiver first, and writes them into `call`. The type of the result: dyn when several overloads
// with different results may apply. Without any, adds an issue (typed) or leaves the failure to the
// evaluation (untyped).
Type ResolveCall(const std::vector<Type>& types, CheckMode mode, Expr* call, Inference* inference,
                 std::vector<Issue>* issues);

}  // namespace waypost::cel
