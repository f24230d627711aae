// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sidecar/cli/output.h"

namespace waypost::cli {

// Runs the command line of `waypost` and returns the exit code of the process. Wrong commands and
// options are answered on `output.err()` with the nearest right one.
int RunApplication(int argc, const char* const* argv, const Output& output);

}  // namespace waypost::cli
