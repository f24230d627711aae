// SPDX-License-Identifier: Apache-2.0
// Goes back in the log to the moment of one event.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "sidecar/rules/rule_set.h"
#include "sidecar/store/store.h"
#include "waypost/v1/insight_service.pb.h"

namespace waypost::pipeline {

// Why and why not for the event at `position`: rebuilds its person from the log up to there and
// asks the rules. `records` names the journey of every log record that the person's journeys are
// made of, also of those that time brought. Records that were pruned are missing from the
// reconstruction. `now` is the event's own time.
//
// NOT_FOUND (EVENT_NOT_FOUND): the record was pruned.
[[nodiscard]] absl::StatusOr<v1::ExplainJourneyResponse> ExplainRecord(
    const store::Store& store, const std::map<uint64_t, std::string>& records, uint64_t position,
    const rules::RuleSet& rules);

}  // namespace waypost::pipeline
