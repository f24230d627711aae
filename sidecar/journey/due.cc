// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/due.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/journey/actions.h"
#include "sidecar/journey/alerts.h"
#include "sidecar/journey/apply.h"
#include "sidecar/journey/digest.h"
#include "sidecar/journey/fold.h"
#include "sidecar/journey/gates.h"
#include "sidecar/journey/identity.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/promises.h"
#include "sidecar/journey/silence.h"
#include "sidecar/journey/situation.h"
#include "sidecar/journey/surveys.h"
#include "sidecar/journey/updates.h"
#include "sidecar/rules/matcher.h"
#include "sidecar/rules/rule_index.h"
#include "sidecar/text/duration_text.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::JourneyState;
using internal::v1::PendingAction;

std::string NameOf(const Due& due) {
  if (due.digest) return "digest";
  if (due.promise.promise != nullptr) return due.promise.promise->id();
  if (due.alert != nullptr) return due.alert->alert().id();
  return due.silence != nullptr ? due.silence->id : due.pending->id();
}

// What the rules see in place of an event. The id is the same whenever it is made for the same
// thing that is due, and another for everything else.
v1::TicketEvent TimeEvent(const Due& due, absl::Time now, const JourneyState& journey) {
  v1::TicketEvent event;
  event.set_tenant(journey.tenant());
  event.set_event_id(
      absl::StrCat("due/", journey.id(), "/", absl::ToUnixMicros(due.at), "/", NameOf(due)));
  event.mutable_actor()->set_role(v1::ACTOR_ROLE_SYSTEM);
  SetTime(absl::ToUnixMicros(now), event.mutable_occurred_at());
  return event;
}

v1::DerivedEvent DerivedFrom(const Due& due) {
  if (due.promise.promise != nullptr) return DerivedFrom(due.promise);
  v1::DerivedEvent derived;
  if (due.silence != nullptr) derived.set_type(v1::EVENT_TYPE_SILENCE);
  // What fired an action that waited tells what it is about.
  if (due.pending != nullptr) derived = due.pending->derived();
  return derived;
}

Folded TimeFolded(const Due& due, absl::Time now, int ticket, const JourneyState& journey) {
  Folded folded;
  folded.journey = due.journey;
  folded.ticket = ticket;
  folded.at = absl::ToUnixMicros(now);
  folded.events.push_back(DerivedFrom(due));
  folded.placement.set_journey_id(journey.id());
  return folded;
}

void DropLate(const rules::Rule& rule, absl::Duration late, const Situation& situation,
              v1::Enrichment* decided) {
  v1::SuppressedAction* dropped = decided->add_suppressed_actions();
  dropped->set_action_kind(rule.update.has_value()   ? v1::ACTION_KIND_STATUS_UPDATE
                           : rule.survey.has_value() ? v1::ACTION_KIND_SURVEY
                                                     : v1::ACTION_KIND_ALERT);
  dropped->set_rule_id(rule.id);
  dropped->set_reason_code(std::string(kTooLate));
  dropped->set_reason(
      absl::StrCat("It was due ", DurationText(late), " ago, when nobody could look."));
  dropped->set_ticket_ref(situation.ticket().ref());
}

void DecideSilence(const rules::Rule& rule, absl::Duration late, absl::Time now,
                   Situation* situation, Decision* decision) {
  v1::Enrichment& decided = *decision->mutable_enrichment();
  if (late > kLongestDelay) {
    DropLate(rule, late, *situation, &decided);
    internal::v1::SilenceMark* mark = decision->add_silence_marks();
    *mark = MarkSilence(rule, now, false, situation->journey());
    mark->set_too_late(true);
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
  const bool acted = decided.suppressed_actions_size() + decided.alerts_size() +
                         decided.status_updates_size() + decided.surveys_size() +
                         decided.annotations_size() >
                     0;
  *decision->add_silence_marks() = MarkSilence(rule, now, acted, situation->journey());
}

// Where the user stands names the owner of alerts.
void FillPositions(const Situation& situation, v1::Enrichment* decided) {
  for (const v1::ConsumerRole role :
       {v1::CONSUMER_ROLE_USER, v1::CONSUMER_ROLE_CUSTOMER, v1::CONSUMER_ROLE_SPONSOR}) {
    const internal::v1::RoleState* state = FindRole(situation.journey(), role);
    if (state == nullptr) continue;
    v1::JourneyPosition* position = decided->add_positions();
    FillPosition(situation.journey(), *state, position);
    const rules::Owner* owner = situation.rules().FindOwner(position->owner_id());
    if (owner != nullptr) position->set_owner_name(owner->name);
  }
}

// Only rules that name the event type: those for any event wait for what happens, not for time.
// What became of a promise is noted however late that is, but nobody is told of it any more.
void DecidePromise(const PromiseDue& due, absl::Time now, Situation* situation,
                   Decision* decision) {
  const absl::Duration late = now - due.at;
  v1::Enrichment& decided = *decision->mutable_enrichment();
  *decided.add_events() = situation->folded().events.front();
  SettleDue(due, now, decision);
  rules::Matcher matcher(situation->rules(), situation->folded().events, &situation->bindings());
  rules::Matches matches;
  matcher.FindRules(&matches, decided.mutable_rule_errors());
  for (const rules::Match& match : matches) {
    const rules::Rule& rule = situation->rules().rules[match.number];
    if (rule.on.any()) continue;
    if (late > kLongestDelay) {
      DropLate(rule, late, *situation, &decided);
    } else {
      ActOnRule(rule, match, situation, decision);
    }
  }
}

// An action that waited for its hour: a message or survey is looked at again, an alert is done now.
void DecidePending(const PendingAction& pending, Situation* situation, Decision* decision) {
  if (pending.has_status_update()) {
    OfferAgain(pending, situation, decision);
    return;
  }
  if (pending.has_survey()) {
    DecideDueSurvey(pending, situation, decision);
    return;
  }
  if (pending.has_alert()) {
    OfferAlertAgain(pending, situation, decision);
    return;
  }
  decision->add_settled_action_ids(pending.id());
}

int TicketOf(const Due& due, const JourneyState& journey) {
  if (due.promise.promise != nullptr) {
    return FindTicketIn(journey, due.promise.promise->ticket_ref(), due.promise.promise->source());
  }
  if (due.alert != nullptr) return FindTicketIn(journey, due.alert->ticket_ref());
  return due.pending != nullptr ? static_cast<int>(due.pending->ticket()) - 1 : due.ticket;
}

Decision Decide(const rules::RuleSet& rules, const Due& due, absl::Time now,
                const PersonRecord& record, const Outlook* outlook) {
  const JourneyState& journey = record.journeys[due.journey];
  const v1::TicketEvent event = TimeEvent(due, now, journey);
  const Folded folded = TimeFolded(due, now, TicketOf(due, journey), journey);
  Situation situation(rules, event, record, folded, now, outlook);
  Decision decision;
  *decision.mutable_placement() = folded.placement;
  decision.set_due_at(absl::ToUnixMicros(due.at));
  decision.set_decided_at(absl::ToUnixMicros(now));
  decision.set_ticket(static_cast<uint32_t>(folded.ticket + 1));
  v1::Enrichment& decided = *decision.mutable_enrichment();
  decided.set_decision_id(DecisionId(event));
  decided.set_journey_id(journey.id());
  decided.set_rule_set_digest(rules.digest);
  FillPositions(situation, &decided);
  if (due.digest) {
    DecideDigest(rules, event, record, due.at, now, outlook, &decision);
  } else if (due.promise.promise != nullptr) {
    DecidePromise(due.promise, now, &situation, &decision);
  } else if (due.alert != nullptr) {
    RepeatAlert(*due.alert, &situation, &decision);
  } else if (due.silence != nullptr) {
    DecideSilence(*due.silence, now - due.at, now, &situation, &decision);
  } else {
    DecidePending(*due.pending, &situation, &decision);
  }
  MakePromises(situation, &decision);
  situation.TellExpectation(&decided);
  return decision;
}

}  // namespace

Due FindDue(const rules::RuleSet& rules, const PersonRecord& record) {
  Due earliest;
  const auto consider = [&](const Due& due) {
    if (due.at < earliest.at) earliest = due;
  };
  for (size_t number = 0; number < record.journeys.size(); ++number) {
    const JourneyState& journey = record.journeys[number];
    for (const PendingAction& pending : journey.pending()) {
      consider(
          {.at = absl::FromUnixMicros(pending.due_at()), .journey = number, .pending = &pending});
    }
    const PromiseDue promise = NextPromise(journey);
    consider({.at = promise.at, .journey = number, .promise = promise});
    for (const v1::OpenAlert& alert : journey.open_alerts()) {
      if (!alert.has_repeat_at()) continue;
      consider({.at = absl::FromUnixMicros(MicrosOf(alert.repeat_at())),
                .journey = number,
                .alert = &alert});
    }
    if (!IsOpen(journey)) continue;
    for (const size_t rule : rules.index->silence_rules()) {
      const SilenceDue silence = NextSilence(rules, rules.rules[rule], journey, earliest.at);
      consider({.at = silence.at,
                .journey = number,
                .silence = &rules.rules[rule],
                .ticket = silence.ticket});
    }
  }
  if (const absl::Time digest = DigestDue(rules, record, earliest.at); digest < earliest.at) {
    earliest = {.at = digest, .journey = DigestJourney(record), .digest = true};
  }
  return earliest;
}

absl::Time NextDue(const rules::RuleSet& rules, const PersonRecord& record) {
  return FindDue(rules, record).at;
}

std::optional<Decision> EvaluateDue(const rules::RuleSet& rules, absl::Time now, uint64_t position,
                                    PersonRecord* record, const Outlook* outlook) {
  return EvaluateDue(rules, FindDue(rules, *record), now, position, record, outlook);
}

std::optional<Decision> EvaluateDue(const rules::RuleSet& rules, Due due, absl::Time now,
                                    uint64_t position, PersonRecord* record,
                                    const Outlook* outlook) {
  if (due.at > now) return std::nullopt;
  // Nobody looked in time: there is nothing to be warned of any more.
  if (due.promise.promise != nullptr && !due.promise.broken) {
    const absl::Time promised = absl::FromUnixMicros(MicrosOf(due.promise.promise->due_at()));
    if (promised <= now) {
      due.at = promised;
      due.promise = {promised, due.promise.promise, true};
    }
  }
  Decision decision = Decide(rules, due, now, *record, outlook);
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
