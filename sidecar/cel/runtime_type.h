// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "sidecar/cel/type.h"
#include "sidecar/cel/value.h"

namespace waypost::cel {

// The name that type() gives: "int", "list", "google.protobuf.Timestamp", an object's own. Valid
// for as long as the process or the object's type.
std::string_view RuntimeTypeName(const Value& value);

// The type that stands for itself in an expression under this name ("int", "list", ...), and its
// name at run time, which outlives the caller.
struct NamedType {
  std::string_view name;
  Type type;
};
std::optional<NamedType> FindNamedType(std::string_view name);

}  // namespace waypost::cel
