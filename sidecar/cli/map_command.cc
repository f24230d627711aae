// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/cel/text_form.h"
#include "sidecar/cli/client.h"
#include "sidecar/cli/commands.h"
#include "sidecar/cli/enrichment_text.h"
#include "sidecar/cli/map_text.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/options.h"
#include "sidecar/cli/replay.h"
#include "sidecar/journey/journey_map.h"
#include "sidecar/journey/view.h"
#include "sidecar/rules/vocabulary.h"
#include "sidecar/service/map_definition.h"
#include "waypost/v1/insight_service.grpc.pb.h"

namespace waypost::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  waypost map
  waypost map --role customer --format html --file map.html
  waypost map --definition get-help
  waypost map --format mermaid --rules rules/service-desk --replay events.ndjson

Shows stages by channels with the touchpoints that people passed, their owners and how it felt: what
people said and what was inferred stand apart. From a running sidecar, or with --replay from a
file.)";

enum class MapFormat { kText, kMermaid, kHtml, kJson };

struct Options {
  std::string target = kDefaultTarget;
  std::string tenant = "default";
  v1::ConsumerRole role = v1::CONSUMER_ROLE_USER;
  std::string definition;
  std::string since;
  std::string until;
  MapFormat format = MapFormat::kText;
  std::string file;
  std::string rules;
  EventFile events;
};

absl::Status SetTime(const std::string& text, const char* option,
                     google::protobuf::Timestamp* time) {
  absl::Time read;
  if (!cel::ReadTimestamp(text, &read)) {
    return absl::InvalidArgumentError(
        absl::StrCat(option, ": '", text, "' is not a time such as 2026-03-01T00:00:00Z"));
  }
  ToProto(read, time);
  return absl::OkStatus();
}

absl::StatusOr<v1::GetJourneyMapRequest> RequestFrom(const Options& options) {
  v1::GetJourneyMapRequest request;
  request.set_tenant(options.tenant);
  request.set_role(options.role);
  request.set_journey_definition_id(options.definition);
  if (!options.since.empty()) {
    WAYPOST_RETURN_IF_ERROR(SetTime(options.since, "--since", request.mutable_start_at()));
  }
  if (!options.until.empty()) {
    WAYPOST_RETURN_IF_ERROR(SetTime(options.until, "--until", request.mutable_end_at()));
  }
  return request;
}

absl::StatusOr<v1::GetJourneyMapResponse> AskSidecar(const Options& options,
                                                     const v1::GetJourneyMapRequest& request) {
  const auto stub = v1::InsightService::NewStub(Connect(options.target));
  const auto context = CallContext();
  v1::GetJourneyMapResponse response;
  WAYPOST_RETURN_IF_ERROR(
      FromGrpc(stub->GetJourneyMap(context.get(), request, &response), options.target));
  return response;
}

absl::StatusOr<v1::GetJourneyMapResponse> PlayFile(const Options& options,
                                                   const v1::GetJourneyMapRequest& request,
                                                   const Output& output) {
  WAYPOST_ASSIGN_OR_RETURN(auto rules, LoadRulesOrPrint(options.rules, output));
  WAYPOST_ASSIGN_OR_RETURN(EventSource source, OpenEvents(options.events, output));
  Replay replay(std::move(rules));
  WAYPOST_RETURN_IF_ERROR(replay.Run(&source, output));
  journey::JourneyMap map(request, replay.desk().rules());
  replay.desk().ForEachJourney([&](const internal::v1::JourneyState& journey) {
    map.Add(journey::ViewJourney(journey, replay.desk().rules(), true));
  });
  return service::OrDefinitionNotFound(map.Build(), request, replay.desk().rules());
}

void Write(const v1::GetJourneyMapResponse& map, const Options& options, std::ostream& out) {
  const MapTitle title = {options.definition.empty() ? "Service desk" : options.definition,
                          rules::ConsumerRoleName(options.role)};
  switch (options.format) {
    case MapFormat::kText:
      return PrintMapText(map, title, out);
    case MapFormat::kMermaid:
      return PrintMapMermaid(map, title, out);
    case MapFormat::kHtml:
      return PrintMapHtml(map, title, out);
    case MapFormat::kJson:
      out << MessageJson(map, true);
  }
}

int RunMap(const Options& options, const Output& output) {
  const bool offline = !options.events.path.empty();
  if (offline && options.rules.empty()) {
    return output.Fail(kExitUsage, "with --replay, name --rules");
  }
  const absl::StatusOr<v1::GetJourneyMapRequest> request = RequestFrom(options);
  if (!request.ok()) {
    return output.Fail(kExitUsage, std::string(request.status().message()));
  }
  const absl::StatusOr<v1::GetJourneyMapResponse> map =
      offline ? PlayFile(options, *request, output) : AskSidecar(options, *request);
  if (!map.ok()) {
    return offline ? output.Fail(kExitFailure, std::string(map.status().message()))
                   : output.FailQuestion(map.status());
  }
  if (options.file.empty()) {
    Write(*map, options, output.out());
    return kExitOk;
  }
  std::ofstream file(options.file);
  Write(*map, options, file);
  return file.flush() ? kExitOk
                      : output.Fail(kExitFailure, absl::StrCat("cannot write ", options.file));
}

}  // namespace

void AddMapCommand(CLI::App& app, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("map", "Draw the journey map");
  command->footer(kFooter);
  SetChoices(command->add_option("--role", options->role, "user (default), customer or sponsor")
                 ->type_name("ROLE"),
             {{"user", v1::CONSUMER_ROLE_USER},
              {"customer", v1::CONSUMER_ROLE_CUSTOMER},
              {"sponsor", v1::CONSUMER_ROLE_SPONSOR}});
  command
      ->add_option("--definition", options->definition,
                   "Only journeys by this definition of the rules")
      ->type_name("ID");
  command->add_option("--since", options->since, "Steps from here on")->type_name("TIME");
  command->add_option("--until", options->until, "Steps before this")->type_name("TIME");
  SetChoices(
      command->add_option("--format", options->format, "text (default), mermaid, html or json")
          ->type_name("FORMAT"),
      {{"text", static_cast<int>(MapFormat::kText)},
       {"mermaid", static_cast<int>(MapFormat::kMermaid)},
       {"html", static_cast<int>(MapFormat::kHtml)},
       {"json", static_cast<int>(MapFormat::kJson)}});
  command->add_option("--file", options->file, "Write to this file")->type_name("FILE");
  AddTargetOption(*command, options->target);
  AddTenantOption(*command, options->tenant);
  command->add_option("--replay", options->events.path, "Play this file instead")
      ->type_name("FILE");
  command->add_option("--rules", options->rules, "The rules for --replay")->type_name("PATH");
  AddEventFileOptions(*command, options->events);
  command->callback([options, &output, &exit_code] { exit_code = RunMap(*options, output); });
}

}  // namespace waypost::cli
