// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/sidecar_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace waypost {

SidecarProcess::SidecarProcess(const std::vector<std::string>& arguments,
                               const std::string& log_path) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log_path.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  if (posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ) != 0) pid_ = -1;
  posix_spawn_file_actions_destroy(&actions);
}

SidecarProcess::~SidecarProcess() { Kill(); }

int SidecarProcess::Signal(int signal) {
  if (pid_ <= 0) return -1;
  int status = 0;
  kill(pid_, signal);
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return status;
}

void SidecarProcess::Kill() { (void)Signal(SIGKILL); }

int SidecarProcess::Terminate() {
  const int status = Signal(SIGTERM);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace waypost
