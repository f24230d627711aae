// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/small_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"

namespace waypost {
namespace {

absl::Status SystemFailure(const std::string& what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", strerror(errno)));
}

absl::Status WriteTo(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  return file ? absl::OkStatus() : SystemFailure("cannot write " + path);
}

// Root needs mounts of its own alone; everybody else first becomes root in a user namespace.
absl::Status EnterNamespaces() {
  if (unshare(CLONE_NEWNS) == 0) return absl::OkStatus();
  const uid_t user = geteuid();
  const gid_t group = getegid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
    return SystemFailure("namespaces are not allowed here");
  }
  WAYPOST_RETURN_IF_ERROR(WriteTo("/proc/self/setgroups", "deny"));
  WAYPOST_RETURN_IF_ERROR(WriteTo("/proc/self/uid_map", absl::StrCat("0 ", user, " 1")));
  return WriteTo("/proc/self/gid_map", absl::StrCat("0 ", group, " 1"));
}

absl::Status EnterNamespacesOnce() {
  static const absl::Status entered = EnterNamespaces();
  WAYPOST_RETURN_IF_ERROR(entered);
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0) return absl::OkStatus();
  return SystemFailure("mounts cannot be made private");
}

}  // namespace

absl::StatusOr<std::unique_ptr<SmallDisk>> SmallDisk::Mount(const std::string& path,
                                                            int64_t bytes) {
  WAYPOST_RETURN_IF_ERROR(EnterNamespacesOnce());
  const std::string options = absl::StrCat("mode=0700,size=", bytes);
  if (mount("none", path.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0) {
    return SystemFailure("mounting is not allowed here");
  }
  return std::unique_ptr<SmallDisk>(new SmallDisk(path));
}

SmallDisk::~SmallDisk() { umount2(path_.c_str(), MNT_DETACH); }

int64_t SmallDisk::Fill(const std::string& name, int64_t bytes) const {
  const int file = open(File(name).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::vector<char> zeros(4096);
  int64_t written = 0;
  while (written < bytes) {
    const auto wanted =
        static_cast<size_t>(std::min<int64_t>(bytes - written, static_cast<int64_t>(zeros.size())));
    const ssize_t size = write(file, zeros.data(), wanted);
    if (size <= 0) break;
    written += size;
  }
  close(file);
  return written;
}

void SmallDisk::Free(const std::string& name) const { unlink(File(name).c_str()); }

}  // namespace waypost
