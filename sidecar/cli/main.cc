// SPDX-License-Identifier: Apache-2.0
#include <exception>

#include "absl/synchronization/mutex.h"
#include "sidecar/cli/application.h"
#include "sidecar/cli/output.h"

int main(int argc, char** argv) {
  // Debian builds Abseil with its search for deadlocks, which costs every lock; the tests keep it.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const waypost::cli::Output output = waypost::cli::Output::Standard();
  try {
    return waypost::cli::RunApplication(argc, argv, output);
  } catch (const std::exception& error) {
    return output.Fail(waypost::cli::kExitFailure, error.what());
  }
}
