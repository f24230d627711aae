// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "connectors/engine/fixture.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/cli/connect_profile.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/options.h"
#include "sidecar/text/printable.h"

namespace waypost::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  waypost connect test request-tracker
  waypost connect test my-tool
  waypost connect test --update my-tool        take what comes as what is expected

Runs a profile's fixtures: fixtures/NAME.json (a body) or NAME.http (headers, an empty line, a body)
beside NAME.expected.json. Exit code 4: one gives something else.)";

struct Options {
  std::vector<std::string> profiles;
  bool update = false;
};

struct Tally {
  int passed = 0;
  int failed = 0;
};

absl::StatusOr<std::vector<std::string>> RunOne(const connectors::Profile& profile,
                                                const connectors::Fixture& fixture, bool update) {
  WAYPOST_ASSIGN_OR_RETURN(const std::string result, connectors::RunFixture(profile, fixture));
  if (update) {
    WAYPOST_RETURN_IF_ERROR(connectors::WriteExpected(fixture, result));
    return std::vector<std::string>();
  }
  return connectors::CompareWithExpected(fixture, result);
}

void RunFixtures(const connectors::Profile& profile, const ProfilePath& path, bool update,
                 const Output& output, Tally* tally) {
  for (const connectors::Fixture& fixture : connectors::FindFixtures(path.folder + "/fixtures")) {
    const auto differences = RunOne(profile, fixture, update);
    const bool passes = differences.ok() && differences->empty();
    ++(passes ? tally->passed : tally->failed);
    output.out() << output.Paint(passes ? "ok    " : "failed",
                                 passes ? Colour::kGreen : Colour::kRed)
                 << "  " << Printable(profile.name()) << '/' << Printable(fixture.name) << '\n';
    if (!differences.ok()) {
      output.out() << "  " << Printable(std::string(differences.status().message())) << '\n';
      continue;
    }
    for (const std::string& difference : *differences) {
      output.out() << "  " << Printable(difference) << '\n';
    }
  }
}

int RunConnectTest(const Options& options, const Output& output) {
  Tally tally;
  for (const std::string& name : options.profiles) {
    const absl::StatusOr<ProfilePath> path = FindProfile(name);
    if (!path.ok()) {
      return output.Fail(kExitUsage, std::string(path.status().message()));
    }
    const auto profile = LoadProfileOrPrint(*path, output);
    if (profile == nullptr) {
      return output.Fail(kExitRulesDoNotLoad, absl::StrCat(path->file, " does not load"));
    }
    const Tally before = tally;
    RunFixtures(*profile, *path, options.update, output, &tally);
    if (before.passed + before.failed == tally.passed + tally.failed) {
      return output.Fail(kExitFailure,
                         absl::StrCat("there are no fixtures in ", path->folder, "/fixtures"));
    }
  }
  output.out() << Counted(tally.passed, "fixture") << " passed, " << tally.failed << " failed\n";
  return tally.failed == 0 ? kExitOk : kExitTestsFailed;
}

}  // namespace

void AddConnectTestCommand(CLI::App& connect, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = connect.add_subcommand("test", "Run the fixtures of profiles");
  command->footer(kFooter);
  command->add_option("PROFILE", options->profiles, "Files, folders or shipped names")->required();
  command->add_flag("--update", options->update, "Write the expected files");
  command->callback(
      [options, &output, &exit_code] { exit_code = RunConnectTest(*options, output); });
}

}  // namespace waypost::cli
