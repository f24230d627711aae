// SPDX-License-Identifier: Apache-2.0
// What time alone brings: a rule that waited for silence, an action whose hour has come. Nothing
// here is a timer that could be lost: what is due follows from the rules and the person's state,
// and whoever runs this only has to look again at NextDue().
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "sidecar/journey/outlook.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::journey {

// The earliest moment at which EvaluateDue would decide something; it may have passed.
// InfiniteFuture when nothing waits. Depends on the rules: ask again when they change. Linear in
// the person's live journeys and the rules that wait for silence.
[[nodiscard]] absl::Time NextDue(const rules::RuleSet& rules, const PersonRecord& record);

// Decides on the earliest thing that is due at `now` or before and applies the decision; nothing
// when none is. Call it until it returns nothing: every decision settles what was due, so that
// ends. The decision names its journey, has due_at and decided_at, and its enrichment holds the
// actions. `position` is its place in the log.
//
// Late: what became due several times while nobody looked is decided once, as of `now`. A message
// after silence that is more than three days late is dropped (TOO_LATE): after a long outage, an
// import or a clock gone wrong nobody wants it. Pure, as Evaluate() in evaluate.h; the same ids
// come out whenever it is called.
[[nodiscard]] std::optional<internal::v1::Decision> EvaluateDue(const rules::RuleSet& rules,
                                                                absl::Time now, uint64_t position,
                                                                PersonRecord* record,
                                                                const Outlook* outlook = nullptr);

// Does to the record what the EvaluateDue that gave `decision` did, without a rule set. DATA_LOSS:
// its journey is not there; nothing has changed then.
[[nodiscard]] absl::Status ReplayDue(const internal::v1::Decision& decision, uint64_t position,
                                     PersonRecord* record);

}  // namespace waypost::journey
