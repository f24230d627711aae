// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "connectors/engine/runner.h"
#include "sidecar/base/logging.h"
#include "sidecar/cli/connect_profile.h"
#include "sidecar/cli/options.h"
#include "sidecar/cli/signals.h"

namespace waypost::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  waypost connect run connect.yaml

CONFIG names the tools, their profiles and where their secrets are: connectors/README.md. When webhooks
are taken, one line is printed:
  waypost: ready webhooks=http://127.0.0.1:7490
A webhook is answered with 202 once it is on disk, and forwarded to the sidecar when that is there.
SIGTERM and SIGINT end it; what was not forwarded is forwarded after the next start.)";

struct Options {
  std::string config;
  LogFormat log_format = LogFormat::kText;
};

int RunConnectRun(const Options& options, const Output& output) {
  ConfigureLogging(options.log_format, LogLevel::kInfo);
  HoldSignals();
  const auto config = LoadConnectConfigOrPrint(options.config, connectors::Secrets::kRead, output);
  if (config == nullptr) {
    return output.Fail(kExitRulesDoNotLoad, absl::StrCat(options.config, " does not load"));
  }
  const auto runner = connectors::Runner::Start(*config);
  if (!runner.ok()) {
    return output.Fail(kExitFailure, std::string(runner.status().message()));
  }
  output.out() << "waypost: ready webhooks=" << (*runner)->address() << std::endl;
  WaitForEnd([] {});
  return kExitOk;
}

}  // namespace

void AddConnectRunCommand(CLI::App& connect, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = connect.add_subcommand("run", "Take webhooks and forward their events");
  command->footer(kFooter);
  command->add_option("CONFIG", options->config, "The configuration: a YAML file")->required();
  SetChoices(
      command->add_option("--log-format", options->log_format, "text (default) or json")
          ->type_name("FORMAT"),
      {{"text", static_cast<int>(LogFormat::kText)}, {"json", static_cast<int>(LogFormat::kJson)}});
  command->callback(
      [options, &output, &exit_code] { exit_code = RunConnectRun(*options, output); });
}

}  // namespace waypost::cli
