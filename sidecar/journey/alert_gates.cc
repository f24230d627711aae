// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/alert_gates.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sidecar/journey/attention.h"
#include "sidecar/journey/facts.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/names.h"
#include "sidecar/journey/possession.h"
#include "sidecar/journey/update_gates.h"
#include "sidecar/rules/glob.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::JourneyState;
using internal::v1::PendingAction;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr absl::Duration kWeek = absl::Hours(7 * 24);

std::string Text(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
}

template <typename Items>
bool Holds(const Items& items, const std::string& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

Gate NotOfThePast(const Situation& situation) {
  if (situation.folded().late && situation.journey().progress().ended_at() != 0 &&
      situation.answered() == nullptr) {
    return {"LATE_EVENT", false, "Newer events are known, and the journey has ended."};
  }
  return {"LATE_EVENT", true,
          "The journey goes on, no newer event is known, or it is an answer to a survey."};
}

// When an open alert may be told again because its rule fires again.
absl::Time MayRepeat(const rules::Rule& rule, const v1::OpenAlert& open,
                     const Situation& situation) {
  if (IsLasting(rule) || IsRecovery(open.alert()) || open.alert().rule_id() != rule.id) {
    return absl::InfiniteFuture();
  }
  const auto& told = open.has_told_at() ? open.told_at() : open.raised_at();
  return calendar::EndOf(rule.alert->repeat, absl::FromUnixMicros(MicrosOf(told)),
                         situation.rules().CalendarOf(rule, situation.ticket().priority()));
}

// The alert of that kind which waits, or is raised or begins to wait by the decision, and is no
// less severe; nullptr when there is none.
const v1::ExperienceAlert* Rival(const rules::Rule& rule, const PendingAction* waited,
                                 const Situation& situation, const Decision& decision) {
  const auto rivals = [&](const v1::ExperienceAlert& alert) {
    return alert.kind() == KindOf(rule) && alert.shadow() == rule.shadow &&
           alert.severity() >= rule.alert->severity;
  };
  for (const v1::ExperienceAlert& alert : decision.enrichment().alerts()) {
    if (!rule.shadow && rivals(alert)) return &alert;
  }
  for (const auto* list : {&situation.journey().pending(), &decision.pending()}) {
    for (const PendingAction& pending : *list) {
      const bool gone = list == &situation.journey().pending() &&
                        Holds(decision.settled_action_ids(), pending.id());
      const bool itself = waited != nullptr && pending.id() == waited->id();
      if (pending.has_alert() && !gone && !itself && rivals(pending.alert())) {
        return &pending.alert();
      }
    }
  }
  return nullptr;
}

Gate AlreadyOpen(const rules::Rule& rule, const PendingAction* waited, const Situation& situation,
                 const Decision& decision) {
  if (const v1::ExperienceAlert* rival = Rival(rule, waited, situation, decision)) {
    return {kAlertAlreadyOpen, false,
            absl::StrCat("The rule ", rival->rule_id(),
                         " raises an alert of this kind, or has one "
                         "that waits.")};
  }
  const v1::OpenAlert* open = OpenAlertOf(KindOf(rule), situation, decision);
  if (open != nullptr && open->alert().severity() >= rule.alert->severity) {
    const absl::Time again = MayRepeat(rule, *open, situation);
    if (again > situation.now()) {
      return {kAlertAlreadyOpen, false,
              absl::StrCat("The alert ", open->alert().id(), " of the rule ",
                           open->alert().rule_id(), " is open for this journey.")};
    }
    return {kAlertAlreadyOpen, true,
            absl::StrCat("The alert ", open->alert().id(),
                         " is open; it was told long enough ago to be told again.")};
  }
  return {kAlertAlreadyOpen, true, "No alert of this kind is open for this journey."};
}

Gate HoldGate(const rules::Rule& rule, const Situation& situation) {
  const absl::Time until =
      calendar::EndOf(*rule.hold, situation.occurred_at(),
                      situation.rules().CalendarOf(rule, situation.ticket().priority()));
  if (until > situation.now()) {
    return {kHold, false, absl::StrCat("Its condition must go on to hold until ", Text(until), "."),
            until};
  }
  return {kHold, true, "Its condition has held for long enough."};
}

bool WarnsOfSilence(const rules::Rule& rule) {
  return !rule.after_silence.empty() ||
         (!rule.on.any() && (rule.on.Accepts(v1::EVENT_TYPE_PROMISE_DUE) ||
                             rule.on.Accepts(v1::EVENT_TYPE_PROMISE_BROKEN)));
}

bool HasEnded(const std::string& source, const std::string& ref, const JourneyState& journey) {
  for (int number = 0; number < journey.tickets_size(); ++number) {
    const internal::v1::TicketState& ticket = journey.tickets(number);
    if (ticket.source() == source && ticket.ticket().ref() == ref) {
      return !IsOpen(journey.progress().tickets(number));
    }
  }
  return false;
}

Gate Inhibited(const rules::Rule& rule, const Situation& situation) {
  const int ticket = situation.folded().ticket;
  const std::string& parent = situation.ticket().parent_ref();
  if (!WarnsOfSilence(rule) || ticket < 0 || parent.empty() || parent == kUnknownGroup) {
    return {kInhibited, true, "It does not warn of the silence of a ticket with a known parent."};
  }
  if (HasEnded(situation.journey().tickets(ticket).source(), parent, situation.journey())) {
    return {kInhibited, true, absl::StrCat("The parent ", parent, " has ended.")};
  }
  return {kInhibited, false, absl::StrCat("The parent ", parent, " speaks for it.")};
}

bool FitsOne(const std::vector<std::string>& patterns, std::string_view text) {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(), [text](const std::string& pattern) {
           return rules::GlobMatches(pattern, text);
         });
}

bool Fits(const rules::Silence& silence, const rules::Rule& rule, std::string_view owner_id,
          const Situation& situation) {
  const JourneyState& journey = situation.journey();
  const std::string_view service = situation.folded().ticket >= 0
                                       ? std::string_view(situation.ticket().service())
                                       : NameOf(journey.signal_service(), journey.names());
  const bool owned =
      silence.owners.empty() ||
      std::find(silence.owners.begin(), silence.owners.end(), owner_id) != silence.owners.end();
  return owned && FitsOne(silence.rules, rule.id) && FitsOne(silence.services, service) &&
         FitsOne(silence.groups, situation.ticket().group());
}

// When a calendar that is open at `now` shuts; a week later at the latest.
absl::Time ClosingAfter(absl::Time now, const calendar::BusinessCalendar& calendar) {
  absl::Duration open = absl::ZeroDuration();
  absl::Duration shut = kWeek;
  while (shut - open > absl::Microseconds(1)) {
    const absl::Duration middle = absl::Floor((open + shut) / 2, absl::Microseconds(1));
    (calendar.Between(now, now + middle) == middle ? open : shut) = middle;
  }
  return now + open;
}

// When the silence ends if it is in force now, otherwise `now`.
absl::Time EndOf(const rules::Silence& silence, const rules::RuleSet& rules, absl::Time now) {
  if (now < silence.from || now >= silence.until) return now;
  if (silence.during < 0) return silence.until;
  const calendar::BusinessCalendar& calendar =
      rules.calendars[static_cast<size_t>(silence.during)].hours;
  return calendar.IsOpen(now) ? std::min(silence.until, ClosingAfter(now, calendar)) : now;
}

Gate Muted(const rules::Rule& rule, const Situation& situation, const Decision& decision) {
  const rules::Owner* owner = OwnerOf(rule, situation, decision);
  const std::string_view owner_id = owner == nullptr ? std::string_view() : owner->id;
  for (const rules::Silence& silence : situation.rules().silences) {
    const absl::Time end = EndOf(silence, situation.rules(), situation.now());
    if (end <= situation.now() || !Fits(silence, rule, owner_id, situation)) continue;
    return {silence.maintenance ? kMaintenance : kSilenced, false,
            absl::StrCat("The silence ", silence.id, " mutes it until ", Text(end),
                         silence.reason.empty() ? "" : ": ", silence.reason, "."),
            IsLasting(rule) ? end : absl::InfiniteFuture()};
  }
  return {kSilenced, true, "No silence mutes it now."};
}

Gate CapOfTicket(const rules::Rule& rule, const Situation& situation, const Decision& decision) {
  if (rule.alert->severity == v1::SEVERITY_CRITICAL || rule.shadow) {
    return {kTicketCap, true, "The cap does not count it."};
  }
  std::vector<absl::Time> times;
  for (const internal::v1::AlertTold& told : situation.journey().alerts_told()) {
    if (told.ticket_ref() == situation.ticket().ref()) {
      times.push_back(absl::FromUnixMicros(told.at()));
    }
  }
  for (const v1::ExperienceAlert& alert : decision.enrichment().alerts()) {
    if (!alert.shadow() && alert.severity() != v1::SEVERITY_CRITICAL) {
      times.push_back(situation.now());
    }
  }
  std::sort(times.begin(), times.end());
  const int cap = situation.rules().caps.alerts_per_ticket_per_day;
  const absl::Time until = FreeFrom(situation.now(), cap, kDay, times);
  if (until > situation.now()) {
    return {kTicketCap, false,
            absl::StrCat(cap, " alerts about the ticket were raised in 24 hours; it waits until ",
                         Text(until), "."),
            until};
  }
  return {kTicketCap, true,
          absl::StrCat("Fewer than ", cap, " alerts about the ticket were raised in 24 hours.")};
}

// Adds the gate; whether it is open.
bool Pass(Gate gate, Gates* gates) {
  gates->push_back(std::move(gate));
  return gates->back().passed;
}

void AddRepetitionGates(const rules::Rule& rule, const Situation& situation,
                        const Decision& decision, Gates* gates) {
  if (!Pass(Inhibited(rule, situation), gates)) return;
  if (!Pass(Muted(rule, situation, decision), gates)) return;
  Pass(CapOfTicket(rule, situation, decision), gates);
}

}  // namespace

const std::string& KindOf(const rules::Rule& rule) {
  return rule.alert->kind.empty() ? rule.id : rule.alert->kind;
}

bool IsLasting(const rules::Rule& rule) {
  return rule.hold.has_value() || rule.alert->until.has_value();
}

bool IsRecovery(const v1::ExperienceAlert& alert) { return absl::StartsWith(alert.id(), "r-"); }

const rules::Owner* OwnerOf(const rules::Rule& rule, const Situation& situation,
                            const Decision& decision) {
  if (rule.alert->owner >= 0) {
    return &situation.rules().owners[static_cast<size_t>(rule.alert->owner)];
  }
  if (situation.answered() != nullptr) {
    return situation.rules().FindOwner(situation.answered()->owner_id());
  }
  const auto& positions = decision.enrichment().positions();
  const bool known = !positions.empty() && positions[0].role() == v1::CONSUMER_ROLE_USER;
  return known ? situation.rules().FindOwner(positions[0].owner_id()) : nullptr;
}

const v1::OpenAlert* OpenAlertOf(const std::string& kind, const Situation& situation,
                                 const Decision& decision) {
  const auto& resolved = decision.enrichment().resolved_alerts();
  for (const v1::OpenAlert& open : situation.journey().open_alerts()) {
    const std::string& alert_kind =
        open.alert().kind().empty() ? open.alert().rule_id() : open.alert().kind();
    const bool gone = std::any_of(resolved.begin(), resolved.end(), [&](const auto& resolution) {
      return resolution.alert_id() == open.alert().id();
    });
    if (alert_kind == kind && !gone) return &open;
  }
  return nullptr;
}

Gates AlertGates(const rules::Rule& rule, const PendingAction* waited, const Situation& situation,
                 const Decision& decision) {
  Gates gates;
  if (waited == nullptr && !Pass(NotOfThePast(situation), &gates)) return gates;
  if (!Pass(AlreadyOpen(rule, waited, situation, decision), &gates)) return gates;
  if (waited == nullptr && rule.hold.has_value() && !Pass(HoldGate(rule, situation), &gates)) {
    return gates;
  }
  AddRepetitionGates(rule, situation, decision, &gates);
  return gates;
}

Gates RepetitionGates(const rules::Rule& rule, const Situation& situation,
                      const Decision& decision) {
  Gates gates;
  AddRepetitionGates(rule, situation, decision, &gates);
  return gates;
}

}  // namespace waypost::journey
