// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/promises.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/base/hash.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/names.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/journey/possession.h"
#include "sidecar/journey/visibility.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::JourneyState;
using internal::v1::TicketProgress;

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixMicros(MicrosOf(time));
}

// The promise as the decision leaves it.
v1::Promise* Changed(const v1::Promise& promise, Decision* decision) {
  for (v1::Promise& changed : *decision->mutable_promises()) {
    if (changed.id() == promise.id()) return &changed;
  }
  v1::Promise* changed = decision->add_promises();
  *changed = promise;
  return changed;
}

void Settle(v1::PromiseState state, int64_t at, v1::Promise* promise) {
  promise->set_state(state);
  SetTime(at, promise->mutable_settled_at());
}

const TicketProgress* TicketOf(const Situation& situation) {
  const int ticket = situation.folded().ticket;
  return ticket < 0 ? nullptr : &situation.journey().progress().tickets(ticket);
}

bool WaitsForPerson(const TicketProgress& ticket) {
  return ticket.category() == v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER;
}

std::string OwnerOf(const Situation& situation, const Decision& decision) {
  const auto& positions = decision.enrichment().positions();
  if (!positions.empty() && positions[0].role() == v1::CONSUMER_ROLE_USER) {
    return positions[0].owner_id();
  }
  const JourneyState& journey = situation.journey();
  const internal::v1::RoleState* user = FindRole(journey, v1::CONSUMER_ROLE_USER);
  return user == nullptr ? "" : std::string(NameOf(user->owner(), journey.names()));
}

std::string ProviderOf(const Situation& situation) {
  const rules::Provider* provider = situation.provider();
  return provider != nullptr ? provider->id : situation.journey().facts().holder();
}

// The rule is there, for it has just acted.
void SetWarnAt(const Situation& situation, v1::Promise* promise) {
  const rules::RuleSet& rules = situation.rules();
  const absl::Time warn_at =
      WarnAt(TimeOf(promise->made_at()), TimeOf(promise->due_at()), rules.promises,
             rules.CalendarOf(*rules.FindRule(promise->rule_id()), situation.ticket().priority()));
  if (warn_at == absl::InfiniteFuture()) return;
  SetTime(absl::ToUnixMicros(warn_at), promise->mutable_warn_at());
}

void Make(const v1::StatusUpdate& update, const Situation& situation, Decision* decision) {
  const std::string owner_id = OwnerOf(situation, *decision);
  v1::Promise* promise = decision->add_promises();
  promise->set_id(absl::StrCat("p-", HashToHex(StableHash(update.id()))));
  promise->set_rule_id(update.rule_id());
  promise->set_journey_id(situation.journey().id());
  promise->set_ticket_ref(update.ticket_ref());
  if (const int ticket = situation.folded().ticket; ticket >= 0) {
    promise->set_source(situation.journey().tickets(ticket).source());
  }
  promise->set_owner_id(owner_id);
  promise->set_provider_id(ProviderOf(situation));
  SetTime(absl::ToUnixMicros(situation.now()), promise->mutable_made_at());
  *promise->mutable_due_at() = update.next_update_by();
  promise->set_state(v1::PROMISE_STATE_OPEN);
  SetWarnAt(situation, promise);
}

void Count(v1::PromiseState state, int change, v1::JourneyFacts* facts) {
  switch (state) {
    case v1::PROMISE_STATE_OPEN:
      facts->set_promises_open(facts->promises_open() + change);
      break;
    case v1::PROMISE_STATE_KEPT:
      facts->set_promises_kept(facts->promises_kept() + change);
      break;
    case v1::PROMISE_STATE_BROKEN:
      facts->set_promises_broken(facts->promises_broken() + change);
      break;
    default:
      break;
  }
}

void CountRenewals(v1::PromiseState state, v1::JourneyFacts* facts) {
  if (state == v1::PROMISE_STATE_RENEWED)
    facts->set_promise_renewals(facts->promise_renewals() + 1);
  if (state == v1::PROMISE_STATE_KEPT) facts->set_promise_renewals(0);
}

void CountAnew(JourneyState* journey) {
  v1::JourneyFacts* facts = journey->mutable_facts();
  facts->clear_promises_open();
  facts->clear_promises_kept();
  facts->clear_promises_broken();
  facts->clear_promise_renewals();
  for (const v1::Promise& promise : journey->promises()) {
    Count(promise.state(), 1, facts);
    CountRenewals(promise.state(), facts);
  }
}

void Forget(JourneyState* journey) {
  auto* promises = journey->mutable_promises();
  for (int i = 0; i < promises->size() && promises->size() > kMaxPromises;) {
    if (promises->Get(i).state() == v1::PROMISE_STATE_OPEN) {
      ++i;
    } else {
      promises->DeleteSubrange(i, 1);
    }
  }
}

}  // namespace

bool TellsNews(const Situation& situation) {
  const TicketProgress* ticket = TicketOf(situation);
  if (ticket == nullptr || !situation.folded().visible) return false;
  if (situation.actor_role() == v1::ACTOR_ROLE_CUSTOMER ||
      situation.actor_role() == v1::ACTOR_ROLE_WAYPOST) {
    return false;
  }
  // The status alone of a question only says that the person must act.
  return !WaitsForPerson(*ticket) || ticket->provider_wrote_at() == situation.folded().at;
}

const v1::Promise* OpenPromise(std::string_view ticket_ref, const JourneyState& journey) {
  for (const v1::Promise& promise : journey.promises()) {
    if (promise.state() == v1::PROMISE_STATE_OPEN && promise.ticket_ref() == ticket_ref) {
      return &promise;
    }
  }
  return nullptr;
}

absl::Time WarnAt(absl::Time made_at, absl::Time due_at, const rules::PromiseSettings& settings,
                  const calendar::BusinessCalendar& calendar) {
  const absl::Duration left =
      std::max(settings.warn_share * calendar.Between(made_at, due_at), settings.warn_at_least);
  const absl::Time warn_at = calendar.Add(due_at, -left);
  return warn_at > made_at ? warn_at : absl::InfiniteFuture();
}

PromiseDue NextPromise(const JourneyState& journey) {
  PromiseDue next;
  if (journey.facts().promises_open() == 0) return next;
  for (const v1::Promise& promise : journey.promises()) {
    if (promise.state() != v1::PROMISE_STATE_OPEN) continue;
    const absl::Time due = TimeOf(promise.due_at());
    if (due < next.at) next = {due, &promise, true};
    if (promise.has_warned_at() || !promise.has_warn_at()) continue;
    const absl::Time warn = TimeOf(promise.warn_at());
    if (warn < next.at) next = {warn, &promise, false};
  }
  return next;
}

v1::DerivedEvent DerivedFrom(const PromiseDue& due) {
  v1::DerivedEvent derived;
  derived.set_type(due.broken ? v1::EVENT_TYPE_PROMISE_BROKEN : v1::EVENT_TYPE_PROMISE_DUE);
  derived.set_from(due.promise->rule_id());
  derived.set_to(
      absl::FormatTime(absl::RFC3339_sec, TimeOf(due.promise->due_at()), absl::UTCTimeZone()));
  return derived;
}

void SettleDue(const PromiseDue& due, absl::Time now, Decision* decision) {
  v1::Promise* promise = Changed(*due.promise, decision);
  if (due.broken) {
    Settle(v1::PROMISE_STATE_BROKEN, MicrosOf(promise->due_at()), promise);
  } else {
    SetTime(absl::ToUnixMicros(now), promise->mutable_warned_at());
  }
}

void SettlePromises(const Situation& situation, Decision* decision) {
  const TicketProgress* ticket = TicketOf(situation);
  if (ticket == nullptr || situation.actor_role() == v1::ACTOR_ROLE_WAYPOST) return;
  const v1::JourneyFacts& facts = situation.journey().facts();
  if (facts.promises_open() + facts.promises_broken() == 0) return;
  const int64_t at = situation.folded().at;
  for (const v1::Promise& promise : situation.journey().promises()) {
    const bool open = promise.state() == v1::PROMISE_STATE_OPEN;
    const bool in_time = MicrosOf(promise.made_at()) < at && at <= MicrosOf(promise.due_at());
    if (promise.ticket_ref() != situation.ticket().ref() || !in_time) continue;
    if ((open || promise.state() == v1::PROMISE_STATE_BROKEN) && TellsNews(situation)) {
      Settle(v1::PROMISE_STATE_KEPT, at, Changed(promise, decision));
    } else if (open && (!IsOpen(*ticket) || WaitsForPerson(*ticket))) {
      Settle(v1::PROMISE_STATE_WITHDRAWN, at, Changed(promise, decision));
    }
  }
}

void MakePromises(const Situation& situation, Decision* decision) {
  const TicketProgress* ticket = TicketOf(situation);
  if (ticket == nullptr || !IsOpen(*ticket) || WaitsForPerson(*ticket)) return;
  for (const v1::StatusUpdate& update : decision->enrichment().status_updates()) {
    if (update.shadow() || update.draft() || !update.has_next_update_by()) continue;
    if (update.ticket_ref().empty()) continue;
    if (const v1::Promise* open = OpenPromise(update.ticket_ref(), situation.journey())) {
      v1::Promise* changed = Changed(*open, decision);
      if (changed->state() == v1::PROMISE_STATE_OPEN) {
        Settle(v1::PROMISE_STATE_RENEWED, absl::ToUnixMicros(situation.now()), changed);
      }
    }
    Make(update, situation, decision);
  }
}

void SplitPromises(JourneyState* former, JourneyState* journey) {
  google::protobuf::RepeatedPtrField<v1::Promise> kept;
  for (v1::Promise& promise : *former->mutable_promises()) {
    const bool moves = std::any_of(
        journey->tickets().begin(), journey->tickets().end(),
        [&](const auto& ticket) { return ticket.ticket().ref() == promise.ticket_ref(); });
    *(moves ? journey->add_promises() : kept.Add()) = std::move(promise);
  }
  former->mutable_promises()->Swap(&kept);
  CountAnew(former);
  CountAnew(journey);
}

void ApplyPromises(const Decision& decision, JourneyState* journey) {
  v1::JourneyFacts* facts = journey->mutable_facts();
  for (const v1::Promise& promise : decision.promises()) {
    auto& promises = *journey->mutable_promises();
    const auto found =
        std::find_if(promises.begin(), promises.end(),
                     [&](const v1::Promise& other) { return other.id() == promise.id(); });
    const v1::PromiseState before =
        found == promises.end() ? v1::PROMISE_STATE_UNSPECIFIED : found->state();
    *(found == promises.end() ? promises.Add() : &*found) = promise;
    if (before == promise.state()) continue;
    Count(before, -1, facts);
    Count(promise.state(), 1, facts);
    CountRenewals(promise.state(), facts);
  }
  Forget(journey);
}

}  // namespace waypost::journey
