// SPDX-License-Identifier: Apache-2.0
// Keeps persons, tickets and their homes in step when an event places or moves a ticket.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/pipeline/person_cache.h"
#include "sidecar/pipeline/ticket_directory.h"
#include "sidecar/pipeline/working_set.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::pipeline {

// The event tells another requester than the holder of its ticket, and nothing newer was told.
[[nodiscard]] bool TellsNewRequester(const v1::TicketEvent& event,
                                     const journey::PersonRecord& holder);

// Gives the ticket to another person because of the event at `position`, and notes both as changed
// by it. The caller holds both shards.
[[nodiscard]] absl::Status Move(const TicketName& ticket, uint64_t position, Person* from,
                                Person* to, WorkingSet* set);

// Notes that the ticket is in that journey of that person, unless that is known.
void PutTicket(const TicketName& ticket, std::string_view journey_id, Person* person,
               WorkingSet* set);

}  // namespace waypost::pipeline
