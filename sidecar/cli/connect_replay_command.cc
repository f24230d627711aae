// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "connectors/engine/spool.h"
#include "sidecar/cli/connect_profile.h"
#include "sidecar/cli/names.h"
#include "sidecar/text/printable.h"

namespace waypost::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  waypost connect replay connect.yaml                     list the dead letters
  waypost connect replay connect.yaml --show 17 > 17.http
  waypost connect map --profile my-tool 17.http           see what is wrong
  waypost connect replay connect.yaml --id 17             forward it again
  waypost connect replay connect.yaml --all

A dead letter is a webhook whose events can never be recorded as things stand: the profile cannot
read it, or the sidecar refuses them. It is kept as it came. Mend the profile, start the connector
again, and replay it. Works while the connector runs.)";

struct Options {
  std::string config;
  int64_t show = 0;
  int64_t id = 0;
  bool all = false;
};

int ListLetters(const std::string& path, const Output& output) {
  const auto letters = connectors::ListDeadLetters(path);
  if (!letters.ok()) {
    return output.Fail(kExitFailure, std::string(letters.status().message()));
  }
  for (const connectors::DeadLetter& letter : *letters) {
    output.out() << output.Paint(absl::StrCat(letter.id), Colour::kBold) << "  "
                 << TimeText(letter.received_at) << "  " << Printable(letter.connector) << "  "
                 << Counted(letter.bytes, "byte") << "  " << Printable(letter.reason) << '\n';
  }
  output.err() << Counted(std::ssize(*letters), "dead letter") << '\n';
  return kExitOk;
}

int RunConnectReplay(const Options& options, const Output& output) {
  const auto config = LoadConnectConfigOrPrint(options.config, connectors::Secrets::kLeave, output);
  if (config == nullptr) {
    return output.Fail(kExitRulesDoNotLoad, absl::StrCat(options.config, " does not load"));
  }
  if (options.show > 0) {
    const auto text = connectors::ReadDeadLetter(config->spool_path(), options.show);
    if (!text.ok()) {
      return output.Fail(kExitFailure, std::string(text.status().message()));
    }
    output.out() << *text;
    return kExitOk;
  }
  if (!options.all && options.id == 0) {
    return ListLetters(config->spool_path(), output);
  }
  const auto count = connectors::ReplayDeadLetters(
      config->spool_path(), options.all ? std::nullopt : std::optional(options.id));
  if (!count.ok()) {
    return output.Fail(kExitFailure, std::string(count.status().message()));
  }
  output.out() << Counted(*count, "dead letter") << " will be forwarded again\n";
  return kExitOk;
}

}  // namespace

void AddConnectReplayCommand(CLI::App& connect, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = connect.add_subcommand("replay", "List and replay dead letters");
  command->footer(kFooter);
  command->add_option("CONFIG", options->config, "The connector's configuration")->required();
  CLI::Option* show = command->add_option("--show", options->show, "Print the request of this one")
                          ->type_name("ID");
  CLI::Option* id = command->add_option("--id", options->id, "Replay this one")->type_name("ID");
  CLI::Option* all = command->add_flag("--all", options->all, "Replay all");
  show->excludes(id)->excludes(all);
  id->excludes(all);
  command->callback(
      [options, &output, &exit_code] { exit_code = RunConnectReplay(*options, output); });
}

}  // namespace waypost::cli
