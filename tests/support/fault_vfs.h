// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace waypost::store {

// What became of bytes that were written and not synced when the power went.
enum class Unsynced { kLost, kKept, kTorn };

// An SQLite VFS over the platform's own that fails on demand and knows which bytes a power cut
// would have left. Registered under name() while it lives; must outlive every connection through
// it.
//
// The model of the disk: a sync makes everything written to the file before it last. A failed sync
// is the worst that Linux does: the bytes still read back, no later sync makes them last, and
// nobody is told again. Creating and deleting a file lasts at once. Nothing is ever really synced.
//
// Threads: any.
class FaultVfs {
 public:
  FaultVfs();
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  // Answers operations on files whose path ends in `suffix` with an SQLite code; SQLITE_OK ends it.
  void FailWritesWith(int code, const std::string& suffix = "");
  void FailSyncsWith(int code, const std::string& suffix = "");
  void FailReadsWith(int code);

  // Cuts the power at the `operations`-th write, sync, truncation or deletion from now on, counted
  // from 1: that one has no effect, and everything fails until RestorePower.
  void CutPowerAt(int64_t operations);
  [[nodiscard]] bool power() const;

  // Makes every operation fail from now on, as for a process that was killed, and, once every
  // connection is closed, lets the next process find the files as this one saw them.
  void Kill();
  void LetNextProcessIn();

  // Cuts the power if it is on, puts every file into the state the disk would have, and switches
  // the power on. Every connection must be closed. `seed` chooses the sectors that kTorn keeps.
  void RestorePower(Unsynced unsynced, uint64_t seed = 0);

 private:
  friend struct FaultFile;
  friend struct FaultVfsCallbacks;

  struct Change {
    bool truncates = false;
    int64_t offset = 0;  // of the bytes, or the new size
    std::string bytes;
  };
  struct DiskFile {
    std::string lasting;
    std::vector<Change> unsynced;
  };
  struct Fault {
    int code = SQLITE_OK;
    std::string suffix;
  };

  [[nodiscard]] bool TakePower() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  [[nodiscard]] int Meet(const Fault& fault, const std::string& path) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void Apply(const Change& change, std::string& content);

  const std::string name_;
  sqlite3_vfs* const real_;
  sqlite3_vfs vfs_;
  mutable absl::Mutex mutex_;
  bool power_ ABSL_GUARDED_BY(mutex_) = true;
  int64_t operations_left_ ABSL_GUARDED_BY(mutex_) = -1;  // negative: no cut is due
  Fault write_fault_ ABSL_GUARDED_BY(mutex_);
  Fault sync_fault_ ABSL_GUARDED_BY(mutex_);
  Fault read_fault_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, DiskFile> files_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace waypost::store
