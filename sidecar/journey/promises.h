// SPDX-License-Identifier: Apache-2.0
// The promise ledger: what became of each "next update by".
//
// A status update that is delivered (no draft, not in shadow mode) with next_update_by makes a
// promise about its ticket, which replaces one that is open (renewed). News from the provider's
// side that the person can see keeps it, if in time: news after Waypost's message and not later
// than the promised time. A promise whose time passes is broken; news that turns out to have been
// in time but was told late makes it kept after all. It is withdrawn when the ticket ends, or waits
// for the person, without news.
#pragma once

#include <string_view>

#include "absl/time/time.h"
#include "sidecar/calendar/business_calendar.h"
#include "sidecar/journey/situation.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/journey.pb.h"

namespace waypost::journey {

// Promises kept per journey: all that are open and the newest others.
inline constexpr int kMaxPromises = 100;

// The promise about the ticket that is open; nullptr when there is none.
[[nodiscard]] const v1::Promise* OpenPromise(std::string_view ticket_ref,
                                             const internal::v1::JourneyState& journey);

// When a promise made then is about to be broken, by the hours of the calendar that its time was
// counted with. InfiniteFuture: it is too short to be warned of.
[[nodiscard]] absl::Time WarnAt(absl::Time made_at, absl::Time due_at,
                                const rules::PromiseSettings& settings,
                                const calendar::BusinessCalendar& calendar);

// The event is news from the provider's side that the person can see: a public comment, the
// solution; not a question without a word, and nothing of Waypost's own.
[[nodiscard]] bool TellsNews(const Situation& situation);

// The earliest thing that becomes due among the open promises of a journey.
struct PromiseDue {
  absl::Time at = absl::InfiniteFuture();
  const v1::Promise* promise = nullptr;
  bool broken = false;  // otherwise: about to be
};
[[nodiscard]] PromiseDue NextPromise(const internal::v1::JourneyState& journey);

// What rules with `on: promise_due` or `on: promise_broken` fire on: from: the rule that made it,
// to: the time it names.
[[nodiscard]] v1::DerivedEvent DerivedFrom(const PromiseDue& due);

// Notes in the decision that the promise was broken, or that it was told to be about to.
void SettleDue(const PromiseDue& due, absl::Time now, internal::v1::Decision* decision);

// Notes in the decision on an event which promises it keeps or withdraws.
void SettlePromises(const Situation& situation, internal::v1::Decision* decision);

// Notes in the decision the promises that its status updates make, once all rules have acted.
void MakePromises(const Situation& situation, internal::v1::Decision* decision);

// Moves the promises about the journey's tickets, which left `former`, and counts both anew.
void SplitPromises(internal::v1::JourneyState* former, internal::v1::JourneyState* journey);

// Writes the promises of the decision into the journey, with its counters.
void ApplyPromises(const internal::v1::Decision& decision, internal::v1::JourneyState* journey);

}  // namespace waypost::journey
