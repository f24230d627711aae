// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace waypost::cli {

// What the process answers. Part of the command line's contract: scripts rely on the numbers.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailure = 1,         // it could not be done; the message says why
  kExitUsage = 2,           // wrong command or options
  kExitRulesDoNotLoad = 3,  // rules, mapping or suite files have errors
  kExitTestsFailed = 4,     // a story failed
  kExitUnreachable = 5,     // no sidecar answers at the target
  kExitRefused = 6,         // the sidecar refused at least one event as invalid
};

}  // namespace waypost::cli
