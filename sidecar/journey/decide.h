// SPDX-License-Identifier: Apache-2.0
// What the rules make of an event.
#pragma once

#include "absl/time/time.h"
#include "sidecar/journey/fold.h"
#include "sidecar/journey/outlook.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::journey {

// The decision on an event that Fold has just put into `record`. Changes nothing; Apply does.
//
// Positions first: per role the touchpoint passed (a late event moves only roles that stand nowhere
// yet). Then, unless the event is Waypost's own write-back, all rules that match, in file order and
// once each, through the gates (gates.h). What cannot be evaluated does not act and is told in
// rule_errors.
//
// Pure: the same arguments and answers of `outlook` give the same decision, byte for byte. `now` is
// what conditions read as now; nothing else depends on it. `outlook` is asked only where a rule
// reads `expect.*`; nullptr: nothing is known. `rules` has its index and outlives the call.
[[nodiscard]] internal::v1::Decision Decide(const rules::RuleSet& rules,
                                            const v1::TicketEvent& event,
                                            const PersonRecord& record, const Folded& folded,
                                            absl::Time now, const Outlook* outlook);

}  // namespace waypost::journey
