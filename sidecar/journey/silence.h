// SPDX-License-Identifier: Apache-2.0
// Rules that wait for silence: how long the person saw and heard nothing.
#pragma once

#include <cstddef>

#include "absl/time/time.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::journey {

// The ticket whose silence counts: the first of the journey that is open; -1 when none is.
[[nodiscard]] int SilentTicket(const internal::v1::JourneyState& journey);

// When the rule, which has after_silence, is to be looked at: so much business time of its calendar
// after the last news that the person could see, the last message of Waypost (not for a rule
// that only alerts), the last time the rule acted, or the time when it was found to be too late for that and since when nothing
// happened, whichever is newest. Before the first news the journey's start counts.
// InfiniteFuture: never as things stand, because no ticket is open, the rule has no time for the
// ticket's priority, or its condition did not hold and nothing happened since: no event, no promise
// kept or broken.
[[nodiscard]] absl::Time SilenceDue(const rules::RuleSet& rules, const rules::Rule& rule,
                                    const internal::v1::JourneyState& journey);

// The mark to leave once the rule was looked at.
[[nodiscard]] internal::v1::SilenceMark MarkSilence(const rules::Rule& rule, absl::Time now,
                                                    bool acted,
                                                    const internal::v1::JourneyState& journey);

}  // namespace waypost::journey
