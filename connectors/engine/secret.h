// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace waypost::connectors {

// The secret that "env:NAME" (an environment variable) or "file:PATH" (without the line break at
// its end) leads to. INVALID_ARGUMENT: it is neither, not there or empty; the message names the way
// to it and never the secret.
[[nodiscard]] absl::StatusOr<std::string> ReadSecret(const std::string& reference);

}  // namespace waypost::connectors
