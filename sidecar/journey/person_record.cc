// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/person_record.h"

#include <string>

#include "sidecar/journey/names.h"

namespace waypost::journey {

using internal::v1::JourneyState;
using internal::v1::RoleState;
using internal::v1::TicketState;

TicketPlace FindTicket(std::string_view source, std::string_view ref, const PersonRecord& record) {
  for (size_t j = record.journeys.size(); j-- > 0;) {
    const JourneyState& journey = record.journeys[j];
    for (int t = 0; t < journey.tickets_size(); ++t) {
      const TicketState& ticket = journey.tickets(t);
      if (ticket.ticket().ref() == ref && ticket.source() == source) return {j, t};
    }
  }
  return {};
}

int FindTicketIn(const internal::v1::JourneyState& journey, std::string_view ref,
                 std::string_view source) {
  for (int number = 0; number < journey.tickets_size(); ++number) {
    const TicketState& ticket = journey.tickets(number);
    const bool same_source = source.empty() || ticket.source() == source;
    if (ticket.ticket().ref() == ref && same_source) return number;
  }
  return -1;
}

int FindJourney(std::string_view journey_id, const PersonRecord& record) {
  for (size_t j = record.journeys.size(); j-- > 0;) {
    if (record.journeys[j].id() == journey_id) return static_cast<int>(j);
  }
  return -1;
}

bool IsOpen(const JourneyState& journey) { return journey.facts().open_tickets() > 0; }

absl::Time StartedAt(const JourneyState& journey) {
  return absl::FromUnixMicros(journey.progress().started_at());
}

absl::Time NewestAt(const JourneyState& journey) {
  return absl::FromUnixMicros(journey.progress().newest_at());
}

absl::Time EndedAt(const JourneyState& journey) {
  const int64_t ended_at = journey.progress().ended_at();
  return ended_at == 0 ? absl::InfinitePast() : absl::FromUnixMicros(ended_at);
}

const RoleState* FindRole(const JourneyState& journey, v1::ConsumerRole role) {
  for (const RoleState& state : journey.roles()) {
    if (state.role() == role) return &state;
  }
  return nullptr;
}

void FillPosition(const JourneyState& journey, const RoleState& state,
                  v1::JourneyPosition* position) {
  const auto text = [&](uint32_t number) { return std::string(NameOf(number, journey.names())); };
  position->set_role(state.role());
  position->set_journey_definition_id(text(state.definition()));
  position->set_stage(text(state.stage()));
  position->set_touchpoint_id(text(state.touchpoint()));
  position->set_touchpoint_kind(state.kind());
  position->set_owner_id(text(state.owner()));
  position->set_provider_id(text(journey.provider()));
  position->set_visibility(state.visibility());
}

}  // namespace waypost::journey
