// SPDX-License-Identifier: Apache-2.0
// Options that several subcommands share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sidecar/cli/output.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace waypost::cli {

// Lets an option take one of `choices`, in any case, by the numbers of its enumerators. What is
// none of them is refused with all of them.
void SetChoices(CLI::Option* option, std::vector<std::pair<std::string, int>> choices);

// --output text|json.
void AddOutputOption(CLI::App& command, OutputFormat& format);

// --target ADDRESS of a running sidecar.
void AddTargetOption(CLI::App& command, std::string& target);

// --tenant NAME.
void AddTenantOption(CLI::App& command, std::string& tenant);

}  // namespace waypost::cli
