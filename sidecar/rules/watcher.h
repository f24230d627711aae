// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace waypost::rules {

// Tells when a file, a holiday file (*.ics) beside it, or something in a folder, may have changed:
// written, added, removed, replaced by renaming, or swapped by a symbolic link on the way (as
// Kubernetes does with the ..data link of a mounted ConfigMap); the same for what the symbolic
// links in the folder lead to. It may tell without need; compare before acting. Linux only
// (inotify); file systems that other machines write to, such as NFS, do not tell.
class Watcher {
 public:
  // How long there must be quiet before it tells, so that several files copied one after the other
  // are one change. It tells after ten times this at the latest.
  static constexpr absl::Duration kDefaultSettleTime = absl::Milliseconds(200);

  // Calls `on_change` on a thread of its own, never twice at a time. Changes during a call lead to
  // another. Fails when `path` does not exist or the system has no watches left.
  static absl::StatusOr<std::unique_ptr<Watcher>> Start(
      const std::string& path, std::function<void()> on_change,
      absl::Duration settle_time = kDefaultSettleTime);

  // Waits for a running call.
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

 private:
  class Watches;

  Watcher(std::unique_ptr<Watches> watches, int wake_fd, std::function<void()> on_change,
          absl::Duration settle_time);
  void Run();

  std::unique_ptr<Watches> watches_;
  int wake_fd_;  // an eventfd; readable means stop
  std::function<void()> on_change_;
  absl::Duration settle_time_;
  std::thread thread_;
};

}  // namespace waypost::rules
