// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace waypost::cli {

// Holds back SIGINT, SIGTERM and SIGHUP, so that WaitForEnd may take them one by one, and ignores
// SIGPIPE. Call before any thread starts.
void HoldSignals();

// Blocks until SIGINT or SIGTERM; calls `reload` for each SIGHUP.
void WaitForEnd(const std::function<void()>& reload);

// Whether SIGINT or SIGTERM came already. Does not take it.
[[nodiscard]] bool EndIsPending();

}  // namespace waypost::cli
