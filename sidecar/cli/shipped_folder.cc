// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/shipped_folder.h"

#include <filesystem>
#include <system_error>

namespace waypost::cli {

namespace fs = std::filesystem;

std::string ExecutablePath() {
  std::error_code error;
  const fs::path path = fs::read_symlink("/proc/self/exe", error);
  return error ? "waypost" : path.string();
}

std::optional<std::string> FindShippedFolder(const std::string& name) {
  std::error_code error;
  if (fs::is_directory(name, error)) {
    return name;
  }
  for (fs::path folder = fs::path(ExecutablePath()).parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    for (const fs::path& candidate : {folder / name, folder / "share/waypost" / name}) {
      if (fs::is_directory(candidate, error)) {
        return candidate.string();
      }
    }
  }
  return std::nullopt;
}

}  // namespace waypost::cli
