// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sidecar/cel/library.h"
#include "sidecar/cel/type.h"

namespace waypost::cel {

// "+" for "_+_", "[]" for "_[_]"; words stay.
std::string FunctionText(const std::string& function);

// Why a call with arguments of these types fits none of the overloads: "'+' does not take (int,
// string)", with what would fit where that is short.
std::string NoOverloadMessage(const std::string& function, bool member,
                              const std::vector<Type>& arguments,
                              const std::vector<const Overload*>& candidates);

}  // namespace waypost::cel
