// SPDX-License-Identifier: Apache-2.0
// The database of the spool. Internal to Spool and what looks at dead letters.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "connectors/engine/request.h"
#include "sidecar/store/sqlite.h"

namespace waypost::connectors {

// Opens the file, which exists, and brings it to the newest version.
[[nodiscard]] absl::StatusOr<std::unique_ptr<store::SqliteConnection>> OpenSpoolTables(
    const std::string& path, const std::string& vfs);

// The request as ParseRequestText reads it.
[[nodiscard]] std::string RequestText(const Request& request);

}  // namespace waypost::connectors
