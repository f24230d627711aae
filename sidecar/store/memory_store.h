// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "sidecar/store/store.h"

namespace waypost::store {

// A store that lives and dies with the object: for tests, replays and backtests. It keeps the whole
// contract of Store but durability, and no write fails for want of a disk. kind() is "memory".
// `secret` is that of Store::secret(); when empty, a random one.
[[nodiscard]] std::unique_ptr<Store> MakeMemoryStore(std::string secret = "");

}  // namespace waypost::store
