// SPDX-License-Identifier: Apache-2.0
// Why and why not.
#pragma once

#include "absl/time/time.h"
#include "sidecar/journey/fold.h"
#include "sidecar/journey/outlook.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/v1/insight_service.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::journey {

// The verdict of every touchpoint of the definitions that apply and of every rule, in file order,
// on an event that Fold has put into `record` and Apply has not been told about. All but `decision`
// and `surveys` is filled in: those tell what was decided, under the rule sets then in force.
//
// Asks every condition, not only those that the index finds, so that it also checks the index. A
// false part is that of the first derived event that the rule or touchpoint accepts. Pure, but for
// what `outlook` answers (see decide.h).
[[nodiscard]] v1::ExplainJourneyResponse Explain(const rules::RuleSet& rules,
                                                 const v1::TicketEvent& event,
                                                 const PersonRecord& record, const Folded& folded,
                                                 absl::Time now, const Outlook* outlook = nullptr);

}  // namespace waypost::journey
