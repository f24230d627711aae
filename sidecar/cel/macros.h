// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "sidecar/cel/ast.h"
#include "sidecar/cel/issue.h"

namespace waypost::cel {

// Replaces *call by what it expands to when it is a macro; leaves it otherwise. False after adding
// an issue when a macro is used in a way that it does not allow.
bool ExpandMacro(std::unique_ptr<Expr>* call, std::vector<Issue>* issues);

}  // namespace waypost::cel
