// SPDX-License-Identifier: Apache-2.0
// The newest snapshot of a ticket, merged from what events told.
#pragma once

#include <cstdint>

#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::journey {

// Merges what an event at `at` (microseconds) told. Absent fields stay; empty ones are cleared; a
// person of the same id keeps what the new telling leaves empty; watchers are replaced when there
// are any; custom fields are replaced by name. `category` is the told or implied status category.
//
// A field that a newer event told stays as it is; of the same time, the later arrival wins. Custom
// fields count as one in this: a late event adds those of new names and replaces none.
void MergeTicket(const v1::Ticket& told, v1::StatusCategory category, int64_t at,
                 internal::v1::TicketState* state);

// Sets opened_at to the ticket's first event where the platform did not tell it.
void DefaultOpenedAt(int64_t first_event_at, internal::v1::TicketState* state);

}  // namespace waypost::journey
