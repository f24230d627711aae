// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "sidecar/cel/value.h"

namespace waypost::connectors {

// The value as JSON: maps of texts as objects, times and lengths of time as CEL's string() writes
// them, optionals as what they hold; entries that are empty optionals are left out.
// INVALID_ARGUMENT: an error, or a value that JSON does not have.
[[nodiscard]] absl::StatusOr<std::string> JsonText(const cel::Value& value);

}  // namespace waypost::connectors
