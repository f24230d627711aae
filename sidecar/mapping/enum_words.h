// SPDX-License-Identifier: Apache-2.0
// Enum values as people write them in files: lower-case words without the type's prefix.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace waypost::mapping {

// "waiting_on_customer" -> STATUS_CATEGORY_WAITING_ON_CUSTOMER; nullptr when there is none.
[[nodiscard]] const google::protobuf::EnumValueDescriptor* FindEnumValue(
    const google::protobuf::EnumDescriptor& type, std::string_view word);

// All words of the type but the unspecified one.
[[nodiscard]] std::vector<std::string> EnumWords(const google::protobuf::EnumDescriptor& type);

}  // namespace waypost::mapping
