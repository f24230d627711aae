// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/due.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/journey/actions.h"
#include "sidecar/journey/apply.h"
#include "sidecar/journey/fold.h"
#include "sidecar/journey/identity.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/silence.h"
#include "sidecar/journey/situation.h"
#include "sidecar/rules/matcher.h"
#include "sidecar/rules/rule_index.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::JourneyState;
using internal::v1::PendingAction;

// One thing that waits in a journey.
struct Due {
  absl::Time at = absl::InfiniteFuture();
  size_t journey = 0;
  const rules::Rule* silence = nullptr;    // a rule that waits for silence,
  const PendingAction* pending = nullptr;  // or else an action that waits for its time
};

// Of equally early things the first one found comes first: journeys by age, then actions in the
// order of their decisions, then rules in file order.
Due Earliest(const rules::RuleSet& rules, const PersonRecord& record) {
  Due earliest;
  const auto consider = [&](const Due& due) {
    if (due.at < earliest.at) earliest = due;
  };
  for (size_t number = 0; number < record.journeys.size(); ++number) {
    const JourneyState& journey = record.journeys[number];
    for (const PendingAction& pending : journey.pending()) {
      consider({absl::FromUnixMicros(pending.due_at()), number, nullptr, &pending});
    }
    if (!IsOpen(journey)) continue;
    for (const size_t rule : rules.index->silence_rules()) {
      consider({SilenceDue(rules.rules[rule], journey), number, &rules.rules[rule], nullptr});
    }
  }
  return earliest;
}

// What the rules see in place of an event. The id is the same whenever it is made for the same
// thing that is due, and another for everything else.
v1::TicketEvent TimeEvent(const Due& due, absl::Time now, const JourneyState& journey) {
  v1::TicketEvent event;
  event.set_tenant(journey.tenant());
  event.set_event_id(absl::StrCat("due/", journey.id(), "/", absl::ToUnixMicros(due.at), "/",
                                  due.silence != nullptr ? due.silence->id : due.pending->id()));
  event.mutable_actor()->set_role(v1::ACTOR_ROLE_SYSTEM);
  SetTime(absl::ToUnixMicros(now), event.mutable_occurred_at());
  return event;
}

Folded TimeFolded(const Due& due, absl::Time now, int ticket, const JourneyState& journey) {
  Folded folded;
  folded.journey = due.journey;
  folded.ticket = ticket;
  folded.at = absl::ToUnixMicros(now);
  folded.events.emplace_back().set_type(v1::EVENT_TYPE_SILENCE);
  folded.placement.set_journey_id(journey.id());
  return folded;
}

// A weekend without the sidecar is not too long.
constexpr absl::Duration kTooLate = absl::Hours(72);

void DropSilence(const rules::Rule& rule, absl::Duration late, const Situation& situation,
                 v1::Enrichment* decided) {
  v1::SuppressedAction* dropped = decided->add_suppressed_actions();
  dropped->set_action_kind(rule.update.has_value()   ? v1::ACTION_KIND_STATUS_UPDATE
                           : rule.survey.has_value() ? v1::ACTION_KIND_SURVEY
                                                     : v1::ACTION_KIND_ALERT);
  dropped->set_rule_id(rule.id);
  dropped->set_reason_code("TOO_LATE");
  dropped->set_reason(
      absl::StrCat("It was due ", absl::FormatDuration(late), " ago, when nobody could look."));
  dropped->set_ticket_ref(situation.ticket().ref());
}

void DecideSilence(const rules::Rule& rule, absl::Duration late, absl::Time now,
                   Situation* situation, Decision* decision) {
  v1::Enrichment& decided = *decision->mutable_enrichment();
  if (late > kTooLate) {
    DropSilence(rule, late, *situation, &decided);
    *decision->add_silence_marks() = MarkSilence(rule, now, false, situation->journey());
    return;
  }
  std::string message;
  switch (rules::EvaluateCondition(rule.condition, situation->bindings().activation(), &message)) {
    case rules::Truth::kTrue:
      *decided.add_events() = situation->folded().events.front();
      ActOnRule(rule, rules::Match{}, situation, decision);
      break;
    case rules::Truth::kError:
      rules::AddRuleError(rule.id, rule.location, message, decided.mutable_rule_errors());
      break;
    case rules::Truth::kFalse:
      break;
  }
  const bool acted = decided.alerts_size() + decided.status_updates_size() +
                         decided.surveys_size() + decided.annotations_size() >
                     0;
  *decision->add_silence_marks() = MarkSilence(rule, now, acted, situation->journey());
}

// An action that waited for its hour and nothing else is done now.
void DecidePending(const PendingAction& pending, Decision* decision) {
  v1::Enrichment& decided = *decision->mutable_enrichment();
  decision->add_settled_action_ids(pending.id());
  if (pending.has_status_update()) *decided.add_status_updates() = pending.status_update();
  if (pending.has_survey()) *decided.add_surveys() = pending.survey();
  if (pending.has_alert()) *decided.add_alerts() = pending.alert();
  decided.add_rule_ids(pending.rule_id());
}

int TicketOf(const Due& due, const JourneyState& journey) {
  return due.pending != nullptr ? static_cast<int>(due.pending->ticket()) - 1
                                : SilentTicket(journey);
}

Decision Decide(const rules::RuleSet& rules, const Due& due, absl::Time now,
                const PersonRecord& record) {
  const JourneyState& journey = record.journeys[due.journey];
  const v1::TicketEvent event = TimeEvent(due, now, journey);
  const Folded folded = TimeFolded(due, now, TicketOf(due, journey), journey);
  Situation situation(rules, event, record, folded, now);
  Decision decision;
  *decision.mutable_placement() = folded.placement;
  decision.set_due_at(absl::ToUnixMicros(due.at));
  decision.set_decided_at(absl::ToUnixMicros(now));
  decision.set_ticket(static_cast<uint32_t>(folded.ticket + 1));
  v1::Enrichment& decided = *decision.mutable_enrichment();
  decided.set_decision_id(DecisionId(event));
  decided.set_journey_id(journey.id());
  decided.set_rule_set_digest(rules.digest);
  if (due.silence != nullptr) {
    DecideSilence(*due.silence, now - due.at, now, &situation, &decision);
  } else {
    DecidePending(*due.pending, &decision);
  }
  return decision;
}

}  // namespace

absl::Time NextDue(const rules::RuleSet& rules, const PersonRecord& record) {
  return Earliest(rules, record).at;
}

std::optional<Decision> EvaluateDue(const rules::RuleSet& rules, absl::Time now, uint64_t position,
                                    PersonRecord* record) {
  const Due due = Earliest(rules, *record);
  if (due.at > now) return std::nullopt;
  Decision decision = Decide(rules, due, now, *record);
  ApplyDue(decision, position, due.journey, record);
  return decision;
}

absl::Status ReplayDue(const Decision& decision, uint64_t position, PersonRecord* record) {
  const int journey = FindJourney(decision.placement().journey_id(), *record);
  if (journey < 0) {
    return absl::DataLossError(
        absl::StrCat("the journey ", decision.placement().journey_id(), " is missing"));
  }
  ApplyDue(decision, position, static_cast<size_t>(journey), record);
  return absl::OkStatus();
}

}  // namespace waypost::journey
