// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace waypost {

// The real program as a process of its own. Not thread-safe.
class SidecarProcess {
 public:
  // Where it listens, as its ready line says.
  struct Addresses {
    std::string grpc;
    std::string http;
  };

  // Starts `arguments`; what it logs goes to `log_path`, which is appended to.
  SidecarProcess(const std::vector<std::string>& arguments, const std::string& log_path);
  // Kills it if it runs still.
  ~SidecarProcess();
  SidecarProcess(const SidecarProcess&) = delete;
  SidecarProcess& operator=(const SidecarProcess&) = delete;

  // Waits for the line that says that it serves; nothing when it ended without one. Once.
  [[nodiscard]] std::optional<Addresses> AwaitReady();

  // kill -9, and waits until it is gone.
  void Kill();

  // SIGTERM, and its exit code; -1 when it did not exit by itself.
  int Terminate();

 private:
  int Wait();

  pid_t pid_ = -1;
  int output_ = -1;  // where its standard output is read
};

}  // namespace waypost
