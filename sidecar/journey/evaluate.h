// SPDX-License-Identifier: Apache-2.0
// The one function behind live events, explanations, story tests, replays and backtests.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sidecar/journey/fold.h"
#include "sidecar/journey/outlook.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::journey {

struct Evaluation {
  internal::v1::Decision decision;
  Folded folded;
};

// Folds the event into the person's record, decides on it and applies the decision. The event was
// validated, concerns this person and is no duplicate; `position` is its place in the log. Pure: no
// clock, no I/O, no randomness; what `outlook` answers is told in the decision (see decide.h). On
// failure (see Fold) the record is as it was. FAILED_PRECONDITION: an answer to a survey that is
// refused (see RefuseFeedback in feedback.h).
[[nodiscard]] absl::StatusOr<Evaluation> Evaluate(const rules::RuleSet& rules,
                                                  const v1::TicketEvent& event, uint64_t position,
                                                  absl::Time now, PersonRecord* record,
                                                  const Outlook* outlook = nullptr);

// Does to the record what the evaluation that gave `decision` did, without a rule set: for the tail
// of the log after a start.
[[nodiscard]] absl::Status Replay(const v1::TicketEvent& event,
                                  const internal::v1::Decision& decision, uint64_t position,
                                  PersonRecord* record);

}  // namespace waypost::journey
