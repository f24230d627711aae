// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace waypost::bench {

// What a process has used so far. CPU time in steps of 10 ms, as the kernel tells it.
struct ProcessUsage {
  double cpu_seconds = 0;
  int64_t resident_bytes = 0;
};

// Of the process `pid`, from /proc; zeros when there is none.
ProcessUsage ReadProcessUsage(int pid);

}  // namespace waypost::bench
