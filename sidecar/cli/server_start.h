// SPDX-License-Identifier: Apache-2.0
// What the commands that run a sidecar share.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace waypost::cli {

// What --http says, for ServerOptions::http: nowhere for "none".
[[nodiscard]] std::string HttpAddressFrom(const std::string& option);

// The exit code for a server that does not start with the rules at `rules`. It gives one status for
// all that is wrong with its options; rules that do not load have an exit code of their own.
[[nodiscard]] int ExitCodeOfStart(const absl::Status& status, const std::string& rules);

}  // namespace waypost::cli
