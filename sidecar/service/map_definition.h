// SPDX-License-Identifier: Apache-2.0
// Which journey definitions a map may be asked for.
#pragma once

#include "absl/status/statusor.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/v1/insight_service.pb.h"

namespace waypost::service {

// `map`, or NOT_FOUND when it is empty because `rules` have no such definition for the role. A
// definition that the rules had once keeps its map.
[[nodiscard]] absl::StatusOr<v1::GetJourneyMapResponse> OrDefinitionNotFound(
    v1::GetJourneyMapResponse map, const v1::GetJourneyMapRequest& request,
    const rules::RuleSet& rules);

}  // namespace waypost::service
