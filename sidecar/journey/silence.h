// SPDX-License-Identifier: Apache-2.0
// Rules that wait for silence: how long the person saw and heard nothing.
#pragma once

#include <cstddef>

#include "absl/time/time.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::journey {

// The silence of a ticket.
struct SilenceDue {
  absl::Time at = absl::InfiniteFuture();
  int ticket = -1;  // number in JourneyState.tickets
};

// When the rule, which has after_silence, is to be looked at, and for which ticket: so much
// business time of its calendar after the last news that the person could see, the last message of
// Waypost (not for a rule that only alerts), the last time the rule acted, or the time when it was
// found to be too late for that and since when nothing happened, whichever is newest. Before the
// first news the journey's start counts. Of several open tickets the one whose time comes first,
// which is the most urgent, and of equal ones the oldest. InfiniteFuture: never as things stand,
// because no ticket is open, the rule has no time for the ticket's priority, or its condition did
// not hold and nothing happened since: no event, no promise kept or broken. Likewise where it is
// not due before `before`, which saves the search.
[[nodiscard]] SilenceDue NextSilence(const rules::RuleSet& rules, const rules::Rule& rule,
                                     const internal::v1::JourneyState& journey,
                                     absl::Time before = absl::InfiniteFuture());

// The mark to leave once the rule was looked at.
[[nodiscard]] internal::v1::SilenceMark MarkSilence(const rules::Rule& rule, absl::Time now,
                                                    bool acted,
                                                    const internal::v1::JourneyState& journey);

}  // namespace waypost::journey
