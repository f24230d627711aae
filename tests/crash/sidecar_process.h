// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace waypost {

// The real program as a process of its own. Not thread-safe.
class SidecarProcess {
 public:
  // Starts `arguments`; its output goes to `log_path`, which is appended to.
  SidecarProcess(const std::vector<std::string>& arguments, const std::string& log_path);
  // Kills it if it runs still.
  ~SidecarProcess();
  SidecarProcess(const SidecarProcess&) = delete;
  SidecarProcess& operator=(const SidecarProcess&) = delete;

  [[nodiscard]] bool started() const { return pid_ > 0; }

  // kill -9, and waits until it is gone.
  void Kill();

  // SIGTERM, and its exit code; -1 when it did not exit by itself.
  int Terminate();

 private:
  int Signal(int signal);

  pid_t pid_ = -1;
};

}  // namespace waypost
