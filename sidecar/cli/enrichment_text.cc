// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/enrichment_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/util/json_util.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/cli/names.h"
#include "sidecar/rules/vocabulary.h"
#include "sidecar/text/printable.h"

namespace waypost::cli {
namespace {

std::string Shadow(bool shadow) { return shadow ? " (shadow: not delivered)" : ""; }

// Continuation lines of a text stay below its start.
std::string Hanging(std::string_view text, size_t column) {
  std::string hanging;
  for (const char character : text) {
    hanging += character;
    if (character == '\n') {
      hanging.append(column, ' ');
    }
  }
  return hanging;
}

class Printer {
 public:
  Printer(const Output& output, std::string_view indent) : output_(output), indent_(indent) {}

  void Line(Colour colour, std::string_view label, std::string_view text) {
    std::string padded(label);
    padded.resize(std::max<size_t>(padded.size() + 1, 10), ' ');
    output_.out() << indent_ << output_.Paint(padded, colour)
                  << Hanging(Printable(text, "\n"), indent_.size() + padded.size()) << '\n';
  }

 private:
  const Output& output_;
  std::string_view indent_;
};

void PrintPosition(const v1::JourneyPosition& position, Printer* printer) {
  std::string text = position.stage().empty() ? "-" : position.stage();
  if (!position.touchpoint_id().empty()) {
    absl::StrAppend(&text, " · ", position.touchpoint_id());
  }
  if (!position.owner_name().empty()) {
    absl::StrAppend(&text, " · owner ", position.owner_name());
  }
  if (!position.provider_id().empty()) {
    absl::StrAppend(&text, " · with ", position.provider_id());
  }
  absl::StrAppend(&text, position.backward() ? " (back: an earlier stage than before)" : "");
  printer->Line(position.moved() ? Colour::kCyan : Colour::kDim,
                rules::ConsumerRoleName(position.role()), text);
}

void PrintActions(const v1::Enrichment& enrichment, Printer* printer) {
  for (const v1::ExperienceAlert& alert : enrichment.alerts()) {
    printer->Line(alert.severity() == v1::SEVERITY_CRITICAL ? Colour::kRed : Colour::kYellow,
                  "alert",
                  absl::StrCat(rules::SeverityName(alert.severity()),
                               alert.repeats_id().empty() ? "" : " (again)", " to ",
                               alert.owner_name(), " (", alert.owner_id(), "): ", alert.text(),
                               " [", alert.rule_id(), "]", Shadow(alert.shadow())));
  }
  for (const v1::AlertResolution& resolved : enrichment.resolved_alerts()) {
    printer->Line(Colour::kDim, "resolved",
                  absl::StrCat(resolved.reason_code(), ": ", resolved.reason(), " [",
                               resolved.rule_id(), "]"));
  }
  for (const v1::StatusUpdate& update : enrichment.status_updates()) {
    const std::string promise =
        update.has_next_update_by()
            ? absl::StrCat("\nnext news by ", TimeText(FromProto(update.next_update_by())))
            : "";
    printer->Line(
        Colour::kGreen, update.draft() ? "draft" : "message",
        absl::StrCat(update.text(), promise, " [", update.rule_id(), "]", Shadow(update.shadow())));
  }
  for (const v1::SurveyDecision& survey : enrichment.surveys()) {
    printer->Line(Colour::kGreen, "survey", SurveyText(survey));
  }
  for (const v1::SuppressedAction& suppressed : enrichment.suppressed_actions()) {
    printer->Line(Colour::kDim, suppressed.has_waits_until() ? "waits" : "not done",
                  absl::StrCat(suppressed.reason_code(), ": ", suppressed.reason(), " [",
                               suppressed.rule_id(), "]"));
  }
}

std::string ExpectationText(const v1::TicketExpectation& expectation) {
  if (!expectation.known()) {
    return absl::StrCat("not known: ", expectation.reason_code(), ", ", expectation.reason());
  }
  return absl::StrCat(
      "half of such tickets are resolved by ", TimeText(FromProto(expectation.resolve_p50())),
      ", eight of ten by ", TimeText(FromProto(expectation.resolve_p80())), " (",
      expectation.sample_size(), " alike in ", expectation.alike(),
      "; kept of late: ", absl::StrFormat("%.0f %%", 100 * expectation.coverage()), ")");
}

std::string SurveyFate(const v1::SurveyDecision& survey) {
  switch (survey.outcome()) {
    case v1::SURVEY_OUTCOME_SEND:
      return " to send";
    case v1::SURVEY_OUTCOME_SCHEDULED:
      return absl::StrCat(" waits until ", TimeText(FromProto(survey.send_at())));
    case v1::SURVEY_OUTCOME_REMIND:
      return " to remind of";
    case v1::SURVEY_OUTCOME_EXPIRED:
      return " expired without answer";
    case v1::SURVEY_OUTCOME_ANSWERED:
      return absl::StrCat(" answered: ", survey.answer().rating(), " on ",
                          survey.answer().scale_min(), " to ", survey.answer().scale_max());
    default:
      return absl::StrCat(" not sent: ", survey.reason_code(), ", ", survey.reason());
  }
}

}  // namespace

std::string SurveyText(const v1::SurveyDecision& survey) {
  return absl::StrCat(SurveyKindName(survey.kind()), SurveyFate(survey), " [", survey.rule_id(),
                      "]", Shadow(survey.shadow()));
}

void PrintEnrichment(const v1::Enrichment& enrichment, const Output& output,
                     std::string_view indent) {
  Printer printer(output, indent);
  std::vector<std::string> events;
  for (const v1::DerivedEvent& event : enrichment.events()) {
    events.push_back(DescribeEvent(event));
  }
  printer.Line(Colour::kBold, "event",
               absl::StrCat(absl::StrJoin(events, ", "), enrichment.late() ? " (late)" : "",
                            enrichment.unmapped() ? " (no touchpoint takes it)" : ""));
  for (const v1::JourneyPosition& position : enrichment.positions()) {
    PrintPosition(position, &printer);
  }
  PrintActions(enrichment, &printer);
  for (const v1::TicketExpectation& expectation : enrichment.expectations()) {
    printer.Line(Colour::kDim, "expected", ExpectationText(expectation));
  }
  for (const v1::Annotation& annotation : enrichment.annotations()) {
    if (annotation.rule_id().empty()) {
      continue;  // repeats the position
    }
    printer.Line(Colour::kDim, "note", absl::StrCat(annotation.name(), " = ", annotation.value()));
  }
}

std::string MessageJson(const google::protobuf::Message& message, bool pretty) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = pretty;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  return status.ok() ? json : absl::StrCat("{\"error\": \"", status.ToString(), "\"}");
}

}  // namespace waypost::cli
