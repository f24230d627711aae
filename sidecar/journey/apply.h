// SPDX-License-Identifier: Apache-2.0
// Writes a decision into the journey it was made for.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sidecar/journey/fold.h"
#include "sidecar/journey/person_record.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::journey {

// Records the touchpoints and the provider at the event's entry, the positions of the roles with
// their stage history, the emotion (the newest entry's that has one, the user's before others'),
// the alerts as open ones and the surveys. `folded` is what Fold just returned for the same event
// and record. Pure; the same live and on replay.
//
// Positions are taken as decided: a late event leaves roles where they stand. Alerts, but for those
// in shadow mode, are open until they are resolved: what ends the journey closes those raised
// before and with it, and an alert of a journey that has ended is delivered but does not stay open.
void Apply(const internal::v1::Decision& decision, const Folded& folded, PersonRecord* record);

// The same for a decision that time brought (due.h), on the journey of that number: alerts,
// surveys, actions that wait and those that do not any more, what the person was sent, and the
// decision's place in the log.
void ApplyDue(const internal::v1::Decision& decision, uint64_t position, size_t journey,
              PersonRecord* record);

}  // namespace waypost::journey
