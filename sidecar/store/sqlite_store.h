// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sidecar/store/store.h"

namespace waypost::store {

struct SqliteOptions {
  // The database file. It is created when absent, readable by its owner alone, with the folders
  // that lead to it. Beside it lie `-wal` and `-shm` (SQLite's) and `-lock` (ours).
  std::string path;

  // The largest size the database may grow to, in bytes; 0 is no limit. A write that needs more is
  // answered with RESOURCE_EXHAUSTED. Never shrinks a file that is larger already.
  int64_t max_bytes = 0;

  // How long a statement waits for another process that holds SQLite's own lock (a backup, the
  // sqlite3 shell) before it gives up with UNAVAILABLE.
  absl::Duration busy_timeout = absl::Seconds(5);

  // Pages of 4 KiB in the write-ahead log after which a commit moves them into the database file.
  // Fewer mean a smaller file beside the database, more mean fewer commits that take long.
  int checkpoint_pages = 16384;

  // How many reads may run at the same time; more wait for their turn.
  int read_connections = 4;

  // The SQLite VFS to open the file with, by its registered name; empty is the platform's own.
  std::string vfs;
};

// Opens the store in `options.path`, creating or migrating it as needed, and holds it alone until
// the store is destroyed. FORMAT.md describes the file.
//
// Failures, each naming the file: INVALID_ARGUMENT for options that make no sense or a path that
// cannot be a file, PERMISSION_DENIED when the file or its folder may not be written, UNAVAILABLE
// when another process has it open, FAILED_PRECONDITION when a newer version of Waypost or another
// program wrote it, DATA_LOSS when it is not a database or damaged, RESOURCE_EXHAUSTED when the
// disk is full.
[[nodiscard]] absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const SqliteOptions& options);

}  // namespace waypost::store
