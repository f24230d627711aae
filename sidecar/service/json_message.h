// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace waypost::service {

// Reads the JSON form of a message into `message`, which is empty. INVALID_ARGUMENT says where and
// what is wrong, without naming the type: for a word that is no value of its enum, which values
// there are and which was probably meant. `message` is then undefined.
[[nodiscard]] absl::Status ParseJson(std::string_view json, google::protobuf::Message* message);

}  // namespace waypost::service
