// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/status.h"

namespace waypost::store {

// Writes every byte of SQLite's write-ahead log of the database `path` again, unchanged, and syncs
// it. Nothing to do when there is none.
//
// Why: a process that is killed between writing a commit and syncing it, or after the sync failed,
// leaves bytes that can be read but are not on disk, and after a failed sync no later one brings
// them there. The next process cannot tell them from others, so it would answer for them and build
// on them. Written again, they are on disk when this returns.
//
// The caller holds the database's write lock, so that nobody else writes. Through the VFS of that
// name (empty: the platform's own). RESOURCE_EXHAUSTED when a full disk forbids even that (some
// file systems never write in place), UNAVAILABLE when the disk fails.
[[nodiscard]] absl::Status RewriteWriteAheadLog(const std::string& path, const std::string& vfs);

}  // namespace waypost::store
