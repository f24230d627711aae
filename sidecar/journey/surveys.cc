// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/surveys.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/journey/feedback.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/names.h"
#include "sidecar/journey/possession.h"
#include "sidecar/journey/survey_case.h"
#include "sidecar/journey/survey_requests.h"
#include "sidecar/journey/survey_timing.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::PendingAction;

constexpr std::string_view kRuleRemoved = "RULE_REMOVED";
constexpr char kNoRule[] = "The rule that wanted the survey is no longer there.";

// The person's language where it is known, or else the rule set's first.
std::string LanguageOf(const Situation& situation) {
  const std::string& language = situation.requester().language();
  const auto& languages = situation.rules().languages;
  return language.empty() && !languages.empty() ? languages.front() : language;
}

void FillSurvey(const SurveyCase& asked, const Situation& situation, v1::SurveyDecision* survey) {
  survey->set_rule_id(asked.rule->id);
  survey->set_kind(asked.rule->survey->kind);
  survey->set_role(asked.role);
  survey->set_person_id(asked.recipient);
  survey->set_language(LanguageOf(situation));
  survey->set_shadow(asked.rule->shadow);
  survey->set_source(asked.source);
  survey->set_ticket_ref(asked.ticket_ref);
  survey->set_inclusion_probability(asked.probability);
  survey->set_touchpoint_id(asked.touchpoint_id);
  survey->set_owner_id(asked.owner_id);
  survey->set_closure(asked.closure);
  SetTime(absl::ToUnixMicros(situation.now()), survey->mutable_decided_at());
}

void Refuse(std::string_view code, std::string reason, v1::SurveyDecision* survey) {
  survey->set_outcome(v1::SURVEY_OUTCOME_DO_NOT_SEND);
  survey->set_reason_code(std::string(code));
  survey->set_reason(std::move(reason));
  survey->clear_send_at();
}

void Wait(const v1::SurveyDecision& survey, absl::Time due, const SurveyCase& asked,
          const Situation& situation, Decision* decision) {
  PendingAction* pending = decision->add_pending();
  pending->set_id(survey.id());
  pending->set_rule_id(survey.rule_id());
  pending->set_due_at(absl::ToUnixMicros(due));
  pending->set_decided_at(absl::ToUnixMicros(situation.now()));
  pending->set_ticket(static_cast<uint32_t>(situation.folded().ticket + 1));
  pending->set_closed_at(asked.closed_at);
  *pending->mutable_survey() = survey;
}

// Sends it now. What rules in shadow mode send is not answered, so nothing waits for it.
void Send(const SurveyCase& asked, const Situation& situation, v1::SurveyDecision* survey,
          Decision* decision) {
  const rules::SurveyAction& action = *asked.rule->survey;
  const absl::Time expires_at = situation.now() + action.expires;
  survey->set_outcome(v1::SURVEY_OUTCOME_SEND);
  SetTime(absl::ToUnixMicros(situation.now()), survey->mutable_send_at());
  SetTime(absl::ToUnixMicros(expires_at), survey->mutable_expires_at());
  if (survey->shadow()) return;
  const absl::Time next =
      action.reminder.has_value() ? situation.now() + *action.reminder : expires_at;
  Wait(*survey, std::min(next, expires_at), asked, situation, decision);
}

void Schedule(const SurveyCase& asked, const Situation& situation, v1::SurveyDecision* survey,
              Decision* decision) {
  survey->set_outcome(v1::SURVEY_OUTCOME_SCHEDULED);
  SetTime(absl::ToUnixMicros(asked.ask_at), survey->mutable_send_at());
  Wait(*survey, asked.ask_at, asked, situation, decision);
  const Gate delay = DelayGate(asked);
  PendingAction* pending = decision->mutable_pending(decision->pending_size() - 1);
  pending->set_reason_code(std::string(delay.code));
  pending->set_reason(delay.reason);
}

// Takes back a scheduled survey.
void TakeBack(const PendingAction& pending, std::string_view code, std::string reason,
              const Situation& situation, Decision* decision) {
  v1::SurveyDecision* survey = decision->mutable_enrichment()->add_surveys();
  *survey = pending.survey();
  Refuse(code, std::move(reason), survey);
  SetTime(absl::ToUnixMicros(situation.now()), survey->mutable_decided_at());
  decision->add_settled_action_ids(pending.id());
}

bool IsScheduled(const PendingAction& pending) {
  return pending.has_survey() && pending.survey().outcome() == v1::SURVEY_OUTCOME_SCHEDULED;
}

// Takes back what the rule scheduled for earlier closures.
void Supersede(const rules::Rule& rule, const Situation& situation, Decision* decision) {
  for (const PendingAction& pending : situation.journey().pending()) {
    if (IsScheduled(pending) && pending.rule_id() == rule.id) {
      TakeBack(pending, "SUPERSEDED", "A newer closure of the same matter asks instead.", situation,
               decision);
    }
  }
}

void DecideScheduled(const PendingAction& pending, const Situation& situation, Decision* decision) {
  const rules::Rule* rule = situation.rules().FindRule(pending.rule_id());
  if (rule == nullptr || !rule->survey.has_value()) {
    TakeBack(pending, kRuleRemoved, kNoRule, situation, decision);
    return;
  }
  const SurveyCase asked = CaseOfScheduled(pending, *rule, situation, *decision);
  const Gates gates = SurveyGates(asked, situation, decision->enrichment());
  if (!gates.back().passed) {
    TakeBack(pending, gates.back().code, gates.back().reason, situation, decision);
    return;
  }
  v1::SurveyDecision* survey = decision->mutable_enrichment()->add_surveys();
  survey->set_id(pending.id());
  FillSurvey(asked, situation, survey);
  if (asked.ask_at > situation.now()) {
    Schedule(asked, situation, survey, decision);
    return;
  }
  decision->add_settled_action_ids(pending.id());
  Send(asked, situation, survey, decision);
  if (!survey->shadow()) decision->mutable_enrichment()->add_rule_ids(rule->id);
}

void SuppressReminder(const v1::SurveyDecision& survey, const Gate& gate, Decision* decision) {
  v1::SuppressedAction* suppressed = decision->mutable_enrichment()->add_suppressed_actions();
  suppressed->set_action_kind(v1::ACTION_KIND_SURVEY);
  suppressed->set_rule_id(survey.rule_id());
  suppressed->set_reason_code(std::string(gate.code));
  suppressed->set_reason(gate.reason);
  suppressed->set_ticket_ref(survey.ticket_ref());
  suppressed->set_action_id(survey.id());
}

// Reminds of an invitation unless its gates are closed; in quiet hours, after them.
void DecideReminder(const PendingAction& pending, v1::SurveyDecision survey, absl::Time expires_at,
                    const Situation& situation, Decision* decision) {
  const SurveyCase asked = CaseOfReminder(pending, survey, situation);
  if (asked.ask_at > situation.now()) {
    Wait(survey, std::min(asked.ask_at, expires_at), asked, situation, decision);
    return;
  }
  const Gates gates = ReminderGates(survey, asked, situation);
  if (gates.back().passed) {
    survey.set_outcome(v1::SURVEY_OUTCOME_REMIND);
    *decision->mutable_enrichment()->add_surveys() = survey;
    decision->mutable_enrichment()->add_rule_ids(survey.rule_id());
  } else {
    SuppressReminder(survey, gates.back(), decision);
  }
  Wait(survey, expires_at, asked, situation, decision);
}

// Reminds of an invitation, or lets it expire.
void DecideInvitation(const PendingAction& pending, const Situation& situation,
                      Decision* decision) {
  const v1::SurveyDecision* sent = FindSurvey(pending.id(), situation.journey());
  v1::SurveyDecision survey = sent == nullptr ? pending.survey() : *sent;
  SetTime(absl::ToUnixMicros(situation.now()), survey.mutable_decided_at());
  const absl::Time expires_at = absl::FromUnixMicros(MicrosOf(survey.expires_at()));
  decision->add_settled_action_ids(pending.id());
  if (situation.now() < expires_at) {
    DecideReminder(pending, std::move(survey), expires_at, situation, decision);
    return;
  }
  survey.set_outcome(v1::SURVEY_OUTCOME_EXPIRED);
  *decision->mutable_enrichment()->add_surveys() = std::move(survey);
}

// The closure was decided on before, and it would be said again.
bool IsDecided(const Gate& closed, const SurveyCase& asked, const Situation& situation) {
  if (closed.code == kSameClosure) return true;
  const v1::SurveyDecision* before = FindSurvey(asked.id, situation.journey());
  return before != nullptr && before->reason_code() == closed.code;
}

void HandOver(const SurveyCase& asked, const Situation& situation, v1::SurveyDecision* survey,
              Decision* decision) {
  Refuse(kHandedOver, HandOverGate(asked).reason, survey);
  RequestSurvey(asked, situation, decision);
}

bool DecideCase(const SurveyCase& asked, const Situation& situation, Decision* decision) {
  const Gates gates = SurveyGates(asked, situation, decision->enrichment());
  const Gate& gate = gates.back();
  if (!gate.passed && IsDecided(gate, asked, situation)) return false;
  v1::SurveyDecision* survey = decision->mutable_enrichment()->add_surveys();
  survey->set_id(asked.id);
  FillSurvey(asked, situation, survey);
  if (!gate.passed) {
    Refuse(gate.code, gate.reason, survey);
    return false;
  }
  if (asked.side == SurveySide::kHandOver) {
    HandOver(asked, situation, survey, decision);
    return true;
  }
  if (asked.ask_at > situation.now()) {
    Schedule(asked, situation, survey, decision);
  } else {
    Send(asked, situation, survey, decision);
  }
  Supersede(*asked.rule, situation, decision);
  return true;
}

v1::SurveyDecision* AddRequested(const Situation& situation, Decision* decision) {
  const v1::TicketEvent& event = situation.event();
  const v1::SurveyRequest& request = event.survey_request();
  v1::SurveyDecision* survey = decision->mutable_enrichment()->add_surveys();
  survey->set_id(std::string(SurveyIdOfRequest(event)));
  survey->set_rule_id(request.rule_id());
  survey->set_person_id(situation.journey().person_id());
  survey->set_source(event.source());
  survey->set_ticket_ref(request.ticket_ref());
  survey->set_touchpoint_id(request.touchpoint_id());
  survey->set_owner_id(request.owner_id());
  survey->set_closure(request.closure());
  SetTime(absl::ToUnixMicros(situation.now()), survey->mutable_decided_at());
  return survey;
}

// Takes back what is scheduled; a request that comes only now, as letters may, finds the refusal.
void DecideWithdrawal(const Situation& situation, Decision* decision) {
  const std::string_view id = SurveyIdOfRequest(situation.event());
  const std::string reason = "The ticket was closed and is open again.";
  for (const PendingAction& pending : situation.journey().pending()) {
    if (IsScheduled(pending) && pending.id() == id) {
      TakeBack(pending, kReopened, reason, situation, decision);
    }
  }
  if (FindSurvey(id, situation.journey()) == nullptr) {
    Refuse(kReopened, reason, AddRequested(situation, decision));
  }
}

}  // namespace

bool DecideSurvey(const rules::Rule& rule, const Situation& situation, Decision* decision) {
  return DecideCase(CaseOfEvent(rule, situation, *decision), situation, decision);
}

void DecideRequest(const Situation& situation, Decision* decision) {
  const v1::SurveyRequest& request = situation.event().survey_request();
  if (request.withdrawn()) {
    DecideWithdrawal(situation, decision);
    return;
  }
  const rules::Rule* rule = RuleOfRequest(situation.rules(), request);
  if (rule == nullptr) {
    Refuse(kRuleRemoved, kNoRule, AddRequested(situation, decision));
    return;
  }
  if (DecideCase(CaseOfRequest(*rule, situation), situation, decision) && !rule->shadow) {
    decision->mutable_enrichment()->add_rule_ids(rule->id);
  }
}

void CancelSurveys(const Situation& situation, Decision* decision) {
  WithdrawRequests(situation, decision);
  const internal::v1::JourneyState& journey = situation.journey();
  for (const PendingAction& pending : journey.pending()) {
    const int ticket = static_cast<int>(pending.ticket()) - 1;
    if (IsScheduled(pending) && pending.closed_at() != 0 && ticket >= 0 &&
        ticket < journey.progress().tickets_size() && IsOpen(journey.progress().tickets(ticket))) {
      TakeBack(pending, kReopened, "The ticket was closed and is open again.", situation, decision);
    }
  }
}

void DecideDueSurvey(const PendingAction& pending, Situation* situation, Decision* decision) {
  situation->bindings().SetDerived(situation->folded().events.front());
  if (IsScheduled(pending)) {
    DecideScheduled(pending, *situation, decision);
  } else {
    DecideInvitation(pending, *situation, decision);
  }
}

}  // namespace waypost::journey
