// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/roles.h"

#include "sidecar/journey/names.h"

namespace waypost::journey {

using internal::v1::RoleState;

RoleState* MutableRole(v1::ConsumerRole role, internal::v1::JourneyState* journey) {
  for (RoleState& state : *journey->mutable_roles()) {
    if (state.role() == role) return &state;
  }
  RoleState* state = journey->add_roles();
  state->set_role(role);
  return state;
}

void CountTouchpoint(v1::TouchpointKind kind, RoleState* role) {
  if (kind == v1::TOUCHPOINT_KIND_SERVICE_INTERACTION) {
    role->set_service_interactions(role->service_interactions() + 1);
  } else {
    role->set_touchpoints(role->touchpoints() + 1);
  }
}

void EnterStage(uint32_t stage, int64_t at, RoleState* role) {
  const int visits = role->stages_size();
  if (stage <= kEmpty || (visits > 0 && role->stages(visits - 1) == stage)) return;
  if (visits >= kMaxStageVisits) {
    role->mutable_stages()->erase(role->stages().begin());
    role->mutable_entered_at()->erase(role->entered_at().begin());
  }
  role->add_stages(stage);
  role->add_entered_at(at);
}

}  // namespace waypost::journey
