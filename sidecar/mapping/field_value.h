// SPDX-License-Identifier: Apache-2.0
// Internal to the directory.
#pragma once

#include <string>

#include "google/protobuf/message.h"
#include "sidecar/cel/value.h"
#include "sidecar/mapping/message_mapping.h"

namespace waypost::mapping {

// Sets the assignment's field of `message`, or of the message within it that has it, to `value`,
// which is neither null, an error nor an optional. Returns what does not fit; empty when all is
// well. Nothing is set then, save that of a list or map some items may be.
[[nodiscard]] std::string SetField(const Assignment& assignment, const cel::Value& value,
                                   google::protobuf::Message* message);

[[nodiscard]] bool IsTimestamp(const google::protobuf::FieldDescriptor& field);
[[nodiscard]] bool IsDuration(const google::protobuf::FieldDescriptor& field);

}  // namespace waypost::mapping
