// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "sidecar/cel/ast.h"
#include "sidecar/cel/issue.h"
#include "sidecar/cel/node.h"

namespace waypost::cel {

// The evaluable form of a checked tree. With `issues`, literals that can never work (a misspelt
// time zone, a bad regular expression) are added to it; without, they fail when evaluated.
NodePtr CompileTree(const Expr& expr, std::vector<Issue>* issues);

// Steps of evaluating each part of the tree once, bodies of macros not counted.
int64_t CountSteps(const Expr& expr);

}  // namespace waypost::cel
