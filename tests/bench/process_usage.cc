// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/process_usage.h"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace waypost::bench {

ProcessUsage ReadProcessUsage(int pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  // The second field is the name in parentheses, which may hold spaces; fields count from 1.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 2));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  constexpr size_t kFirst = 3, kUserTime = 14, kSystemTime = 15, kResidentPages = 24;
  if (fields.size() <= kResidentPages - kFirst) return {};
  int64_t user = 0, system = 0, pages = 0;
  if (!absl::SimpleAtoi(fields[kUserTime - kFirst], &user) ||
      !absl::SimpleAtoi(fields[kSystemTime - kFirst], &system) ||
      !absl::SimpleAtoi(fields[kResidentPages - kFirst], &pages)) {
    return {};
  }
  return {
      .cpu_seconds = static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK)),
      .resident_bytes = pages * sysconf(_SC_PAGESIZE)};
}

}  // namespace waypost::bench
