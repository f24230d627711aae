// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "sidecar/store/sqlite_reader.h"

namespace waypost::store {

// Lends read connections, each to one thread at a time.
//
// Threads: any; Suspend, Replace and Resume by one thread at a time.
class SqliteReaderPool {
 public:
  // Runs `body` with a reader and returns what it returns, a StatusOr; waits while every reader is
  // lent or the pool is suspended. UNAVAILABLE when the pool has no readers. `body` must not use
  // the pool.
  template <typename Body>
  [[nodiscard]] auto Use(Body body) -> decltype(body(std::declval<SqliteReader&>())) {
    std::unique_ptr<SqliteReader> reader = Borrow();
    if (reader == nullptr) return absl::UnavailableError("the database file is not open");
    auto result = body(*reader);
    Return(std::move(reader));
    return result;
  }

  // Keeps new reads waiting, and returns when none is running.
  void Suspend();

  // Closes the readers and takes others; only while suspended.
  void Replace(std::vector<std::unique_ptr<SqliteReader>> readers);

  void Resume();

 private:
  [[nodiscard]] std::unique_ptr<SqliteReader> Borrow();
  void Return(std::unique_ptr<SqliteReader> reader);
  [[nodiscard]] bool MayBorrow() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  [[nodiscard]] bool AllIdle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  bool suspended_ ABSL_GUARDED_BY(mutex_) = false;
  size_t size_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<SqliteReader>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace waypost::store
