// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/evaluate.h"

#include "sidecar/base/status_macros.h"
#include "sidecar/journey/apply.h"
#include "sidecar/journey/clock_setback.h"
#include "sidecar/journey/decide.h"
#include "sidecar/journey/feedback.h"

namespace waypost::journey {

absl::StatusOr<Evaluation> Evaluate(const rules::RuleSet& rules, const v1::TicketEvent& event,
                                    uint64_t position, absl::Time now, PersonRecord* record,
                                    const Outlook* outlook) {
  if (const auto refused = RefuseFeedback(event, *record, now); refused.has_value()) {
    return absl::FailedPreconditionError(refused->message);
  }
  ForgetFuture(now, record);
  Evaluation evaluation;
  WAYPOST_ASSIGN_OR_RETURN(evaluation.folded,
                           Fold(event, position, rules.stitching, nullptr, record));
  evaluation.decision = Decide(rules, event, *record, evaluation.folded, now, outlook);
  Apply(evaluation.decision, evaluation.folded, record);
  return evaluation;
}

absl::Status Replay(const v1::TicketEvent& event, const internal::v1::Decision& decision,
                    uint64_t position, PersonRecord* record) {
  if (decision.decided_at() != 0) {
    ForgetFuture(absl::FromUnixMicros(decision.decided_at()), record);
  }
  WAYPOST_ASSIGN_OR_RETURN(const Folded folded, Fold(event, position, rules::Stitching(),
                                                     &decision.placement(), record));
  Apply(decision, folded, record);
  return absl::OkStatus();
}

}  // namespace waypost::journey
