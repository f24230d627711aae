// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "connectors/engine/fixture.h"
#include "sidecar/cli/connect_profile.h"
#include "sidecar/cli/diagnostic_text.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/options.h"
#include "sidecar/text/printable.h"

namespace waypost::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  waypost connect check request-tracker
  waypost connect check --output json my-tool/profile.yaml

Every key, expression and table is checked, and all mistakes are listed with their places. Exit code
3: there are errors.)";

struct Options {
  std::vector<std::string> profiles;
  OutputFormat format = OutputFormat::kText;
};

// True when the profile loads.
bool CheckProfile(const ProfilePath& path, const Options& options, const Output& output,
                  JsonWriter* json) {
  DiagnosticSink sink;
  const bool loads = connectors::Profile::Load(path.file, {}, &sink) != nullptr;
  const std::vector<Diagnostic> diagnostics = sink.Take();
  const DiagnosticCounts counts = CountByLevel(diagnostics);
  if (options.format == OutputFormat::kJson) {
    json->BeginObject().Key("path").String(path.file).Key("valid").Bool(loads);
    json->Key("diagnostics");
    WriteDiagnostics(diagnostics, json);
    json->EndObject();
    return loads;
  }
  PrintDiagnostics(diagnostics, output, Stream::kOut);
  const auto fixtures = std::ssize(connectors::FindFixtures(path.folder + "/fixtures"));
  output.out() << output.Paint(loads ? "ok" : "broken", loads ? Colour::kGreen : Colour::kRed)
               << "  " << Printable(path.file) << ": " << CountsText(counts) << " ("
               << Counted(fixtures, "fixture") << ")\n";
  return loads;
}

int RunConnectCheck(const Options& options, const Output& output) {
  JsonWriter json;
  json.BeginArray();
  bool all_load = true;
  for (const std::string& name : options.profiles) {
    const absl::StatusOr<ProfilePath> path = FindProfile(name);
    if (!path.ok()) {
      return output.Fail(kExitUsage, std::string(path.status().message()));
    }
    all_load = CheckProfile(*path, options, output, &json) && all_load;
  }
  if (options.format == OutputFormat::kJson) {
    output.out() << json.EndArray().Take();
  }
  return all_load ? kExitOk : kExitRulesDoNotLoad;
}

}  // namespace

void AddConnectCheckCommand(CLI::App& connect, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = connect.add_subcommand("check", "Find mistakes in profiles");
  command->footer(kFooter);
  command->add_option("PROFILE", options->profiles, "Files, folders or shipped names")->required();
  AddOutputOption(*command, options->format);
  command->callback(
      [options, &output, &exit_code] { exit_code = RunConnectCheck(*options, output); });
}

}  // namespace waypost::cli
