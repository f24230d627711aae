// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/address.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sidecar/text/absl_view.h"

namespace waypost::service {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";
constexpr int kMaxPort = 65535;

absl::Status NotLoopback(std::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "cannot listen on \"", AbslView(text),
      "\": only loopback addresses (127.0.0.1, [::1], localhost) and Unix sockets (unix:PATH) are "
      "taken, because connections are neither encrypted nor authenticated yet. To reach the "
      "sidecar "
      "from another machine, put a proxy that terminates TLS in front of it, or run it beside its "
      "caller."));
}

absl::Status Unreadable(std::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot listen on \"", AbslView(text),
                   "\": expected HOST:PORT, such as 127.0.0.1:7480, or unix:PATH"));
}

sockaddr_un UnixAddress(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

bool SomebodyAnswers(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const sockaddr_un address = UnixAddress(path);
  const bool answered =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return answered;
}

}  // namespace

std::string Address::ToString() const {
  if (!unix_path.empty()) return absl::StrCat("unix:", unix_path);
  const bool six = host.find(':') != std::string::npos;
  return six ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

bool IsLoopback(std::string_view host) {
  if (host == "localhost") return true;
  const std::string text(host);
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  return inet_pton(AF_INET6, text.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

absl::StatusOr<Address> ParseAddress(std::string_view text) {
  Address address;
  if (text.substr(0, kUnixPrefix.size()) == kUnixPrefix) {
    address.unix_path = std::string(text.substr(kUnixPrefix.size()));
    if (address.unix_path.empty()) return Unreadable(text);
    return address;
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos ||
      !absl::SimpleAtoi(AbslView(text.substr(colon + 1)), &address.port) || address.port < 0 ||
      address.port > kMaxPort) {
    return Unreadable(text);
  }
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != std::string_view::npos) return Unreadable(text);
  if (!IsLoopback(host)) return NotLoopback(text);
  address.host = std::string(host);
  return address;
}

absl::Status PrepareUnixSocket(const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat("cannot listen on \"unix:", path,
                                                   "\": the path is longer than ",
                                                   sizeof(sockaddr_un::sun_path) - 1, " bytes"));
  }
  struct stat status {};
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot listen on \"unix:", path, "\": there is no folder ", folder));
  }
  if (lstat(path.c_str(), &status) != 0) return absl::OkStatus();
  if (!S_ISSOCK(status.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot listen on \"unix:", path, "\": a file that is no socket is there"));
  }
  if (SomebodyAnswers(path)) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on \"unix:", path, "\": another process answers there"));
  }
  if (unlink(path.c_str()) != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot replace the stale socket ", path, ": ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace waypost::service
