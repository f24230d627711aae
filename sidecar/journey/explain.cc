// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/explain.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "sidecar/journey/actions.h"
#include "sidecar/journey/alert_gates.h"
#include "sidecar/journey/alerts.h"
#include "sidecar/journey/feedback.h"
#include "sidecar/journey/gates.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/positions.h"
#include "sidecar/journey/situation.h"
#include "sidecar/journey/survey_gates.h"
#include "sidecar/journey/survey_requests.h"
#include "sidecar/journey/surveys.h"
#include "sidecar/journey/update_gates.h"
#include "sidecar/rules/matcher.h"

namespace waypost::journey {
namespace {

// What one condition came to over the derived events.
struct Outcome {
  v1::Verdict verdict = v1::VERDICT_OTHER_EVENT;
  std::optional<rules::Match> match;  // with FIRED
};

void SetFalsePart(cel::FalsePart part, v1::RuleVerdict* verdict) {
  verdict->set_false_part(std::move(part.text));
  verdict->set_left_value(std::move(part.left));
  verdict->set_right_value(std::move(part.right));
  verdict->set_error(std::move(part.error));
}

// Asks the condition on each derived event that it accepts, up to the first on which it holds.
// Otherwise the verdict tells of the first one that failed, or else was false.
Outcome Ask(const rules::EventTypes& on, const std::optional<cel::Program>& condition,
            Situation* situation, v1::RuleVerdict* verdict) {
  Outcome outcome;
  const auto& events = situation->folded().events;
  for (size_t derived = 0; derived < events.size(); ++derived) {
    if (!on.Accepts(events[derived].type())) {
      continue;
    }
    situation->bindings().SetDerived(events[derived]);
    const cel::Activation activation = situation->bindings().activation();
    std::string error;
    const rules::Truth truth = rules::EvaluateCondition(condition, activation, &error);
    if (truth == rules::Truth::kTrue) {
      verdict->clear_false_part();
      verdict->clear_left_value();
      verdict->clear_right_value();
      verdict->clear_error();
      return {v1::VERDICT_FIRED, rules::Match{0, derived}};
    }
    const bool worse = truth == rules::Truth::kError && outcome.verdict != v1::VERDICT_ERROR;
    if (outcome.verdict == v1::VERDICT_OTHER_EVENT || worse) {
      outcome.verdict = truth == rules::Truth::kError ? v1::VERDICT_ERROR : v1::VERDICT_FALSE;
      SetFalsePart(condition->Explain(activation).value_or(cel::FalsePart()), verdict);
      if (truth == rules::Truth::kError) {
        verdict->set_error(std::move(error));
      }
    }
  }
  return outcome;
}

// What became of each journey definition: the one that a role follows applies, whether it was found
// now or before. A condition is asked on the first derived event, as when one is looked for.
void ExplainDefinitions(const RoleSteps& steps, Situation* situation,
                        v1::ExplainJourneyResponse* response) {
  const auto& definitions = situation->rules().journeys;
  for (size_t number = 0; number < definitions.size(); ++number) {
    const rules::JourneyDefinition& definition = definitions[number];
    v1::RuleVerdict* verdict = response->add_journey_definitions();
    verdict->set_id(definition.id);
    verdict->set_location(definition.location.ToString());
    verdict->set_role(definition.role);
    const auto step = std::find_if(steps.begin(), steps.end(), [&](const RoleStep& taken) {
      return taken.role == definition.role;
    });
    if (step != steps.end()) {
      verdict->set_verdict(step->definition == number ? v1::VERDICT_FIRED
                                                      : v1::VERDICT_EARLIER_MATCH);
      continue;
    }
    rules::EventTypes first;
    first.Add(situation->folded().events.front().type());
    verdict->set_verdict(Ask(first, definition.condition, situation, verdict).verdict);
  }
}

void AddGate(const Gate& gate, v1::RuleVerdict* verdict) {
  v1::GateVerdict* added = verdict->add_gates();
  added->set_code(std::string(gate.code));
  added->set_passed(gate.passed);
  added->set_reason(gate.reason);
}

void ExplainTouchpoints(const RoleStep& step, Situation* situation,
                        v1::ExplainJourneyResponse* response) {
  const rules::JourneyDefinition& journey = situation->rules().journeys[step.definition];
  for (size_t number = 0; number < journey.touchpoints.size(); ++number) {
    const rules::Touchpoint& touchpoint = journey.touchpoints[number];
    v1::RuleVerdict* verdict = response->add_touchpoints();
    verdict->set_id(touchpoint.id);
    verdict->set_location(touchpoint.location.ToString());
    verdict->set_role(step.role);
    const Outcome outcome = Ask(touchpoint.on, touchpoint.condition, situation, verdict);
    const bool taken = step.passed.has_value() && step.passed->number == number;
    verdict->set_verdict(outcome.verdict == v1::VERDICT_FIRED && !taken ? v1::VERDICT_EARLIER_MATCH
                                                                        : outcome.verdict);
  }
}

// What becomes of a survey whose gates are open, where it is not sent now.
void AddFate(const SurveyCase& asked, const Situation& situation, v1::RuleVerdict* verdict) {
  if (asked.side == SurveySide::kHandOver) {
    AddGate(HandOverGate(asked), verdict);
  } else if (asked.ask_at > situation.now()) {
    AddGate(DelayGate(asked), verdict);
  }
}

// Why the person is asked about somebody else's ticket, or is not.
void ExplainRequest(const Situation& situation, v1::ExplainJourneyResponse* response) {
  const v1::SurveyRequest& request = situation.event().survey_request();
  const rules::Rule* asks = RuleOfRequest(situation.rules(), request);
  for (const rules::Rule& rule : situation.rules().rules) {
    v1::RuleVerdict* verdict = response->add_rules();
    verdict->set_id(rule.id);
    verdict->set_location(rule.location.ToString());
    verdict->set_verdict(v1::VERDICT_OTHER_EVENT);
    if (&rule != asks || request.withdrawn()) continue;
    if (rule.shadow) AddGate(ShadowGate(rule), verdict);
    const SurveyCase asked = CaseOfRequest(rule, situation);
    const Gates gates = SurveyGates(asked, situation, v1::Enrichment());
    for (const Gate& gate : gates) AddGate(gate, verdict);
    if (gates.back().passed) AddFate(asked, situation, verdict);
    verdict->set_verdict(gates.back().passed && !rule.shadow ? v1::VERDICT_FIRED
                                                             : v1::VERDICT_GATED);
  }
}

// Runs the rule on what was decided so far and asks its gates; tells whether it acts.
v1::Verdict ExplainAction(const rules::Rule& rule, const rules::Match& match, Situation* situation,
                          internal::v1::Decision* decision, v1::RuleVerdict* verdict) {
  v1::Enrichment* decided = decision->mutable_enrichment();
  const Gate write_back = WriteBackGate(*situation);
  if (!write_back.passed) {
    AddGate(write_back, verdict);
    return v1::VERDICT_GATED;
  }
  if (rule.shadow) {
    AddGate(ShadowGate(rule), verdict);
  }
  if (rule.alert.has_value()) {
    for (const Gate& gate : AlertGates(rule, nullptr, *situation, *decision)) {
      AddGate(gate, verdict);
    }
  }
  if (rule.survey.has_value()) {
    situation->bindings().SetDerived(situation->folded().events[match.derived]);
    const SurveyCase asked = CaseOfEvent(rule, *situation, *decision);
    const Gates gates = SurveyGates(asked, *situation, *decided);
    for (const Gate& gate : gates) AddGate(gate, verdict);
    if (gates.back().passed) AddFate(asked, *situation, verdict);
  }
  if (rule.update.has_value()) {
    for (const Gate& gate : UpdateGates(rule, nullptr, *situation, *decision)) {
      AddGate(gate, verdict);
    }
  }
  const int errors = decided->rule_errors_size();
  const int acted = decided->rule_ids_size();
  ActOnRule(rule, match, situation, decision);
  if (decided->rule_errors_size() > errors) {
    verdict->set_error(decided->rule_errors(errors).message());
    return v1::VERDICT_ERROR;
  }
  return decided->rule_ids_size() > acted ? v1::VERDICT_FIRED : v1::VERDICT_GATED;
}

void ExplainRule(const rules::Rule& rule, Situation* situation, internal::v1::Decision* decision,
                 v1::RuleVerdict* verdict) {
  verdict->set_id(rule.id);
  verdict->set_location(rule.location.ToString());
  if (rule.timer_driven) {
    verdict->set_verdict(rule.after_silence.empty() ? v1::VERDICT_NOT_ACTIVE
                                                    : v1::VERDICT_OTHER_EVENT);
    return;
  }
  const Outcome outcome = Ask(rule.on, rule.condition, situation, verdict);
  verdict->set_verdict(outcome.match.has_value()
                           ? ExplainAction(rule, *outcome.match, situation, decision, verdict)
                           : outcome.verdict);
}

void AddWaiting(const internal::v1::PendingAction& pending, v1::ActionKind kind,
                const std::string& ticket_ref, v1::SuppressedAction* waiting) {
  waiting->set_action_kind(kind);
  waiting->set_rule_id(pending.rule_id());
  waiting->set_reason_code(pending.reason_code());
  waiting->set_reason(pending.reason());
  waiting->set_ticket_ref(ticket_ref);
  SetTime(pending.due_at(), waiting->mutable_waits_until());
  waiting->set_action_id(pending.id());
}

void ExplainWaiting(const Situation& situation, v1::ExplainJourneyResponse* response) {
  const internal::v1::JourneyState& journey = situation.journey();
  for (const internal::v1::PendingAction& pending : journey.pending()) {
    // An invitation that was sent waits for its answer.
    if (pending.has_survey() && pending.survey().has_expires_at()) continue;
    const v1::ActionKind kind = pending.has_status_update() ? v1::ACTION_KIND_STATUS_UPDATE
                                : pending.has_survey()      ? v1::ACTION_KIND_SURVEY
                                                            : v1::ACTION_KIND_ALERT;
    const int ticket = static_cast<int>(pending.ticket()) - 1;
    AddWaiting(pending, kind, ticket < 0 ? "" : journey.tickets(ticket).ticket().ref(),
               response->add_waiting());
  }
  for (const internal::v1::DigestItem& item : situation.person().digest()) {
    if (item.journey_id() != journey.id()) continue;
    AddWaiting(item.update(), v1::ACTION_KIND_STATUS_UPDATE,
               item.update().status_update().ticket_ref(), response->add_waiting());
  }
}

}  // namespace

v1::ExplainJourneyResponse Explain(const rules::RuleSet& rules, const v1::TicketEvent& event,
                                   const PersonRecord& record, const Folded& folded, absl::Time now,
                                   const Outlook* outlook) {
  v1::ExplainJourneyResponse response;
  Situation before(rules, event, record, folded, now, outlook);
  response.set_journey_id(before.journey().id());
  response.set_event_id(event.event_id());
  *response.mutable_occurred_at() = event.occurred_at();
  response.set_rule_set_digest(rules.digest);

  // Two situations: touchpoints read where the user stood before the event, rules where after it.
  Situation after(rules, event, record, folded, now, outlook);
  internal::v1::Decision decision;
  v1::Enrichment& decided = *decision.mutable_enrichment();
  decided.set_journey_id(before.journey().id());
  rules::Matcher matcher(rules, folded.events, &after.bindings());
  if (event.type() == v1::EVENT_TYPE_SURVEY_REQUESTED && IsOfRequests(after.journey())) {
    ExplainWaiting(after, &response);
    ExplainRequest(after, &response);
    return response;
  }
  RoleSteps steps;
  if (!IsOfRequests(after.journey())) {
    steps = TakeSteps(&matcher, &after, decided.mutable_rule_errors());
    WritePositions(steps, after, &decision);
  }
  ExplainDefinitions(steps, &before, &response);
  for (const RoleStep& step : steps) {
    ExplainTouchpoints(step, &before, &response);
  }
  ExplainWaiting(after, &response);
  DecideAnswer(after, &decision);
  if (after.actor_role() != v1::ACTOR_ROLE_WAYPOST) SettleAlerts(&after, &decision);
  for (const rules::Rule& rule : rules.rules) {
    ExplainRule(rule, &after, &decision, response.add_rules());
  }
  return response;
}

}  // namespace waypost::journey
