// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "google/protobuf/struct.pb.h"
#include "sidecar/cel/type.h"

namespace waypost::cel {

// The type of a cel.expr.Type as JSON; nothing for those that this implementation has not.
std::optional<Type> TypeFromJson(const google::protobuf::Value& json);

}  // namespace waypost::cel
