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

// "; did you mean 'ticket'?" for the candidate that `name` was probably meant to be, or nothing.
std::string NearestName(const std::string& name, const std::vector<std::string>& candidates);

}  // namespace waypost::cel
