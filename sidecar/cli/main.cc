// SPDX-License-Identifier: Apache-2.0
#include <exception>

#include "sidecar/cli/application.h"
#include "sidecar/cli/output.h"

int main(int argc, char** argv) {
  const waypost::cli::Output output = waypost::cli::Output::Standard();
  try {
    return waypost::cli::RunApplication(argc, argv, output);
  } catch (const std::exception& error) {
    return output.Fail(waypost::cli::kExitFailure, error.what());
  }
}
