// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace waypost::store {

// Holds a file for this process alone, by an advisory lock on `<path>-lock` that ends with the
// object or the process, however that dies. The lock file stays behind, empty of meaning.
class FileGuard {
 public:
  // Creates the folders that lead to `path` (mode 0700), takes the lock, then creates the file
  // (mode 0600) when it is absent; what is there keeps its mode. Returns when all names are on
  // disk.
  //
  // Failures, each naming what it is about: INVALID_ARGUMENT when the path cannot be a file,
  // PERMISSION_DENIED, RESOURCE_EXHAUSTED for a full disk, UNAVAILABLE when another holds the lock
  // (with its process id) and otherwise.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<FileGuard>> Take(const std::string& path);

  ~FileGuard();
  FileGuard(const FileGuard&) = delete;
  FileGuard& operator=(const FileGuard&) = delete;

  // The file with every symbolic link resolved: two names of one file share one lock.
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  FileGuard(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  const std::string path_;
  const int lock_;
};

}  // namespace waypost::store
