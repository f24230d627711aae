// SPDX-License-Identifier: Apache-2.0
// Looks at serialized messages without parsing them whole.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "sidecar/pipeline/errors.h"

namespace waypost::service {

// The contents of every occurrence of the message or string field `number`, in order; nothing when
// the bytes are no message. Views into `message`.
[[nodiscard]] std::optional<std::vector<std::string_view>> ContentsOf(int number,
                                                                      std::string_view message);

// The bool field `number`: its last occurrence; false when there is none.
[[nodiscard]] bool FlagIn(int number, std::string_view message);

// What is wrong with bytes that do not parse as a message of `type`: the field that is no UTF-8 or
// that is cut off, below `path`.
[[nodiscard]] pipeline::Violation DescribeMalformed(std::string_view bytes,
                                                    const google::protobuf::Descriptor& type,
                                                    const std::string& path);

}  // namespace waypost::service
