// SPDX-License-Identifier: Apache-2.0
// Options that several subcommands share.
#pragma once

#include <string>

#include "sidecar/cli/output.h"

namespace CLI {
class App;
}

namespace waypost::cli {

// --output text|json.
void AddOutputOption(CLI::App& command, OutputFormat& format);

// --target ADDRESS of a running sidecar.
void AddTargetOption(CLI::App& command, std::string& target);

// --tenant NAME.
void AddTenantOption(CLI::App& command, std::string& tenant);

}  // namespace waypost::cli
