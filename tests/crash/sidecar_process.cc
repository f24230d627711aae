// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/sidecar_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "re2/re2.h"

namespace waypost {

SidecarProcess::SidecarProcess(const std::vector<std::string>& arguments,
                               const std::string& log_path) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return;
  output_ = ends[0];
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log_path.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ) != 0) pid_ = -1;
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
}

SidecarProcess::~SidecarProcess() {
  Kill();
  if (output_ >= 0) close(output_);
}

std::optional<SidecarProcess::Addresses> SidecarProcess::AwaitReady() {
  static const RE2 ready(R"((?m)^waypost: ready grpc=(\S+) http=(\S+)$)");
  std::string text;
  Addresses addresses;
  char byte = 0;
  while (read(output_, &byte, 1) == 1) {
    text.push_back(byte);
    if (byte != '\n') continue;
    if (RE2::PartialMatch(text, ready, &addresses.grpc, &addresses.http)) return addresses;
  }
  return std::nullopt;
}

int SidecarProcess::Wait() {
  if (pid_ <= 0) return -1;
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void SidecarProcess::Kill() {
  if (pid_ > 0) kill(pid_, SIGKILL);
  (void)Wait();
}

int SidecarProcess::Terminate() {
  if (pid_ > 0) kill(pid_, SIGTERM);
  return Wait();
}

}  // namespace waypost
