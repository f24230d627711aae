// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/map_definition.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sidecar/pipeline/errors.h"
#include "sidecar/rules/vocabulary.h"
#include "sidecar/text/suggest.h"

namespace waypost::service {

absl::StatusOr<v1::GetJourneyMapResponse> OrDefinitionNotFound(
    v1::GetJourneyMapResponse map, const v1::GetJourneyMapRequest& request,
    const rules::RuleSet& rules) {
  const std::string& id = request.journey_definition_id();
  const v1::ConsumerRole role =
      std::max(request.role(), v1::CONSUMER_ROLE_USER);  // the default of the request
  if (id.empty() || map.journeys() > 0) return map;
  std::vector<std::string> ids;
  for (const rules::JourneyDefinition& definition : rules.journeys) {
    if (definition.role == role) ids.push_back(definition.id);
  }
  if (std::find(ids.begin(), ids.end(), id) != ids.end()) return map;
  const rules::JourneyDefinition* other = rules.FindJourney(id);
  const std::string hint =
      other == nullptr ? DidYouMean(id, ids)
                       : absl::StrCat("; it is one of the ", rules::ConsumerRoleName(other->role));
  return pipeline::MakeError(pipeline::Reason::kDefinitionNotFound,
                             absl::StrCat("the rules have no journey definition \"", id,
                                          "\" of the ", rules::ConsumerRoleName(role), hint));
}

}  // namespace waypost::service
