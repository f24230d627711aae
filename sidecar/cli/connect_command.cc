// SPDX-License-Identifier: Apache-2.0
#include "CLI/CLI.hpp"
#include "sidecar/cli/commands.h"
#include "sidecar/cli/connect_profile.h"

namespace waypost::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  waypost connect run connect.yaml
  waypost connect check request-tracker
  waypost connect map --profile generic event.json
  waypost connect test connectors/request-tracker

A profile says how a ticketing tool speaks: connectors/README.md.)";

}  // namespace

void AddConnectCommand(CLI::App& app, const Output& output, int& exit_code) {
  CLI::App* connect = app.add_subcommand("connect", "Connect a ticketing tool");
  connect->footer(kFooter);
  connect->require_subcommand(0, 1);
  AddConnectRunCommand(*connect, output, exit_code);
  AddConnectReplayCommand(*connect, output, exit_code);
  AddConnectCheckCommand(*connect, output, exit_code);
  AddConnectMapCommand(*connect, output, exit_code);
  AddConnectTestCommand(*connect, output, exit_code);
  connect->callback([connect, &output] {
    if (connect->get_subcommands().empty()) {
      output.out() << connect->help();
    }
  });
}

}  // namespace waypost::cli
