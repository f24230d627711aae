// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "sidecar/store/sqlite.h"

namespace waypost::store {

// Marks a database as ours (PRAGMA application_id): "WPST".
inline constexpr int kApplicationId = 0x57505354;

// The SQL that leads from one version of the tables to the next. The first leads from an empty file
// to version 1; the version of a file is PRAGMA user_version. Once released, an entry never
// changes.
[[nodiscard]] absl::Span<const char* const> Migrations();

// Refuses, without a change, a file that is not for us: FAILED_PRECONDITION when another program
// made it or when its version is newer than `migrations` know; DATA_LOSS when it is not a database.
[[nodiscard]] absl::Status CheckOrigin(SqliteConnection& connection,
                                       absl::Span<const char* const> migrations);

// Brings a file that passed CheckOrigin to the newest version, one transaction per version: after a
// failure the file has the last version that was reached.
[[nodiscard]] absl::Status Migrate(SqliteConnection& connection,
                                   absl::Span<const char* const> migrations);

}  // namespace waypost::store
