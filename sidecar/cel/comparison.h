// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "sidecar/cel/budget.h"
#include "sidecar/cel/value.h"

namespace waypost::cel {

// CEL's equality, see Value. Every element of a list or map that is compared costs a step; when
// the budget is spent the answer is false and budget->steps is negative.
bool Equal(const Value& left, const Value& right, Budget* budget);

enum class Order { kLess, kEqual, kGreater, kUnordered };

// The order of two values: numbers of any kind by value, strings and bytes by bytes, false before
// true, times by time. Nothing for values that CEL does not order; kUnordered with NaN.
std::optional<Order> Compare(const Value& left, const Value& right);

// Equal keys of maps have equal hashes, whatever their numeric kinds.
size_t HashOfKey(const Value& key);

}  // namespace waypost::cel
