// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "sidecar/cel/budget.h"
#include "sidecar/cel/value.h"

namespace waypost::cel {

inline constexpr int64_t kBytesPerStep = 32;

// Pays for reading or writing so many bytes of text; false when the evaluation must stop.
inline bool ChargeBytes(size_t bytes, Budget* budget) {
  return budget->Charge(static_cast<int64_t>(bytes) / kBytesPerStep + 1);
}

// The errors of an evaluation that does or builds too much.
inline Value CostError() { return Value::Error("the expression costs too much to evaluate"); }
inline Value TextSizeError() { return Value::Error("the text grows too long"); }

inline bool FitsText(size_t bytes, const Budget& budget) {
  return static_cast<int64_t>(bytes) <= budget.max_string_bytes;
}

// An owned string within the limits, or an error.
inline Value BuiltString(std::string text, Budget* budget) {
  if (!FitsText(text.size(), *budget)) {
    return TextSizeError();
  }
  return ChargeBytes(text.size(), budget) ? Value::String(std::move(text)) : CostError();
}

}  // namespace waypost::cel
