// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "connectors/engine/fixture.h"
#include "sidecar/base/clock.h"
#include "sidecar/cli/connect_profile.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/options.h"
#include "sidecar/service/request_validation.h"
#include "sidecar/text/printable.h"

namespace waypost::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  waypost connect map --profile request-tracker webhook.json
  waypost connect map --profile generic event.http

Shows the events that a request of the tool means, which fields its expressions could not fill and
why, and what the sidecar would refuse. FILE is a JSON body; one that ends in .http has headers, an
empty line and the body. Exit code 6: the request gives no events that can be recorded.)";

struct Options {
  std::string profile;
  std::string file;
  OutputFormat format = OutputFormat::kText;
};

using Events = std::vector<connectors::RuleEvent>;

// What the sidecar would refuse of the event. It gets its source from the configuration.
std::vector<pipeline::Violation> CheckEvent(v1::TicketEvent event, absl::Time now) {
  if (event.source().empty()) {
    event.set_source("source");
  }
  return service::CheckEvent(event, "", now);
}

void PrintFindings(const Events& events, absl::Time now, const Output& output) {
  for (size_t at = 0; at < events.size(); ++at) {
    for (const mapping::UnsetField& unset : events[at].unset) {
      output.err() << "event " << at << ": "
                   << output.Paint("not told", Colour::kYellow, Stream::kErr) << "  "
                   << Printable(unset.field) << ": " << Printable(unset.reason) << '\n';
    }
    for (const pipeline::Violation& violation : CheckEvent(events[at].event, now)) {
      output.err() << "event " << at << ": " << output.Paint("refused", Colour::kRed, Stream::kErr)
                   << "  " << Printable(violation.field) << ": " << Printable(violation.description)
                   << '\n';
    }
  }
  output.err() << Counted(std::ssize(events), "event") << '\n';
}

int RunConnectMap(const Options& options, const Output& output) {
  const absl::StatusOr<ProfilePath> path = FindProfile(options.profile);
  if (!path.ok()) {
    return output.Fail(kExitUsage, std::string(path.status().message()));
  }
  const auto profile = LoadProfileOrPrint(*path, output);
  if (profile == nullptr) {
    return output.Fail(kExitRulesDoNotLoad, absl::StrCat(path->file, " does not load"));
  }
  const absl::StatusOr<connectors::Request> request = connectors::ReadRequestFile(options.file);
  if (!request.ok()) {
    return output.Fail(kExitFailure, std::string(request.status().message()));
  }
  const absl::Time now = SystemClock().Now();
  const absl::StatusOr<Events> events = profile->Map(*request, now);
  output.out() << connectors::ResultJson(events);
  if (!events.ok()) {
    return output.Fail(kExitRefused, std::string(events.status().message()));
  }
  if (options.format == OutputFormat::kText) {
    PrintFindings(*events, now, output);
  }
  for (const connectors::RuleEvent& event : *events) {
    if (!CheckEvent(event.event, now).empty()) {
      return kExitRefused;
    }
  }
  return kExitOk;
}

}  // namespace

void AddConnectMapCommand(CLI::App& connect, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = connect.add_subcommand("map", "Show the events that a request means");
  command->footer(kFooter);
  command->add_option("--profile", options->profile, "A file, a folder or a shipped name")
      ->type_name("PROFILE")
      ->required();
  command->add_option("FILE", options->file, "What the tool sent")->required();
  AddOutputOption(*command, options->format);
  command->callback(
      [options, &output, &exit_code] { exit_code = RunConnectMap(*options, output); });
}

}  // namespace waypost::cli
