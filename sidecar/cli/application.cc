// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/application.h"

#include <string>
#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "sidecar/base/version.h"
#include "sidecar/cli/commands.h"
#include "sidecar/text/suggest.h"

namespace waypost::cli {
namespace {

constexpr const char* kDescription =
    "Waypost gives a ticketing tool journey awareness: ticket events in; stage, touchpoint, "
    "owner,\n"
    "alerts, status updates and survey decisions out.";

constexpr const char* kFooter = R"(Examples:
  waypost demo                                  watch tickets become journeys
  waypost serve --rules rules/service-desk      run the sidecar
  waypost check rules/service-desk              find mistakes in rules
  waypost test rules/service-desk               run the story tests of the rules

`waypost COMMAND --help` shows the options and examples of a command.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 rules, stories or mapping do not load, 4 stories
failed, 5 no sidecar answers, 6 the sidecar refused an event.)";

void AddCommands(CLI::App& app, const Output& output, int& exit_code) {
  AddServeCommand(app, output, exit_code);
  AddCheckCommand(app, output, exit_code);
  AddTestCommand(app, output, exit_code);
  AddExplainCommand(app, output, exit_code);
  AddReplayCommand(app, output, exit_code);
  AddMapCommand(app, output, exit_code);
  AddSendCommand(app, output, exit_code);
  AddConnectCommand(app, output, exit_code);
  AddActionsCommand(app, output, exit_code);
  AddDemoCommand(app, output, exit_code);
}

// The names of the subcommands, or of the options of the subcommand that was called.
std::vector<std::string> Candidates(const CLI::App& app, bool options) {
  std::vector<std::string> names;
  if (!options) {
    for (const CLI::App* command : app.get_subcommands({})) {
      names.push_back(command->get_name());
    }
    return names;
  }
  const std::vector<CLI::App*> called = app.get_subcommands();
  for (const CLI::Option* option : (called.empty() ? app : *called.front()).get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back(absl::StrCat("--", name));
    }
  }
  return names;
}

int FailUsage(const CLI::App& app, std::string_view message, const Output& output) {
  const std::vector<CLI::App*> called = app.get_subcommands();
  const std::string command = called.empty() ? "" : called.front()->get_name() + " ";
  return output.Fail(kExitUsage,
                     absl::StrCat(std::string(message), "\nTry 'waypost ", command, "--help'."));
}

// Whether an option was given that the command does not have. A required one may then be missing
// only because it was misspelt.
bool HasUnknownOption(const CLI::App& app) {
  const std::vector<std::string> left = app.remaining(true);
  return !left.empty() && left.front().size() > 1 && left.front().front() == '-';
}

// What the parser could not place: the first argument of the first app that has any.
int FailUnexpected(const CLI::App& app, const Output& output) {
  const std::vector<std::string> left = app.remaining(true);
  const std::string name = left.empty() ? "" : left.front().substr(0, left.front().find('='));
  const bool is_option = !name.empty() && name.front() == '-';
  const bool is_command = !is_option && app.get_subcommands().empty();
  std::string message = is_option    ? absl::StrCat("there is no option '", name, "'")
                        : is_command ? absl::StrCat("there is no command '", name, "'")
                                     : absl::StrCat("nothing is expected at '", name, "'");
  if (is_option || is_command) {
    message += DidYouMean(name, Candidates(app, is_option));
  }
  return FailUsage(app, message, output);
}

}  // namespace

int RunApplication(int argc, const char* const* argv, const Output& output) {
  int exit_code = kExitOk;
  CLI::App app(kDescription, "waypost");
  app.footer(kFooter);
  app.set_version_flag("--version", "waypost " + std::string(Version()));
  app.get_formatter()->column_width(30);
  app.require_subcommand(0, 1);
  AddCommands(app, output, exit_code);
  try {
    app.parse(argc, argv);
    if (app.get_subcommands().empty()) {
      output.out() << app.help();
    }
  } catch (const CLI::CallForHelp&) {
    output.out() << app.help();
  } catch (const CLI::CallForAllHelp&) {
    output.out() << app.help("", CLI::AppFormatMode::All);
  } catch (const CLI::CallForVersion& version) {
    output.out() << version.what() << '\n';
  } catch (const CLI::ExtrasError&) {
    return FailUnexpected(app, output);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError) &&
        HasUnknownOption(app)) {
      return FailUnexpected(app, output);
    }
    return FailUsage(app, error.what(), output);
  }
  return exit_code;
}

}  // namespace waypost::cli
