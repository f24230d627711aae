// SPDX-License-Identifier: Apache-2.0
// Which journey of the person an event belongs to.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::journey {

// Tickets that one journey takes in at most; the next begins a new one.
inline constexpr int kMaxTickets = 16;

// One journey per person and matter.
//
// A ticket's event goes to its ticket's journey. A new ticket goes, in this order, to the journey
// that holds its parent; to the newest journey that is open or ended within `matter_window`
// before, with a ticket of the same matter (service or category are told by both and equal, and
// neither differs where both tell it); to the newest journey of
// signals alone that ends within `signal_window` of it, unless both name services that differ; to a
// new journey. A signal without a ticket goes to the newest open journey with steps within
// `signal_window` of it, unless both name services that differ; to such a journey of signals alone;
// to a new journey. What concerns a survey about somebody else's ticket goes to a journey of its
// own (survey_requests.h).
//
// `at` is the event's time in microseconds. `ticket` is the event's ticket's place, if it has one.
// Linear in the person's tickets.
[[nodiscard]] internal::v1::Placement PlaceEvent(const v1::TicketEvent& event, int64_t at,
                                                 const rules::Stitching& stitching,
                                                 const TicketPlace& ticket,
                                                 const PersonRecord& record);

// The journey id that the event would create: stable over tenant, person and first event.
[[nodiscard]] std::string JourneyId(std::string_view tenant, std::string_view person_id,
                                    std::string_view event_id);

}  // namespace waypost::journey
