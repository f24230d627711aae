// SPDX-License-Identifier: Apache-2.0
// What time alone brings: a rule that waited for silence, an action whose hour has come. Nothing
// here is a timer that could be lost: what is due follows from the rules and the person's state,
// and whoever runs this only has to look again at NextDue().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "sidecar/journey/outlook.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/journey/promises.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::journey {

// One thing that waits in a person's record. Points into the rules and the record, so it is as
// good as unknown once either has changed.
struct Due {
  // When it is due; that may have passed. InfiniteFuture: nothing waits.
  absl::Time at = absl::InfiniteFuture();
  size_t journey = 0;                    // its number
  const rules::Rule* silence = nullptr;  // a rule that waits for silence of `ticket`,
  const internal::v1::PendingAction* pending = nullptr;  // or an action that waits for its time,
  PromiseDue promise;                                    // or a promise,
  const v1::OpenAlert* alert = nullptr;                  // or an open alert to be told again,
  bool digest = false;                                   // or the person's digest
  int ticket = -1;
};

// What EvaluateDue would decide on next. Of equally early things the first one found comes first:
// journeys by age, then actions in the order of their decisions, then promises, then open alerts,
// then rules in file order; the digest comes last. Linear in the person's live journeys and the
// rules that wait for silence.
[[nodiscard]] Due FindDue(const rules::RuleSet& rules, const PersonRecord& record);

// When that is due.
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

// The same for who has found it already: `due` is what FindDue says of the rules and the record as
// they stand.
[[nodiscard]] std::optional<internal::v1::Decision> EvaluateDue(const rules::RuleSet& rules,
                                                                Due due, absl::Time now,
                                                                uint64_t position,
                                                                PersonRecord* record,
                                                                const Outlook* outlook);

// Does to the record what the EvaluateDue that gave `decision` did, without a rule set. DATA_LOSS:
// its journey is not there; nothing has changed then.
[[nodiscard]] absl::Status ReplayDue(const internal::v1::Decision& decision, uint64_t position,
                                     PersonRecord* record);

}  // namespace waypost::journey
