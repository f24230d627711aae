// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sidecar/cel/value.h"

namespace waypost::cel {

// Bounds the stack that comparing, printing and freeing a value needs, however an expression binds
// lists within lists.
inline constexpr int kMaxValueNesting = 250;

// The value, or an error when it nests too deeply.
inline Value CheckedNesting(Value value) {
  if (value.NestingDepth() > kMaxValueNesting) {
    value = Value::Error("the value nests too deeply");
  }
  return value;
}

}  // namespace waypost::cel
