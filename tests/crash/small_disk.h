// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace waypost {

// A file system of a few MiB that only this process and its children see, so that a test can fill
// it. Needs no root where the system lets everybody have namespaces of their own.
class SmallDisk {
 public:
  // Mounts an empty one over the folder `path`. The first call moves the process into namespaces of
  // its own, which a process that is not root may do only while it has a single thread.
  // UNAVAILABLE: this system does not allow it.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<SmallDisk>> Mount(const std::string& path,
                                                                        int64_t bytes);

  // Unmounts it; whoever has files open in it keeps them.
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // Fills a file of that name with up to `bytes`, with what fits; returns how many did.
  int64_t Fill(const std::string& name, int64_t bytes) const;

  // Deletes such a file.
  void Free(const std::string& name) const;

  [[nodiscard]] std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {}

  const std::string path_;
};

}  // namespace waypost
