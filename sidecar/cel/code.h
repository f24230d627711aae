// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sidecar/cel/ast.h"
#include "sidecar/cel/environment.h"
#include "sidecar/cel/node.h"

namespace waypost::cel {

// What a Program holds: the checked tree, for analysis and explanations, and its compiled form.
struct Code {
  std::string source;
  std::unique_ptr<const Expr> tree;
  NodePtr root;
  std::vector<Variable> variables;  // by slot
  int locals = 0;
  int64_t steps = 0;  // of one evaluation, turns of macros aside
  Limits limits;
};

// Evaluates a part of `code`, which may be its root, with the limits of the whole.
Value EvaluateNode(const Code& code, const Node& node, Activation activation);

}  // namespace waypost::cel
