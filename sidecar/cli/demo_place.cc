// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/demo_place.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/cli/shipped_folder.h"
#include "sidecar/store/file_guard.h"

namespace waypost::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRules = "rules/service-desk";
constexpr int kMaxDemos = 20;

}  // namespace

absl::StatusOr<std::string> FindShippedRules() {
  std::optional<std::string> folder = FindShippedFolder(kRules);
  if (!folder.has_value()) {
    return absl::NotFoundError("the shipped rules are not found; name a rules folder with --rules");
  }
  return *std::move(folder);
}

absl::StatusOr<DemoFolder> DemoFolder::Take(const std::string& path) {
  for (int number = 1; number <= kMaxDemos; ++number) {
    const std::string candidate = number == 1 ? path : absl::StrCat(path, "-", number);
    std::error_code error;
    fs::create_directories(candidate, error);
    if (error) {
      return absl::PermissionDeniedError(
          absl::StrCat("cannot make the folder ", candidate, ": ", error.message()));
    }
    const std::string lock_path = candidate + "/demo.lock";
    if (!fs::exists(lock_path, error) && fs::exists(candidate + "/waypost.db", error)) {
      return absl::FailedPreconditionError(absl::StrCat(
          candidate, " holds a database that no demo made; name another folder with --data"));
    }
    const int lock = open(lock_path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (lock < 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", lock_path));
    }
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
      return DemoFolder(candidate, lock);
    }
    close(lock);
  }
  return absl::ResourceExhaustedError(absl::StrCat("too many demos run in ", path));
}

DemoFolder::DemoFolder(DemoFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DemoFolder::~DemoFolder() {
  if (lock_ >= 0) {
    close(lock_);
  }
}

absl::Status DemoFolder::DeleteDatabase() const {
  // A sidecar that serves from it must not lose it under its feet.
  WAYPOST_ASSIGN_OR_RETURN(const auto guard, store::FileGuard::Take(database()));
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code error;
    fs::remove(database() + suffix, error);
    if (error) {
      return absl::PermissionDeniedError(
          absl::StrCat("cannot delete ", database(), suffix, ": ", error.message()));
    }
  }
  return absl::OkStatus();
}

bool IsFree(const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = 0;
  struct sockaddr_in place = {};
  place.sin_family = AF_INET;
  if (colon == std::string::npos ||
      !absl::SimpleAtoi(absl::string_view(address).substr(colon + 1), &port) ||
      inet_pton(AF_INET, address.substr(0, colon).c_str(), &place.sin_addr) != 1) {
    return true;
  }
  place.sin_port = htons(static_cast<uint16_t>(port));
  const int handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (handle < 0) {
    return true;
  }
  const int yes = 1;
  setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  const bool is_free =
      bind(handle, reinterpret_cast<const struct sockaddr*>(&place), sizeof(place)) == 0;
  close(handle);
  return is_free;
}

}  // namespace waypost::cli
