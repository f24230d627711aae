// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/server_start.h"

#include "sidecar/cli/exit_codes.h"
#include "sidecar/rules/loader.h"

namespace waypost::cli {

std::string HttpAddressFrom(const std::string& option) { return option == "none" ? "" : option; }

int ExitCodeOfStart(const absl::Status& status, const std::string& rules) {
  if (!absl::IsInvalidArgument(status)) {
    return kExitFailure;
  }
  const absl::StatusOr<rules::LoadResult> loaded = rules::LoadRules(rules);
  return loaded.ok() && loaded->rule_set != nullptr ? kExitUsage : kExitRulesDoNotLoad;
}

}  // namespace waypost::cli
