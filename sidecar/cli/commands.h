// SPDX-License-Identifier: Apache-2.0
// One function a subcommand. Each adds itself with its options, help and examples to `app`; when it
// is the one that was called, it runs and writes its exit code. `output` and `exit_code` outlive
// `app`.
#pragma once

#include "sidecar/cli/output.h"

namespace CLI {
class App;
}

namespace waypost::cli {

void AddServeCommand(CLI::App& app, const Output& output, int& exit_code);
void AddCheckCommand(CLI::App& app, const Output& output, int& exit_code);
void AddTestCommand(CLI::App& app, const Output& output, int& exit_code);
void AddExplainCommand(CLI::App& app, const Output& output, int& exit_code);
void AddReplayCommand(CLI::App& app, const Output& output, int& exit_code);
void AddSendCommand(CLI::App& app, const Output& output, int& exit_code);
void AddMapCommand(CLI::App& app, const Output& output, int& exit_code);
void AddConnectCommand(CLI::App& app, const Output& output, int& exit_code);
void AddActionsCommand(CLI::App& app, const Output& output, int& exit_code);
void AddDemoCommand(CLI::App& app, const Output& output, int& exit_code);

}  // namespace waypost::cli
