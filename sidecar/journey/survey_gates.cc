// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/survey_gates.h"

#include "absl/strings/str_cat.h"
#include "sidecar/journey/survey_context.h"
#include "sidecar/journey/survey_exclusions.h"
#include "sidecar/journey/survey_timing.h"

namespace waypost::journey {
namespace {

Gate NotLateGate(const SurveyContext& context) { return LateGate(context.situation); }

struct SurveyGate {
  Gate (*check)(const SurveyContext& context);
  bool only_now = false;
};
constexpr SurveyGate kGates[] = {
    {SameClosureGate},
    {NotLateGate},
    {MergedGate},
    {ChildOfParentGate},
    {NoTicketGate},
    {RequesterIsAgentGate},
    {SelfLoggedGate},
    {AutoClosedGate},
    {NotServedGate},
    {ServiceAccountGate},
    {ExcludedGate},
    {OptedOutGate},
    {ReopenedGate},
    {NewWordGate, true},
    {OtherTicketOpenGate, true},
    {TooLateGate},
    {AlreadySurveyedGate},
    {CooldownGate},
    {OpenInvitationGate, true},
    {SampledOutGate},
    {SurveyAttentionGate, true},
};

}  // namespace

Gates SurveyGates(const SurveyCase& asked, const Situation& situation,
                  const v1::Enrichment& decided) {
  const SurveyContext context{asked, situation, decided};
  const bool now = asked.ask_at <= situation.now();
  Gates gates;
  for (const SurveyGate& gate : kGates) {
    if (gate.only_now && !now) continue;
    gates.push_back(gate.check(context));
    if (!gates.back().passed) break;
  }
  return gates;
}

Gate DelayGate(const SurveyCase& asked) {
  const char* const why = asked.after_message ? ", because of a message about the ticket"
                          : asked.ask_at > asked.planned_at
                              ? ", when the person's quiet hours are over"
                              : "";
  return {"DELAY", true,
          absl::StrCat("The survey waits until ", MinuteText(asked.ask_at), why,
                       "; then everything is looked at again.")};
}

Gates ReminderGates(const v1::SurveyDecision& survey, const SurveyCase& asked,
                    const Situation& situation) {
  const SurveyContext context{asked, situation, v1::Enrichment::default_instance()};
  Gates gates;
  gates.push_back(survey.superseded()
                      ? Gate{"SUPERSEDED", false, "The ticket was opened again."}
                      : Gate{"SUPERSEDED", true, "The ticket was not opened again."});
  if (gates.back().passed) gates.push_back(OptedOutGate(context));
  if (gates.back().passed) gates.push_back(SurveyAttentionGate(context));
  return gates;
}

}  // namespace waypost::journey
