// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace waypost {

// An empty folder of a test's own, removed with all it holds when the object goes.
class TemporaryFolder {
 public:
  TemporaryFolder() : TemporaryFolder(std::filesystem::temp_directory_path()) {}

  // In `parent` where that is a folder, as on every Linux /dev/shm is.
  explicit TemporaryFolder(std::filesystem::path parent) {
    if (!std::filesystem::is_directory(parent)) parent = std::filesystem::temp_directory_path();
    std::string path = (parent / "waypost-XXXXXX").string();
    if (mkdtemp(path.data()) != nullptr) path_ = path;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // Empty when the folder could not be made.
  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace waypost
