// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "re2/re2.h"
#include "sidecar/cel/budget.h"
#include "sidecar/cel/value.h"

namespace waypost::cel {

// How matches() compiles its patterns: silent, and bounded in memory.
RE2::Options PatternOptions();

// Why a pattern did not compile.
std::string PatternProblem(const RE2& expression);

// Whether some part of `text` matches; pays for its length.
Value MatchPattern(const RE2& expression, std::string_view text, Budget* budget);

}  // namespace waypost::cel
