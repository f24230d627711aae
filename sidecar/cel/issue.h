// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace waypost::cel {

// Something wrong with an expression. Offsets are bytes from the start of the source.
struct Issue {
  size_t begin = 0;
  size_t end = 0;
  std::string message;  // "undeclared reference to 'tickt'; did you mean 'ticket'?"
};

}  // namespace waypost::cel
