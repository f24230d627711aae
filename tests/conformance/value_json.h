// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "google/protobuf/struct.pb.h"
#include "sidecar/cel/value.h"

namespace waypost::cel {

// The value of a cel.expr.Value as JSON; nothing for messages other than timestamps and durations.
std::optional<Value> ValueFromJson(const google::protobuf::Value& json);

// The same kind and content: unlike CEL's equality, 1 and 1u differ and NaN equals NaN.
bool Identical(const Value& left, const Value& right);

}  // namespace waypost::cel
