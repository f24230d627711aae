// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "sidecar/cli/commands.h"
#include "sidecar/cli/options.h"
#include "sidecar/cli/replay.h"
#include "sidecar/cli/replay_report.h"

namespace waypost::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  waypost replay --rules rules/service-desk events.ndjson
  waypost replay --rules rules/service-desk --mapping tickets.mapping.yaml tickets.csv
  waypost replay --as-live --rules rules/service-desk events.ndjson
  unzip -p log.zip | waypost replay --rules rules --mapping log.mapping.yaml --output json -

FILE holds TicketEvents as JSON, one a line, or a table whose rows a mapping turns into events; see
rules/examples. With --as-live the events are played by time, and in between the rules do what they
would have done because time passed, up to the last event. Nothing is stored or sent.)";

struct Options {
  EventFile file;
  std::string rules;
  std::string per_ticket;
  bool as_live = false;
  OutputFormat format = OutputFormat::kText;
};

int ExitCodeOf(const absl::Status& status) {
  return absl::IsInvalidArgument(status) ? kExitRulesDoNotLoad : kExitFailure;
}

int RunReplay(const Options& options, const Output& output) {
  const absl::Time started = SystemClock().Now();
  if (options.as_live && options.file.order == EventOrder::kFile) {
    return output.Fail(kExitUsage, "--as-live plays the events by time; leave --order file out");
  }
  const auto rules = LoadRulesOrPrint(options.rules, output);
  if (!rules.ok()) {
    return output.Fail(ExitCodeOf(rules.status()), std::string(rules.status().message()));
  }
  EventFile file = options.file;
  if (options.as_live) file.order = EventOrder::kTime;
  absl::StatusOr<EventSource> source = OpenEvents(file, output);
  if (!source.ok()) {
    return output.Fail(ExitCodeOf(source.status()), std::string(source.status().message()));
  }
  std::ofstream csv;
  if (!options.per_ticket.empty()) {
    csv.open(options.per_ticket);
    if (!csv) {
      return output.Fail(kExitFailure, absl::StrCat("cannot write ", options.per_ticket));
    }
  }
  Replay replay(*rules, options.as_live ? Between::kAsLive : Between::kNothing);
  const absl::Status status = replay.Run(&*source, output);
  const ReplayReport report = MakeReport(replay, SystemClock().Now() - started);
  if (options.format == OutputFormat::kJson) {
    output.out() << ReportJson(report);
  } else {
    PrintReport(report, output);
  }
  if (!options.per_ticket.empty()) {
    WriteTicketCsv(replay, csv);
    if (!csv.flush()) {
      return output.Fail(kExitFailure, absl::StrCat("cannot write ", options.per_ticket));
    }
  }
  if (!status.ok()) {
    return output.Fail(kExitFailure, absl::StrCat(options.file.path,
                                                  " was not read to its end: ", status.message()));
  }
  const ReplayTally& tally = replay.tally();
  if (tally.events() == 0 && tally.rejected() > 0) {
    return output.Fail(kExitFailure, absl::StrCat("no event of ", options.file.path,
                                                  " could be played: all were rejected"));
  }
  return kExitOk;
}

}  // namespace

void AddReplayCommand(CLI::App& app, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("replay", "Play past events through rules and report");
  command->footer(kFooter);
  command->add_option("FILE", options->file.path, "NDJSON or CSV; - is standard input")->required();
  command->add_option("--rules", options->rules, "The rules: a file or a folder")
      ->type_name("PATH")
      ->required();
  AddEventFileOptions(*command, options->file);
  command->add_flag("--as-live", options->as_live, "Let time pass between the events");
  command->add_option("--per-ticket", options->per_ticket, "Write the counts of each ticket as CSV")
      ->type_name("FILE");
  AddOutputOption(*command, options->format);
  command->callback([options, &output, &exit_code] { exit_code = RunReplay(*options, output); });
}

}  // namespace waypost::cli
