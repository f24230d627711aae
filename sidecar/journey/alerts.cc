// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/alerts.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "sidecar/journey/alert_gates.h"
#include "sidecar/journey/identity.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/update_gates.h"
#include "sidecar/journey/visibility.h"
#include "sidecar/rules/matcher.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::JourneyState;
using internal::v1::PendingAction;

constexpr std::string_view kCauseGone = "CAUSE_GONE";
constexpr std::string_view kEscalated = "ESCALATED";
constexpr std::string_view kJourneyEnded = "JOURNEY_ENDED";

void Resolve(const v1::OpenAlert& open, std::string_view code, std::string reason,
             v1::Enrichment* decided) {
  v1::AlertResolution* resolution = decided->add_resolved_alerts();
  resolution->set_alert_id(open.alert().id());
  resolution->set_rule_id(open.alert().rule_id());
  resolution->set_owner_id(open.alert().owner_id());
  *resolution->mutable_notify() = open.alert().notify();
  resolution->set_reason_code(std::string(code));
  resolution->set_reason(std::move(reason));
  resolution->set_ticket_ref(open.ticket_ref());
}

void Suppress(const v1::ExperienceAlert& alert, std::string_view code, std::string reason,
              std::string_view ticket_ref, v1::Enrichment* decided) {
  v1::SuppressedAction* suppressed = decided->add_suppressed_actions();
  suppressed->set_action_kind(v1::ACTION_KIND_ALERT);
  suppressed->set_rule_id(alert.rule_id());
  suppressed->set_reason_code(std::string(code));
  suppressed->set_reason(std::move(reason));
  suppressed->set_ticket_ref(std::string(ticket_ref));
  suppressed->set_action_id(alert.id());
}

// Of the action that was suppressed last.
void SetWaitsUntil(int64_t until, v1::Enrichment* decided) {
  SetTime(until, decided->mutable_suppressed_actions()->rbegin()->mutable_waits_until());
}

std::string_view RefOf(const PendingAction& pending, const JourneyState& journey) {
  const int ticket = static_cast<int>(pending.ticket()) - 1;
  return ticket < 0 || ticket >= journey.tickets_size()
             ? std::string_view()
             : std::string_view(journey.tickets(ticket).ticket().ref());
}

void Drop(const PendingAction& pending, std::string_view code, std::string reason,
          const Situation& situation, Decision* decision) {
  decision->add_settled_action_ids(pending.id());
  Suppress(pending.alert(), code, std::move(reason), RefOf(pending, situation.journey()),
           decision->mutable_enrichment());
}

rules::Truth Ask(const std::optional<cel::Program>& condition, const rules::Rule& rule,
                 Situation* situation, v1::Enrichment* decided) {
  std::string message;
  const rules::Truth truth =
      rules::EvaluateCondition(condition, situation->bindings().activation(), &message);
  if (truth == rules::Truth::kError) {
    rules::AddRuleError(rule.id, rule.location, message, decided->mutable_rule_errors());
  }
  return truth;
}

using DerivedEvents = absl::Span<const v1::DerivedEvent>;

// What time alone brings is no event: `until` does not see again what the alert was raised on.
DerivedEvents NoEvent() { return {&v1::DerivedEvent::default_instance(), 1}; }

// Why there is nothing to warn of any more; nothing when there still is, or that cannot be told.
std::optional<std::string> WhyGone(const rules::Rule& rule, bool holds_back, DerivedEvents events,
                                   Situation* situation, v1::Enrichment* decided) {
  if (rule.alert->until.has_value()) {
    for (const v1::DerivedEvent& derived : events) {
      situation->bindings().SetDerived(derived);
      if (Ask(rule.alert->until, rule, situation, decided) == rules::Truth::kTrue) {
        return "What it warns of is over: its \"until\" holds.";
      }
    }
  }
  const bool by_condition = rule.hold.has_value() && (holds_back || !rule.alert->until.has_value());
  if (by_condition && Ask(rule.condition, rule, situation, decided) == rules::Truth::kFalse) {
    return "What it warns of is over: its condition does not hold any more.";
  }
  return std::nullopt;
}

bool AgentWrites(const Situation& situation) {
  const v1::TicketEvent& event = situation.event();
  return situation.actor_role() == v1::ACTOR_ROLE_AGENT && event.has_comment() &&
         IsPublic(event.comment().visibility());
}

// The same of the task that a low score is: it is done when an agent turns to the person, and there
// is none when the person changes the answer.
std::optional<std::string> WhyRecovered(const rules::Rule& rule, Situation* situation,
                                        v1::Enrichment* decided) {
  const DerivedEvents events = situation->folded().events;
  if (auto why = WhyGone(rule, false, events, situation, decided)) return why;
  if (!rule.alert->until.has_value() && AgentWrites(*situation)) {
    return "An agent has written to the person.";
  }
  // The first answer to another survey is no change.
  const bool changed = situation->answered() != nullptr && situation->answered()->has_answer();
  if (!changed) return std::nullopt;
  situation->bindings().SetDerived(events.front());
  return Ask(rule.condition, rule, situation, decided) == rules::Truth::kFalse
             ? std::optional<std::string>("The person has changed the answer.")
             : std::nullopt;
}

bool Concerns(std::string_view source, std::string_view ref, const Situation& situation) {
  const int ticket = situation.folded().ticket;
  return ref.empty() || (ticket >= 0 && situation.ticket().ref() == ref &&
                         situation.journey().tickets(ticket).source() == source);
}

const rules::Rule* AlertRule(const std::string& id, const rules::RuleSet& rules) {
  const rules::Rule* rule = rules.FindRule(id);
  return rule != nullptr && rule->alert.has_value() ? rule : nullptr;
}

void SettleOpen(Situation* situation, Decision* decision) {
  v1::Enrichment* decided = decision->mutable_enrichment();
  const bool ended = situation->journey().progress().ended_at() != 0;
  for (const v1::OpenAlert& open : situation->journey().open_alerts()) {
    const bool recovery = IsRecovery(open.alert());
    const rules::Rule* rule = AlertRule(open.alert().rule_id(), situation->rules());
    if (ended && (!recovery || rule == nullptr)) {
      Resolve(open, kJourneyEnded, "No ticket is open any more.", decided);
      continue;
    }
    if (rule == nullptr || !Concerns(open.source(), open.ticket_ref(), *situation)) continue;
    auto why = recovery ? WhyRecovered(*rule, situation, decided)
                        : WhyGone(*rule, false, situation->folded().events, situation, decided);
    if (why.has_value()) {
      Resolve(open, kCauseGone, *std::move(why), decided);
    }
  }
}

void SettleWaiting(Situation* situation, Decision* decision) {
  const JourneyState& journey = situation->journey();
  const bool ended = journey.progress().ended_at() != 0;
  for (const PendingAction& pending : journey.pending()) {
    if (!pending.has_alert()) continue;
    if (ended && !IsRecovery(pending.alert())) {
      Drop(pending, kCauseGone, "No ticket is open any more.", *situation, decision);
      continue;
    }
    const int ticket = static_cast<int>(pending.ticket()) - 1;
    const rules::Rule* rule = AlertRule(pending.rule_id(), situation->rules());
    if (rule == nullptr || (ticket >= 0 && ticket != situation->folded().ticket)) continue;
    const bool holds_back = pending.reason_code() == kHold;
    v1::Enrichment* decided = decision->mutable_enrichment();
    auto why = IsRecovery(pending.alert())
                   ? WhyRecovered(*rule, situation, decided)
                   : WhyGone(*rule, holds_back, situation->folded().events, situation, decided);
    if (why.has_value()) {
      Drop(pending, kCauseGone, *std::move(why), *situation, decision);
    }
  }
}

v1::ExperienceAlert MakeAlert(const rules::Rule& rule, std::string id, const Situation& situation,
                              const Decision& decision) {
  v1::ExperienceAlert alert;
  alert.set_id(std::move(id));
  alert.set_rule_id(rule.id);
  alert.set_kind(KindOf(rule));
  alert.set_severity(rule.alert->severity);
  if (const rules::Owner* owner = OwnerOf(rule, situation, decision)) {
    alert.set_owner_id(owner->id);
    alert.set_owner_name(owner->name);
    alert.mutable_notify()->Add(owner->notify.begin(), owner->notify.end());
  }
  const auto& positions = decision.enrichment().positions();
  if (!positions.empty() && positions[0].role() == v1::CONSUMER_ROLE_USER) {
    alert.set_touchpoint_id(positions[0].touchpoint_id());
  }
  if (rule.alert->act_within.has_value()) {
    const absl::Time act_by =
        calendar::EndOf(*rule.alert->act_within, situation.occurred_at(),
                        situation.rules().CalendarOf(rule, situation.ticket().priority()));
    SetTime(absl::ToUnixMicros(act_by), alert.mutable_act_by());
  }
  alert.set_shadow(rule.shadow);
  return alert;
}

// Those of its kind that wait or that this decision raised are less severe: the gates saw to it.
void TakePlaceOfLesser(const rules::Rule& rule, const Situation& situation, Decision* decision) {
  v1::Enrichment* decided = decision->mutable_enrichment();
  const std::string why =
      absl::StrCat("The rule ", rule.id, " raises a more severe alert of this kind.");
  const auto lesser = [&](const v1::ExperienceAlert& alert) {
    return !alert.shadow() && alert.kind() == KindOf(rule);
  };
  auto* alerts = decided->mutable_alerts();
  for (int i = alerts->size() - 1; i >= 0; --i) {
    if (!lesser(alerts->Get(i))) continue;
    Suppress(alerts->Get(i), kSuperseded, why, situation.ticket().ref(), decided);
    alerts->DeleteSubrange(i, 1);
  }
  auto* begins = decision->mutable_pending();
  for (int i = begins->size() - 1; i >= 0; --i) {
    if (begins->Get(i).has_alert() && lesser(begins->Get(i).alert())) begins->DeleteSubrange(i, 1);
  }
  const auto& settled = decision->settled_action_ids();
  for (const PendingAction& pending : situation.journey().pending()) {
    const bool gone = std::find(settled.begin(), settled.end(), pending.id()) != settled.end();
    if (pending.has_alert() && !gone && lesser(pending.alert())) {
      Drop(pending, kSuperseded, why, situation, decision);
    }
  }
}

void Schedule(const std::string& alert_id, absl::Time at, Decision* decision) {
  internal::v1::AlertSchedule* schedule = decision->add_alert_schedules();
  schedule->set_alert_id(alert_id);
  schedule->set_repeat_at(at == absl::InfiniteFuture() ? 0 : absl::ToUnixMicros(at));
}

absl::Time NextRepeat(const rules::Rule& rule, const Situation& situation) {
  return calendar::EndOf(rule.alert->repeat, situation.now(),
                         situation.rules().CalendarOf(rule, situation.ticket().priority()));
}

// Owners are written to in the rule set's first language.
absl::StatusOr<std::string> Render(const rules::Rule& rule, Situation* situation) {
  if (!rule.alert->text.has_value()) return std::string();
  return rule.alert->text->entries.front().text.Render(situation->bindings().activation());
}

}  // namespace

void SettleAlerts(Situation* situation, Decision* decision) {
  SettleOpen(situation, decision);
  SettleWaiting(situation, decision);
}

void RaiseAlert(const rules::Rule& rule, std::string id, std::string text,
                const Situation& situation, Decision* decision) {
  v1::ExperienceAlert alert = MakeAlert(rule, std::move(id), situation, *decision);
  alert.set_text(std::move(text));
  if (!rule.shadow) {
    const v1::OpenAlert* open = OpenAlertOf(KindOf(rule), situation, *decision);
    if (open != nullptr && open->alert().severity() >= rule.alert->severity) {
      alert.set_repeats_id(open->alert().id());
    } else if (open != nullptr) {
      Resolve(*open, kEscalated,
              absl::StrCat("The more severe alert ", alert.id(), " takes its place."),
              decision->mutable_enrichment());
    }
    TakePlaceOfLesser(rule, situation, decision);
    if (IsLasting(rule)) Schedule(alert.id(), NextRepeat(rule, situation), decision);
  }
  *decision->mutable_enrichment()->add_alerts() = std::move(alert);
}

void KeepBackAlert(const rules::Rule& rule, std::string id, const v1::DerivedEvent& derived,
                   const Gate& gate, const Situation& situation, Decision* decision) {
  if (gate.code == kAlertAlreadyOpen || gate.code == "LATE_EVENT") return;
  v1::ExperienceAlert alert = MakeAlert(rule, std::move(id), situation, *decision);
  v1::Enrichment* decided = decision->mutable_enrichment();
  Suppress(alert, gate.code, gate.reason, situation.ticket().ref(), decided);
  // Nothing is left to warn of once the gate opens again.
  const bool ended = situation.journey().progress().ended_at() != 0;
  if (ended || gate.until == absl::InfiniteFuture()) return;
  const int64_t until = absl::ToUnixMicros(gate.until);
  SetWaitsUntil(until, decided);
  PendingAction* waiting = decision->add_pending();
  waiting->set_id(alert.id());
  waiting->set_rule_id(rule.id);
  waiting->set_due_at(until);
  waiting->set_decided_at(absl::ToUnixMicros(situation.now()));
  waiting->set_ticket(static_cast<uint32_t>(situation.folded().ticket + 1));
  *waiting->mutable_alert() = std::move(alert);
  *waiting->mutable_derived() = derived;
  waiting->set_reason_code(std::string(gate.code));
  waiting->set_reason(gate.reason);
}

void OfferAlertAgain(const PendingAction& waited, Situation* situation, Decision* decision) {
  v1::Enrichment* decided = decision->mutable_enrichment();
  const rules::Rule* rule = AlertRule(waited.rule_id(), situation->rules());
  if (rule == nullptr) {
    Drop(waited, kCauseGone, "The rules file has no such alert any more.", *situation, decision);
    return;
  }
  if (situation->journey().progress().ended_at() != 0 && !IsRecovery(waited.alert())) {
    Drop(waited, kCauseGone, "No ticket is open any more.", *situation, decision);
    return;
  }
  if (auto why = WhyGone(*rule, waited.reason_code() == kHold, NoEvent(), situation, decided)) {
    Drop(waited, kCauseGone, *std::move(why), *situation, decision);
    return;
  }
  const Gates gates = AlertGates(*rule, &waited, *situation, *decision);
  const Gate& gate = gates.back();
  if (gate.code == kAlertAlreadyOpen && !gate.passed) {
    Drop(waited, kSuperseded, gate.reason, *situation, decision);
    return;
  }
  decision->add_settled_action_ids(waited.id());
  if (!gate.passed) {
    KeepBackAlert(*rule, waited.id(), waited.derived(), gate, *situation, decision);
    return;
  }
  situation->bindings().SetDerived(waited.derived());
  absl::StatusOr<std::string> text = Render(*rule, situation);
  if (!text.ok()) {
    rules::AddRuleError(rule->id, rule->location, std::string(text.status().message()),
                        decided->mutable_rule_errors());
    return;
  }
  RaiseAlert(*rule, waited.id(), *std::move(text), *situation, decision);
  if (!rule->shadow) decided->add_rule_ids(rule->id);
}

void RepeatAlert(const v1::OpenAlert& open, Situation* situation, Decision* decision) {
  v1::Enrichment* decided = decision->mutable_enrichment();
  const rules::Rule* rule = AlertRule(open.alert().rule_id(), situation->rules());
  if (rule == nullptr) {
    Resolve(open, kCauseGone, "The rules file has no such alert any more.", decided);
    return;
  }
  if (auto why = WhyGone(*rule, false, NoEvent(), situation, decided)) {
    Resolve(open, kCauseGone, *std::move(why), decided);
    return;
  }
  v1::ExperienceAlert alert =
      MakeAlert(*rule, ActionId('a', situation->event(), rule->id), *situation, *decision);
  const Gates gates = RepetitionGates(*rule, *situation, *decision);
  const Gate& gate = gates.back();
  const bool waits = !gate.passed && gate.until != absl::InfiniteFuture();
  Schedule(open.alert().id(), waits ? gate.until : NextRepeat(*rule, *situation), decision);
  if (!gate.passed) {
    Suppress(alert, gate.code, gate.reason, open.ticket_ref(), decided);
    if (waits) SetWaitsUntil(absl::ToUnixMicros(gate.until), decided);
    return;
  }
  absl::StatusOr<std::string> text = Render(*rule, situation);
  if (!text.ok()) {
    rules::AddRuleError(rule->id, rule->location, std::string(text.status().message()),
                        decided->mutable_rule_errors());
    return;
  }
  alert.set_repeats_id(open.alert().id());
  alert.set_text(*std::move(text));
  *decided->add_alerts() = std::move(alert);
  decided->add_rule_ids(rule->id);
}

}  // namespace waypost::journey
