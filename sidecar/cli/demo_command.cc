// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "sidecar/base/clock.h"
#include "sidecar/base/logging.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/cli/client.h"
#include "sidecar/cli/commands.h"
#include "sidecar/cli/demo_clock.h"
#include "sidecar/cli/demo_place.h"
#include "sidecar/cli/demo_player.h"
#include "sidecar/cli/demo_story.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/server_start.h"
#include "sidecar/cli/shipped_folder.h"
#include "sidecar/cli/signals.h"
#include "sidecar/cli/table.h"
#include "sidecar/service/server.h"
#include "waypost/v1/admin_service.grpc.pb.h"
#include "waypost/v1/insight_service.grpc.pb.h"

namespace waypost::cli {
namespace {

constexpr int kTickets = 200;
constexpr absl::Duration kDrain = absl::Seconds(10);

constexpr const char* kFooter = R"(Examples:
  waypost demo
  waypost demo --once                 end after the story and the day
  waypost demo --rules my-rules --keep

Starts a sidecar on loopback with a database in a local folder, plays a person's password reset and
a day of 200 tickets through it, and goes on serving until Ctrl-C. The database of the last demo is
deleted first, unless --keep is given.)";

struct Options {
  std::string rules;
  std::string data = "waypost-data/demo";
  std::string listen = kDefaultTarget;
  std::string http = kDefaultHttpAddress;
  bool keep = false;
  bool once = false;
};

// The address, or a free port where it is taken, which is said.
std::string FreeAddress(const std::string& address, const std::string& usual,
                        const Output& output) {
  if (address != usual || IsFree(address)) {
    return address;
  }
  output.out() << "Port " << address << " is taken; the demo takes a free one.\n";
  return "127.0.0.1:0";
}

absl::Status DeleteLastDemo(const DemoFolder& folder, const Output& output) {
  std::error_code error;
  if (std::filesystem::exists(folder.database(), error)) {
    output.out()
        << "The database of the last demo is deleted, with all events in it; with --keep it "
           "would stay.\n";
  }
  return folder.DeleteDatabase();
}

absl::StatusOr<std::unique_ptr<service::Server>> StartServer(const Options& options,
                                                             const std::string& rules,
                                                             const DemoFolder& folder,
                                                             const Clock& clock,
                                                             const Output& output) {
  service::ServerOptions server;
  server.clock = &clock;
  server.rules = rules;
  server.data = folder.database();
  server.listen = {FreeAddress(options.listen, kDefaultTarget, output)};
  server.http = HttpAddressFrom(FreeAddress(options.http, kDefaultHttpAddress, output));
  if (!options.keep) {
    WAYPOST_RETURN_IF_ERROR(DeleteLastDemo(folder, output));
  }
  WAYPOST_ASSIGN_OR_RETURN(std::unique_ptr<service::Server> started,
                           service::Server::Start(server));
  output.out() << output.Paint("Waypost runs.", Colour::kBold) << " gRPC "
               << started->addresses().front() << ", JSON "
               << (started->http_address().empty() ? "none" : started->http_address()) << "\nRules "
               << server.rules << ", database " << server.data << '\n';
  return started;
}

absl::Status PrintSummary(const std::string& target, const ReplayTally& tally,
                          const Output& output) {
  const auto channel = Connect(target);
  v1::GetStatusResponse status;
  const auto status_context = CallContext();
  WAYPOST_RETURN_IF_ERROR(FromGrpc(v1::AdminService::NewStub(channel)->GetStatus(
                                       status_context.get(), v1::GetStatusRequest(), &status),
                                   target));
  v1::GetJourneyMapResponse map;
  const auto map_context = CallContext();
  WAYPOST_RETURN_IF_ERROR(FromGrpc(v1::InsightService::NewStub(channel)->GetJourneyMap(
                                       map_context.get(), v1::GetJourneyMapRequest(), &map),
                                   target));
  RuleTally sum;
  for (const auto& [id, rule] : tally.rules()) {
    sum.alerts += rule.alerts;
    sum.updates += rule.updates;
    sum.surveys_sent += rule.surveys_sent;
    sum.surveys_not_sent += rule.surveys_not_sent;
  }
  output.out() << '\n'
               << output.Paint("What came of it", Colour::kBold) << "\n  "
               << Counted(status.events_recorded(), "event") << " recorded in "
               << Counted(map.journeys(), "journey") << ", " << WithThousands(tally.unmapped())
               << " without a touchpoint\n  " << Counted(sum.alerts, "alert") << ", "
               << Counted(sum.updates, "message") << " to people, "
               << Counted(sum.surveys_sent, "survey") << " to send, "
               << WithThousands(sum.surveys_not_sent) << " not to send\n  "
               << Counted(status.decided_by_time(), "time")
               << " a rule was asked because nobody had told the person anything for long\n";
  Table rules({{"  Rule"},
               {"alerts", Table::Align::kRight},
               {"messages", Table::Align::kRight},
               {"surveys", Table::Align::kRight},
               {"tickets", Table::Align::kRight}});
  for (const auto& [id, rule] : tally.rules()) {
    rules.AddRow({"  " + id, WithThousands(rule.alerts), WithThousands(rule.updates),
                  WithThousands(rule.surveys_sent), WithThousands(rule.tickets)});
  }
  rules.Print(output.out());
  return absl::OkStatus();
}

absl::StatusOr<bool> HoldsStory(const std::string& target) {
  v1::GetJourneyRequest request;
  request.mutable_ticket()->set_source(kDemoSource);
  request.mutable_ticket()->set_ref(kDemoStoryTicket);
  v1::GetJourneyResponse response;
  const auto context = CallContext();
  const grpc::Status status =
      v1::InsightService::NewStub(Connect(target))->GetJourney(context.get(), request, &response);
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) {
    return false;
  }
  WAYPOST_RETURN_IF_ERROR(FromGrpc(status, target));
  return true;
}

// The executable as it may be typed here.
std::string Command() {
  std::error_code error;
  const std::filesystem::path relative =
      std::filesystem::relative(ExecutablePath(), std::filesystem::current_path(), error);
  const std::string near = relative.string();
  return error || near.empty() || near.substr(0, 2) == ".." ? ExecutablePath() : "./" + near;
}

void PrintNextCommands(const service::Server& server, const Output& output) {
  const std::string target = server.addresses().front();
  const std::string now =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", SystemClock().Now(), absl::UTCTimeZone());
  output.out() << '\n' << output.Paint("Try next", Colour::kBold) << " (in another terminal)\n\n";
  output.out() << Command() << " explain --target " << target << " --ticket " << kDemoSource << '/'
               << kDemoStoryTicket << "\n\n"
               << Command() << " map --target " << target << " --format html --file map.html\n\n";
  if (!server.http_address().empty()) {
    output.out()
        << "curl -sS " << server.http_address()
        << "/waypost.v1.JourneyService/RecordEvent -H 'Content-Type: application/json' -d "
           "'{\"event\": {\"eventId\": \"my-event-1\", \"source\": \"my-desk\", \"occurredAt\": \""
        << now
        << "\", \"ticket\": {\"ref\": \"T-1\", \"type\": \"incident\", \"status\": \"New\", "
           "\"statusCategory\": \"STATUS_CATEGORY_NEW\", \"priority\": \"P1\", \"channel\": "
           "\"phone\", \"requester\": {\"id\": \"me\", \"name\": \"Me\"}}}}'\n";
  }
}

absl::Status Play(service::Server* server, DemoClock* clock, const Output& output) {
  DemoPlayer player(server, clock, output);
  const absl::Time now = SystemClock().Now();
  output.out() << '\n'
               << output.Paint("A password reset", Colour::kBold)
               << ": what the ticketing tool will show as one ticket, closed within its SLA.\n";
  WAYPOST_RETURN_IF_ERROR(player.PlayStory(PasswordResetStory(now - absl::Hours(25))));
  output.out() << '\n'
               << output.Paint("A day at the desk", Colour::kBold) << ": " << kTickets
               << " tickets.\n";
  WAYPOST_RETURN_IF_ERROR(player.PlayDay(DemoDay(kTickets, now)));
  return PrintSummary(server->addresses().front(), player.tally(), output);
}

// What was played is known by its event ids: playing it again would change nothing.
absl::Status PlayUnlessKept(service::Server* server, DemoClock* clock, const Output& output) {
  const std::string target = server->addresses().front();
  WAYPOST_ASSIGN_OR_RETURN(const bool kept, HoldsStory(target));
  if (!kept) {
    return Play(server, clock, output);
  }
  output.out() << "\nThe database holds the password reset and the day of the last time already; "
                  "nothing is played.\n";
  return absl::OkStatus();
}

absl::StatusOr<std::string> RulesFrom(const Options& options) {
  return options.rules.empty() ? FindShippedRules() : options.rules;
}

int RunDemo(const Options& options, const Output& output) {
  ConfigureLogging(LogFormat::kText, LogLevel::kWarning);
  HoldSignals();
  const absl::StatusOr<DemoFolder> folder = DemoFolder::Take(options.data);
  if (!folder.ok()) {
    return output.Fail(kExitFailure, std::string(folder.status().message()));
  }
  const absl::StatusOr<std::string> rules = RulesFrom(options);
  if (!rules.ok()) {
    return output.Fail(kExitFailure, std::string(rules.status().message()));
  }
  DemoClock clock;
  const absl::StatusOr<std::unique_ptr<service::Server>> server =
      StartServer(options, *rules, *folder, clock, output);
  if (!server.ok()) {
    return output.Fail(ExitCodeOfStart(server.status(), *rules),
                       std::string(server.status().message()));
  }
  absl::Status status = PlayUnlessKept(server->get(), &clock, output);
  clock.FollowSystem();
  const bool interrupted = absl::IsCancelled(status);
  if (status.ok() && !options.once) {
    PrintNextCommands(**server, output);
    output.out() << "\nServing until Ctrl-C." << std::endl;
    WaitForEnd([&] { (void)(*server)->ReloadRules(); });
  }
  status.Update((*server)->Shutdown(kDrain));
  return status.ok() || interrupted ? kExitOk
                                    : output.Fail(kExitFailure, std::string(status.message()));
}

}  // namespace

void AddDemoCommand(CLI::App& app, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("demo", "Watch tickets become journeys");
  command->footer(kFooter);
  command->add_option("--rules", options->rules, "The rules; default: those shipped")
      ->type_name("PATH");
  command->add_option("--data", options->data, "Folder of the database")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_option("--listen", options->listen, "Where gRPC listens: HOST:PORT or unix:PATH")
      ->type_name("ADDR")
      ->capture_default_str();
  command->add_option("--http", options->http, "Where the JSON API listens: HOST:PORT, or none")
      ->type_name("ADDR")
      ->capture_default_str();
  command->add_flag("--keep", options->keep,
                    "Go on with the database of the last time; what it holds is not played again");
  command->add_flag("--once", options->once, "End after the story and the day");
  command->callback([options, &output, &exit_code] { exit_code = RunDemo(*options, output); });
}

}  // namespace waypost::cli
