// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "sidecar/cel/issue.h"
#include "sidecar/cel/token.h"

namespace waypost::cel {

// The tokens of `source`, the last of kind kEnd. What is not a token is left out and adds an issue.
std::vector<Token> Tokenize(std::string_view source, std::vector<Issue>* issues);

}  // namespace waypost::cel
