// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/file_guard.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sidecar/base/status_macros.h"

namespace waypost::store {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOwnerOnlyFile = 0600;
constexpr mode_t kOwnerOnlyFolder = 0700;

absl::Status SystemFailure(const std::string& what, const std::string& path, int error) {
  absl::StatusCode code = absl::StatusCode::kUnavailable;
  if (error == EACCES || error == EPERM || error == EROFS) {
    code = absl::StatusCode::kPermissionDenied;
  } else if (error == ENOSPC || error == EDQUOT) {
    code = absl::StatusCode::kResourceExhausted;
  } else if (error == ENOTDIR || error == EEXIST || error == EISDIR || error == ENAMETOOLONG ||
             error == ELOOP) {
    code = absl::StatusCode::kInvalidArgument;
  }
  return absl::Status(code, absl::StrCat("cannot ", what, " ", path, ": ", strerror(error)));
}

absl::Status SyncFolder(const fs::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return SystemFailure("open the folder", folder, errno);
  const absl::Cleanup close_it = [descriptor] { close(descriptor); };
  if (fsync(descriptor) != 0) return SystemFailure("sync the folder", folder, errno);
  return absl::OkStatus();
}

absl::Status CreateFolders(const fs::path& folder) {
  fs::path reached;
  for (const fs::path& part : folder) {
    const fs::path parent = reached;
    reached /= part;
    if (mkdir(reached.c_str(), kOwnerOnlyFolder) == 0) {
      WAYPOST_RETURN_IF_ERROR(SyncFolder(parent));
      continue;
    }
    const int error = errno;
    std::error_code unknown;
    if (!fs::is_directory(reached, unknown)) {
      return SystemFailure("create the folder", reached, error);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Resolve(const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError("the store needs the path of a file");
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  if (error) return SystemFailure("resolve", path, error.value());
  if (!absolute.has_filename()) {
    return absl::InvalidArgumentError(absl::StrCat(path, " names a folder, not a file"));
  }
  const fs::path folder = absolute.parent_path();
  WAYPOST_RETURN_IF_ERROR(CreateFolders(folder));
  const fs::path resolved = fs::weakly_canonical(absolute, error);
  if (error) return SystemFailure("resolve", path, error.value());
  if (fs::is_directory(resolved, error)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is a folder; name a file in it"));
  }
  return resolved.string();
}

std::string HolderOf(int lock) {
  std::array<char, 32> text{};
  const ssize_t size = pread(lock, text.data(), text.size(), 0);
  if (size <= 0) return "another process";
  const std::string id(text.data(), static_cast<size_t>(size));
  return absl::StrCat("process ", absl::StripSuffix(id, "\n"));
}

absl::StatusOr<int> TakeLock(const std::string& path) {
  const std::string lock_path = path + "-lock";
  const int lock = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnlyFile);
  if (lock < 0) return SystemFailure("write", lock_path, errno);
  absl::Cleanup close_it = [lock] { close(lock); };
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return SystemFailure("lock", lock_path, errno);
    return absl::UnavailableError(absl::StrCat(
        path, " is in use by ", HolderOf(lock),
        "; only one sidecar may open it: stop that one, or choose another place with --data"));
  }
  // The id only helps a person who reads the message above: a full disk is no reason to stop.
  const std::string id = absl::StrCat(getpid(), "\n");
  if (ftruncate(lock, 0) == 0) static_cast<void>(pwrite(lock, id.data(), id.size(), 0) < 0);
  std::move(close_it).Cancel();
  return lock;
}

absl::Status CreateFile(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnlyFile);
  if (descriptor < 0) return SystemFailure("write", path, errno);
  close(descriptor);
  return SyncFolder(fs::path(path).parent_path());
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileGuard>> FileGuard::Take(const std::string& path) {
  WAYPOST_ASSIGN_OR_RETURN(std::string resolved, Resolve(path));
  WAYPOST_ASSIGN_OR_RETURN(const int lock, TakeLock(resolved));
  std::unique_ptr<FileGuard> guard(new FileGuard(std::move(resolved), lock));
  WAYPOST_RETURN_IF_ERROR(CreateFile(guard->path()));
  return guard;
}

FileGuard::~FileGuard() { close(lock_); }

}  // namespace waypost::store
