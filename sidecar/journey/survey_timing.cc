// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/survey_timing.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "sidecar/journey/attention.h"
#include "sidecar/journey/entries.h"
#include "sidecar/journey/facts.h"
#include "sidecar/journey/feedback.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/possession.h"
#include "sidecar/journey/survey_requests.h"
#include "sidecar/journey/update_gates.h"
#include "sidecar/journey/visibility.h"
#include "sidecar/text/duration_text.h"

namespace waypost::journey {
namespace {

using internal::v1::Entry;
using internal::v1::JourneyState;
using internal::v1::PendingAction;

std::string Days(absl::Duration duration) {
  const int64_t hours = absl::ToInt64Hours(duration);
  return hours % 24 == 0 ? absl::StrCat(hours / 24, hours == 24 ? " day" : " days")
                         : DurationText(duration);
}

bool IsInvitation(const v1::SurveyDecision& survey) {
  return !survey.shadow() && survey.outcome() != v1::SURVEY_OUTCOME_DO_NOT_SEND &&
         survey.outcome() != v1::SURVEY_OUTCOME_SCHEDULED;
}

Gate AlreadyAsked(const std::string& rule_id) {
  return {"ALREADY_SURVEYED", false,
          absl::StrCat("The rule ", rule_id, " has already asked about this journey.")};
}

// Another rule than this one is about to ask.
const v1::SurveyDecision* ScheduledByOther(const SurveyContext& context) {
  const auto waits = [&](const v1::SurveyDecision& survey) {
    return !survey.shadow() && survey.person_id() == context.asked.recipient &&
           survey.outcome() == v1::SURVEY_OUTCOME_SCHEDULED &&
           survey.rule_id() != context.asked.rule->id;
  };
  for (const PendingAction& pending : context.journey().pending()) {
    if (pending.has_survey() && waits(pending.survey())) return &pending.survey();
  }
  for (const v1::SurveyDecision& survey : context.decided.surveys()) {
    if (waits(survey)) return &survey;
  }
  return nullptr;
}

bool IsOpenInvitation(const PendingAction& pending, const SurveyContext& context) {
  if (!pending.has_survey() || !IsInvitation(pending.survey())) return false;
  return absl::FromUnixMicros(MicrosOf(pending.survey().expires_at())) > context.asked.ask_at;
}

}  // namespace

Gate SameClosureGate(const SurveyContext& context) {
  const v1::SurveyDecision* before =
      context.asked.scheduled ? nullptr : FindSurvey(context.asked.id, context.journey());
  if (before != nullptr &&
      (before->reason_code() == kSuperseded || before->reason_code() == kHandedOver)) {
    return {kSameClosure, false, before->reason()};
  }
  if (before == nullptr || before->outcome() == v1::SURVEY_OUTCOME_DO_NOT_SEND) {
    return {kSameClosure, true, "No survey about this closure was sent or scheduled before."};
  }
  if (before->outcome() == v1::SURVEY_OUTCOME_SCHEDULED) {
    const absl::Time at = absl::FromUnixMicros(MicrosOf(before->send_at()));
    return {kSameClosure, false,
            absl::StrCat("The rule has scheduled the survey about this closure for ",
                         MinuteText(at), " already.")};
  }
  return {kSameClosure, false, "The rule has asked about this closure already."};
}

Gate ReopenedGate(const SurveyContext& context) {
  if (context.asked.side == SurveySide::kRecipient) {
    const v1::SurveyDecision* before = FindSurvey(context.asked.id, context.journey());
    return before != nullptr && before->reason_code() == kReopened
               ? Gate{kReopened, false, before->reason()}
               : Gate{kReopened, true, "The ticket was not opened again."};
  }
  return context.asked.closed_at != 0 && IsOpen(context.progress())
             ? Gate{"REOPENED", false, "The ticket was closed and is open again."}
             : Gate{"REOPENED", true, "The ticket was not opened again."};
}

Gate NewWordGate(const SurveyContext& context) {
  bool wrote = false;
  ForEachEntry(context.journey(), [&](const Entry& entry) {
    wrote = wrote || (context.asked.closed_at != 0 && entry.at() > context.asked.closed_at &&
                      !entry.thanks() && IsContact(entry, false, context.journey().names()));
  });
  return wrote ? Gate{"NEW_WORD_FROM_CUSTOMER", false,
                      "The person wrote or called after the ticket was closed."}
               : Gate{"NEW_WORD_FROM_CUSTOMER", true,
                      "The person neither wrote nor called after the ticket was closed, save to "
                      "say thank you."};
}

Gate OtherTicketOpenGate(const SurveyContext& context) {
  const auto& tickets = context.journey().progress().tickets();
  for (int number = 0; number < tickets.size(); ++number) {
    if (number != context.ticket() && IsOpen(tickets[number])) {
      return {"OTHER_TICKET_OPEN", false,
              absl::StrCat("The ticket ", context.journey().tickets(number).ticket().ref(),
                           " about the same matter is open.")};
    }
  }
  return {"OTHER_TICKET_OPEN", true, "No other ticket about the same matter is open."};
}

Gate TooLateGate(const SurveyContext& context) {
  const absl::Duration late = context.asked.ask_at - context.asked.planned_at;
  if (late <= context.asked.rule->survey->expires) {
    return {kTooLate, true, "The survey comes in time."};
  }
  return {
      kTooLate, false,
      absl::StrCat("The survey was due on ", MinuteText(context.asked.planned_at),
                   ", which is more than ", Days(context.asked.rule->survey->expires), " ago.")};
}

Gate AlreadySurveyedGate(const SurveyContext& context) {
  for (const v1::SurveyDecision& survey : context.decided.surveys()) {
    if (IsInvitation(survey) && survey.person_id() == context.asked.recipient) {
      return AlreadyAsked(survey.rule_id());
    }
  }
  int sent = 0;
  for (const v1::SurveyDecision& survey : context.journey().surveys()) {
    if (!IsInvitation(survey) || survey.person_id() != context.asked.recipient) continue;
    const bool unanswered_before = survey.closure() < context.asked.closure && !survey.has_answer();
    if (!unanswered_before || ++sent > 1) return AlreadyAsked(survey.rule_id());
  }
  if (const v1::SurveyDecision* other =
          context.asked.scheduled ? nullptr : ScheduledByOther(context)) {
    return {"ALREADY_SURVEYED", false,
            absl::StrCat("The rule ", other->rule_id(), " is about to ask about this journey.")};
  }
  return {"ALREADY_SURVEYED", true,
          sent == 0 ? "Nobody was asked about this journey yet."
                    : "Nobody answered before the ticket came back; one more survey is allowed."};
}

Gate CooldownGate(const SurveyContext& context) {
  const absl::Duration cooldown = context.asked.rule->survey->cooldown;
  for (const internal::v1::Contact& contact : context.situation.record().person.contacts()) {
    if (contact.kind() != internal::v1::CONTACT_KIND_SURVEY) continue;
    const absl::Time at = absl::FromUnixMicros(contact.at());
    if (at + cooldown > context.asked.ask_at) {
      return {"COOLDOWN", false,
              absl::StrCat("The person was asked by the rule ", contact.rule_id(), " on ",
                           MinuteText(at), "; nobody is asked twice within ", Days(cooldown), ".")};
    }
  }
  return {"COOLDOWN", true,
          absl::StrCat("The person was not asked anything within ", Days(cooldown), ".")};
}

Gate OpenInvitationGate(const SurveyContext& context) {
  for (const JourneyState& journey : context.situation.record().journeys) {
    for (const PendingAction& pending : journey.pending()) {
      if (IsOpenInvitation(pending, context)) {
        return {"OPEN_INVITATION", false,
                absl::StrCat("The invitation of the rule ", pending.rule_id(), " about ",
                             pending.survey().ticket_ref(), " can still be answered.")};
      }
    }
  }
  return {"OPEN_INVITATION", true, "The person has no other invitation to answer."};
}

Gate SampledOutGate(const SurveyContext& context) {
  const double probability = context.asked.probability;
  const std::string share = absl::StrCat(100 * probability, " %");
  return SamplePoint(context.asked, context.situation) < probability
             ? Gate{"SAMPLED_OUT", true, absl::StrCat("The case is in the sample of ", share, ".")}
             : Gate{"SAMPLED_OUT", false,
                    absl::StrCat("The case is not in the sample of ", share, ".")};
}

Gate SurveyAttentionGate(const SurveyContext& context) {
  return AttentionGate(Worth::kSurvey, context.asked.ask_at, context.situation.rules().caps,
                       context.situation.person());
}

}  // namespace waypost::journey
