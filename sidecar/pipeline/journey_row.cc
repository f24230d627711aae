// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/journey_row.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sidecar/journey/names.h"
#include "sidecar/journey/person_record.h"

namespace waypost::pipeline {
namespace {

std::string UserStage(const internal::v1::JourneyState& journey) {
  const internal::v1::RoleState* role = journey::FindRole(journey, v1::CONSUMER_ROLE_USER);
  return role == nullptr ? "" : std::string(journey::NameOf(role->stage(), journey.names()));
}

}  // namespace

store::JourneyRow RowOf(const internal::v1::JourneyState& journey, bool live) {
  store::JourneyRow row;
  row.tenant = journey.tenant();
  row.journey_id = journey.id();
  row.person_id = journey.person_id();
  row.stage = UserStage(journey);
  row.open = journey::IsOpen(journey);
  row.live = live;
  row.newest_at = journey::NewestAt(journey);
  row.blob = journey.SerializeAsString();
  return row;
}

absl::StatusOr<internal::v1::JourneyState> ParseJourney(const store::JourneyRow& row) {
  internal::v1::JourneyState journey;
  if (!journey.ParseFromString(row.blob)) {
    return absl::DataLossError(absl::StrCat("the row of journey ", row.journey_id, " is damaged"));
  }
  return journey;
}

}  // namespace waypost::pipeline
