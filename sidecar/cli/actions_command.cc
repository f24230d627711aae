// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/cli/client.h"
#include "sidecar/cli/commands.h"
#include "sidecar/cli/enrichment_text.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/options.h"
#include "sidecar/cli/table.h"
#include "waypost/v1/outbox_service.grpc.pb.h"

namespace waypost::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  waypost actions
  waypost actions --state dead
  waypost actions --state done --limit 20 --output json

Shows what connectors are to carry out, oldest first, without taking it from them: what waits and
what somebody has, or the dead letters, or what was done in the last 30 days. Done with a reason:
IN_DIGEST: a digest tells the alert; RESOLVED: the alert was over before anybody had it; SUPERSEDED:
newer annotations of the ticket replace these.)";

struct Options {
  std::string target = kDefaultTarget;
  std::string tenant = "default";
  v1::ActionState state = v1::ACTION_STATE_WAITING;
  int limit = 100;
  OutputFormat format = OutputFormat::kText;
};

absl::StatusOr<v1::ListActionsResponse> AskSidecar(const Options& options) {
  v1::ListActionsRequest request;
  request.set_tenant(options.tenant);
  request.set_state(options.state);
  request.set_page_size(options.limit);
  const auto stub = v1::OutboxService::NewStub(Connect(options.target));
  const auto context = CallContext();
  v1::ListActionsResponse response;
  WAYPOST_RETURN_IF_ERROR(
      FromGrpc(stub->ListActions(context.get(), request, &response), options.target));
  return response;
}

std::string KindWord(v1::ActionKind kind) {
  switch (kind) {
    case v1::ACTION_KIND_ALERT:
      return "alert";
    case v1::ACTION_KIND_STATUS_UPDATE:
      return "update";
    case v1::ACTION_KIND_SURVEY:
      return "survey";
    case v1::ACTION_KIND_DIGEST:
      return "digest";
    case v1::ACTION_KIND_ALERT_DIGEST:
      return "alert digest";
    case v1::ACTION_KIND_ALERT_RESOLUTION:
      return "alert's end";
    case v1::ACTION_KIND_ANNOTATIONS:
      return "annotations";
    default:
      return "?";
  }
}

std::string HowFar(const v1::ActionStatus& action) {
  if (action.state() == v1::ACTION_STATE_LEASED) {
    return absl::StrCat("somebody has it until ", TimeText(FromProto(action.lease_expires_at())));
  }
  if (action.has_settled_at()) {
    return absl::StrCat(action.reason_code(), action.reason_code().empty() ? "" : " ",
                        TimeText(FromProto(action.settled_at())));
  }
  if (action.reason_code() == "OWNER_RATE") {
    return absl::StrCat("for a digest at ", TimeText(FromProto(action.retry_at())));
  }
  if (action.has_retry_at()) {
    return absl::StrCat("again from ", TimeText(FromProto(action.retry_at())));
  }
  return "waits";
}

void Print(const v1::ListActionsResponse& response, const Output& output) {
  if (response.actions().empty()) {
    output.out() << "none\n";
    return;
  }
  Table table({{"action"},
               {"kind"},
               {"ticket"},
               {"decided"},
               {"state"},
               {"tries", Table::Align::kRight},
               {"error"}});
  for (const v1::ActionStatus& action : response.actions()) {
    const v1::Action& what = action.action();
    table.AddRow(
        {what.id(), KindWord(what.kind()),
         what.ticket_ref().empty() ? "" : absl::StrCat(what.source(), "/", what.ticket_ref()),
         TimeText(FromProto(what.decided_at())), HowFar(action), absl::StrCat(action.attempts()),
         action.error()});
  }
  table.Print(output.out());
  if (!response.next_page_token().empty()) output.out() << "there are more; see --limit\n";
}

int RunActions(const Options& options, const Output& output) {
  const absl::StatusOr<v1::ListActionsResponse> response = AskSidecar(options);
  if (!response.ok()) return output.FailQuestion(response.status());
  if (options.format == OutputFormat::kJson) {
    output.out() << MessageJson(*response, true);
  } else {
    Print(*response, output);
  }
  return kExitOk;
}

}  // namespace

void AddActionsCommand(CLI::App& app, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("actions", "Show what waits to be carried out");
  command->footer(kFooter);
  SetChoices(command->add_option("--state", options->state, "waiting (default), done or dead")
                 ->type_name("STATE"),
             {{"waiting", v1::ACTION_STATE_WAITING},
              {"done", v1::ACTION_STATE_DONE},
              {"dead", v1::ACTION_STATE_DEAD}});
  command->add_option("--limit", options->limit, "At most this many, 1 to 1,000; default: 100")
      ->type_name("COUNT");
  AddTargetOption(*command, options->target);
  AddTenantOption(*command, options->tenant);
  AddOutputOption(*command, options->format);
  command->callback([options, &output, &exit_code] { exit_code = RunActions(*options, output); });
}

}  // namespace waypost::cli
