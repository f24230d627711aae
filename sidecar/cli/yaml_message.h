// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "sidecar/mapping/spec_reader.h"

namespace waypost::cli {

// Reads a point in time as the file at hand writes it.
using TimeReader = std::function<std::optional<absl::Time>(std::string_view text)>;

// Fills `message` from a YAML mapping with proto field names ("status_category"); enum values as
// lower-case words ("waiting_on_customer"), times through `read_time`. Reports what is wrong.
void FillMessage(const yaml::Node& node, const TimeReader& read_time, mapping::SpecReader* reader,
                 google::protobuf::Message* message);

}  // namespace waypost::cli
