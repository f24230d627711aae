// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/cli/client.h"
#include "sidecar/cli/commands.h"
#include "sidecar/cli/enrichment_text.h"
#include "sidecar/cli/names.h"
#include "sidecar/cli/options.h"
#include "sidecar/cli/replay.h"
#include "sidecar/cli/table.h"
#include "sidecar/rules/vocabulary.h"
#include "sidecar/text/printable.h"
#include "waypost/v1/insight_service.grpc.pb.h"

namespace waypost::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  waypost explain --ticket request-tracker/INC0012345
  waypost explain --journey j-0123456789abcdef --event evt-17 --all
  waypost explain --rules rules/service-desk --replay events.ndjson --event evt-17

Says for a journey's newest event, or for the event named, what became of every touchpoint and rule:
the first part of the condition that was false with both its values, and the gate that was closed.
With --replay the events of a file are played through --rules instead of asking a running sidecar.)";

struct Options {
  std::string target = kDefaultTarget;
  std::string tenant = "default";
  std::string journey;
  std::string ticket;
  std::string event;
  std::string rules;
  EventFile file;
  bool all = false;
  OutputFormat format = OutputFormat::kText;
};

std::string VerdictWord(v1::Verdict verdict) {
  switch (verdict) {
    case v1::VERDICT_FIRED:
      return "fired";
    case v1::VERDICT_GATED:
      return "gated";
    case v1::VERDICT_FALSE:
      return "false";
    case v1::VERDICT_OTHER_EVENT:
      return "other event";
    case v1::VERDICT_ERROR:
      return "error";
    case v1::VERDICT_EARLIER_MATCH:
      return "earlier match";
    case v1::VERDICT_NOT_ACTIVE:
      return "not active";
    default:
      return "?";
  }
}

// Gates that are open are many and say little: they are shown on request, but for what waits.
bool IsShown(const v1::GateVerdict& gate, bool all) {
  return all || !gate.passed() || gate.code() == "DELAY";
}

std::string Why(const v1::RuleVerdict& verdict, bool all) {
  std::vector<std::string> reasons;
  if (!verdict.error().empty()) {
    reasons.push_back(verdict.error());
  } else if (!verdict.false_part().empty()) {
    // A condition may be written over several lines.
    std::string part = absl::StrReplaceAll(verdict.false_part(), {{"\n", " "}});
    if (!verdict.left_value().empty() || !verdict.right_value().empty()) {
      absl::StrAppend(&part, "  (", verdict.left_value(), " against ", verdict.right_value(), ")");
    }
    reasons.push_back(std::move(part));
  }
  for (const v1::GateVerdict& gate : verdict.gates()) {
    if (!IsShown(gate, all)) continue;
    reasons.push_back(absl::StrCat(gate.code(), gate.passed() ? " passed" : " closed",
                                   gate.reason().empty() ? "" : ": ", gate.reason()));
  }
  return absl::StrJoin(reasons, "; ");
}

// Verdicts that tell nothing about this event are shown only on request.
bool IsShown(const v1::RuleVerdict& verdict, bool all) {
  return all || (verdict.verdict() != v1::VERDICT_OTHER_EVENT &&
                 verdict.verdict() != v1::VERDICT_EARLIER_MATCH);
}

template <typename Verdicts>
int PrintVerdicts(const Verdicts& verdicts, const std::string& title, bool all,
                  const Output& output) {
  Table table({{title}, {"role"}, {"verdict"}, {"where"}, {"why"}});
  int hidden = 0;
  for (const v1::RuleVerdict& verdict : verdicts) {
    if (!IsShown(verdict, all)) {
      ++hidden;
      continue;
    }
    const bool has_role = verdict.role() != v1::CONSUMER_ROLE_UNSPECIFIED;
    table.AddRow({verdict.id(), has_role ? rules::ConsumerRoleName(verdict.role()) : "",
                  VerdictWord(verdict.verdict()), verdict.location(), Why(verdict, all)});
  }
  output.out() << '\n';
  if (table.empty()) {
    output.out() << title << ": none waits for this event\n";
  } else {
    table.Print(output.out());
  }
  return hidden;
}

void PrintExplanation(const v1::ExplainJourneyResponse& response, bool all, const Output& output) {
  output.out() << output.Paint(absl::StrCat("Event ", response.event_id()), Colour::kBold) << " at "
               << TimeText(FromProto(response.occurred_at())) << " of journey "
               << Printable(response.journey_id()) << '\n';
  PrintEnrichment(response.decision(), output, "  ");
  const bool none_applies =
      response.touchpoints().empty() && response.journey_definitions_size() > 0;
  int hidden = 0;
  if (none_applies || all) {
    hidden += PrintVerdicts(response.journey_definitions(), "Journeys", all, output);
  }
  if (none_applies) {
    output.out() << "\nTouchpoints: none is asked, because no journey of the rules applies\n";
  } else {
    hidden += PrintVerdicts(response.touchpoints(), "Touchpoints", all, output);
  }
  hidden += PrintVerdicts(response.rules(), "Rules", all, output);
  if (hidden > 0) {
    output.out() << '\n'
                 << hidden
                 << (hidden == 1 ? " more waits for another event or comes"
                                 : " more wait for other events or come")
                 << " after a match; --all shows what is left out\n";
  }
  if (!response.surveys().empty()) {
    output.out() << "\nSurveys of the journey as they stand now\n";
    for (const v1::SurveyDecision& survey : response.surveys()) {
      output.out() << "  " << survey.ticket_ref() << "  " << SurveyText(survey) << '\n';
    }
  }
  if (!response.decision().rule_set_digest().empty() &&
      response.decision().rule_set_digest() != response.rule_set_digest()) {
    output.out() << "\nThe decision was made under rule set "
                 << Printable(response.decision().rule_set_digest())
                 << ", the verdicts are those of " << Printable(response.rule_set_digest())
                 << ".\n";
  }
}

// SOURCE and REF of "SOURCE/REF"; the ref may hold slashes.
std::optional<std::pair<std::string, std::string>> SplitTicket(const std::string& ticket) {
  const size_t slash = ticket.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == ticket.size()) {
    return std::nullopt;
  }
  return std::pair(ticket.substr(0, slash), ticket.substr(slash + 1));
}

absl::StatusOr<v1::ExplainJourneyResponse> AskSidecar(const Options& options) {
  v1::ExplainJourneyRequest request;
  request.set_tenant(options.tenant);
  request.set_event_id(options.event);
  if (const auto ticket = SplitTicket(options.ticket); ticket.has_value()) {
    request.mutable_ticket()->set_source(ticket->first);
    request.mutable_ticket()->set_ref(ticket->second);
  } else {
    request.set_journey_id(options.journey);
  }
  const auto stub = v1::InsightService::NewStub(Connect(options.target));
  const auto context = CallContext();
  v1::ExplainJourneyResponse response;
  WAYPOST_RETURN_IF_ERROR(
      FromGrpc(stub->ExplainJourney(context.get(), request, &response), options.target));
  return response;
}

// Whether the options ask for this event. Without an event the last one that fits counts.
bool IsAskedFor(const Options& options, const v1::TicketEvent& event) {
  if (!options.event.empty()) {
    return event.event_id() == options.event;
  }
  const auto ticket = SplitTicket(options.ticket);
  return ticket.has_value() && event.source() == ticket->first &&
         event.ticket().ref() == ticket->second;
}

absl::StatusOr<v1::ExplainJourneyResponse> PlayFile(const Options& options, const Output& output) {
  WAYPOST_ASSIGN_OR_RETURN(auto rules, LoadRulesOrPrint(options.rules, output));
  WAYPOST_ASSIGN_OR_RETURN(EventSource source, OpenEvents(options.file, output));
  Replay replay(std::move(rules), Between::kAsLive);
  std::optional<v1::ExplainJourneyResponse> found;
  std::string unread;
  ReadEvent next;
  while (!found.has_value() || options.event.empty()) {
    WAYPOST_ASSIGN_OR_RETURN(const bool more, source.reader->Next(&next));
    if (!more) {
      break;
    }
    if (!next.status.ok() && unread.empty()) {
      unread = absl::StrCat("; line ", next.line, " could not be read: ", next.status.message());
    }
    if (next.status.ok() && IsAskedFor(options, next.event)) {
      const absl::Time now = replay.Prepare(&next);
      WAYPOST_ASSIGN_OR_RETURN(found, replay.desk().Explain(next.event, now));
    }
    replay.Play(&next);
  }
  if (!found.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("there is no such event in ", options.file.path, unread));
  }
  if (options.event.empty()) {
    replay.desk().ForEachJourney([&](const internal::v1::JourneyState& journey) {
      if (journey.id() == found->journey_id()) *found->mutable_surveys() = journey.surveys();
    });
  }
  return *std::move(found);
}

int RunExplain(const Options& options, const Output& output) {
  const bool offline = !options.file.path.empty();
  if (offline && (options.rules.empty() || (options.event.empty() && options.ticket.empty()))) {
    return output.Fail(kExitUsage, "with --replay, name --rules and --event or --ticket");
  }
  if (!offline && options.journey.empty() == options.ticket.empty()) {
    return output.Fail(kExitUsage, "name a --journey or a --ticket");
  }
  if (!options.ticket.empty() && !SplitTicket(options.ticket).has_value()) {
    return output.Fail(kExitUsage, "--ticket is SOURCE/REF, such as request-tracker/INC0012345");
  }
  const absl::StatusOr<v1::ExplainJourneyResponse> response =
      offline ? PlayFile(options, output) : AskSidecar(options);
  if (!response.ok()) {
    return offline ? output.Fail(kExitFailure, std::string(response.status().message()))
                   : output.FailQuestion(response.status());
  }
  if (options.format == OutputFormat::kJson) {
    output.out() << MessageJson(*response, true);
  } else {
    PrintExplanation(*response, options.all, output);
  }
  return kExitOk;
}

}  // namespace

void AddExplainCommand(CLI::App& app, const Output& output, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("explain", "Say why a rule fired and why another did not");
  command->footer(kFooter);
  command->add_option("--journey", options->journey, "The journey")->type_name("ID");
  command->add_option("--ticket", options->ticket, "The journey of this ticket")
      ->type_name("SOURCE/REF");
  command->add_option("--event", options->event, "The event; default: the newest")->type_name("ID");
  command->add_flag("--all", options->all,
                    "Also what waits for other events, and gates that were open");
  AddTargetOption(*command, options->target);
  AddTenantOption(*command, options->tenant);
  command->add_option("--replay", options->file.path, "Play this file instead of asking a sidecar")
      ->type_name("FILE");
  command->add_option("--rules", options->rules, "The rules for --replay")->type_name("PATH");
  AddEventFileOptions(*command, options->file);
  AddOutputOption(*command, options->format);
  command->callback([options, &output, &exit_code] { exit_code = RunExplain(*options, output); });
}

}  // namespace waypost::cli
