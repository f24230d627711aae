// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/survey_gates.h"

#include "absl/strings/str_cat.h"
#include "sidecar/journey/survey_context.h"
#include "sidecar/journey/survey_exclusions.h"
#include "sidecar/journey/survey_requests.h"
#include "sidecar/journey/survey_timing.h"
#include "sidecar/rules/vocabulary.h"

namespace waypost::journey {
namespace {

Gate NotLateGate(const SurveyContext& context) { return LateGate(context.situation); }

constexpr unsigned Bit(SurveySide side) { return 1U << static_cast<unsigned>(side); }
// What speaks about the ticket is looked at with the requester, what about the person with them.
constexpr unsigned kTicket = Bit(SurveySide::kRequester) | Bit(SurveySide::kHandOver);
constexpr unsigned kPerson = Bit(SurveySide::kRequester) | Bit(SurveySide::kRecipient);
constexpr unsigned kBoth = kTicket | kPerson;

struct SurveyGate {
  Gate (*check)(const SurveyContext& context);
  unsigned sides;
  bool only_now = false;
};
constexpr SurveyGate kGates[] = {
    {SameClosureGate, kBoth},
    {NotLateGate, kTicket},
    {MergedGate, kTicket},
    {ChildOfParentGate, kTicket},
    {NoTicketGate, kTicket},
    {NotClosedGate, Bit(SurveySide::kHandOver)},
    {NoRecipientGate, Bit(SurveySide::kHandOver)},
    {RequesterIsAgentGate, kTicket},
    {SelfLoggedGate, kTicket},
    {AutoClosedGate, kTicket},
    {NotServedGate, kTicket},
    {ServiceAccountGate, kBoth},
    {ExcludedGate, kTicket},
    {OptedOutGate, kPerson},
    {ReopenedGate, kBoth},
    {NewWordGate, kTicket, true},
    {OtherTicketOpenGate, kTicket, true},
    {TooLateGate, kBoth},
    {AlreadySurveyedGate, kPerson},
    {CooldownGate, kPerson},
    {OpenInvitationGate, kPerson, true},
    {SampledOutGate, kPerson},
    {SurveyAttentionGate, kPerson, true},
};

}  // namespace

Gates SurveyGates(const SurveyCase& asked, const Situation& situation,
                  const v1::Enrichment& decided) {
  const SurveyContext context{asked, situation, decided};
  const bool now = asked.ask_at <= situation.now();
  Gates gates;
  for (const SurveyGate& gate : kGates) {
    if ((gate.sides & Bit(asked.side)) == 0 || (gate.only_now && !now)) continue;
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

Gate HandOverGate(const SurveyCase& asked) {
  return {kHandedOver, true,
          absl::StrCat("The ", rules::ConsumerRoleName(asked.role), " ", asked.recipient,
                       " is to be asked: their surveys tell what became of it.")};
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
