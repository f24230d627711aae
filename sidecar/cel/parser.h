// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "sidecar/cel/ast.h"
#include "sidecar/cel/environment.h"
#include "sidecar/cel/issue.h"

namespace waypost::cel {

// The syntax tree of `source`, macros expanded, or null after adding at least one issue. Every
// wrong token is reported, and the first wrong turn of the grammar. Safe on hostile input: depth
// and size are bounded by `limits`.
std::unique_ptr<Expr> Parse(std::string_view source, const Limits& limits,
                            std::vector<Issue>* issues);

}  // namespace waypost::cel
