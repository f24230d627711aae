// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sidecar/cel/node.h"

namespace waypost::cel {

// Makers of every kind of node, from the part of the tree that it stands for and its compiled
// children. Each picks the fastest form that its children allow.

// access_nodes.cc
// `source`: the node that gave the value, if any.
NodePtr MakeConstant(const Expr& expr, Value value, NodePtr source = nullptr);
NodePtr MakeFailure(const Expr& expr, std::string message);
NodePtr MakeVariable(const Expr& expr);
NodePtr MakeSelect(const Expr& expr, NodePtr target);
// target.field where the target is a variable: read in one go.
NodePtr MakeVariableField(const Expr& expr);
NodePtr MakeHas(const Expr& expr, NodePtr target);
NodePtr MakeIndex(const Expr& expr, NodePtr target, NodePtr index);

// logic_nodes.cc
NodePtr MakeLogic(const Expr& expr, std::vector<NodePtr> arguments);
NodePtr MakeConditional(const Expr& expr, std::vector<NodePtr> arguments);

// comparison_nodes.cc
NodePtr MakeEqual(const Expr& expr, NodePtr left, NodePtr right);
NodePtr MakeOrder(const Expr& expr, NodePtr left, NodePtr right);
NodePtr MakeIn(const Expr& expr, NodePtr element, NodePtr range);

// call_nodes.cc
NodePtr MakeCall(const Expr& expr, std::vector<NodePtr> arguments);
// or() and orValue() of optionals.
NodePtr MakeOptionalOr(const Expr& expr, NodePtr optional, NodePtr otherwise);

// collection_nodes.cc
NodePtr MakeList(const Expr& expr, std::vector<NodePtr> elements);
// Keys and values in turns.
NodePtr MakeMap(const Expr& expr, std::vector<NodePtr> entries);

// macro_nodes.cc
// `steps`: what one turn of the macro costs.
NodePtr MakeComprehension(const Expr& expr, int64_t steps, NodePtr range,
                          std::vector<NodePtr> arguments);
NodePtr MakeBind(const Expr& expr, NodePtr value, NodePtr body);

}  // namespace waypost::cel
