// SPDX-License-Identifier: Apache-2.0
// Gives a ticket, and what happened to it, to another person: its requester changed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "sidecar/journey/person_record.h"

namespace waypost::journey {

// What MoveTicket did.
struct Moved {
  size_t journey = 0;   // number in the new person's journeys
  std::string from_id;  // the journey that held the ticket
  std::string to_id;    // the journey that holds it now; equal to from_id for a whole move
  bool whole = false;   // the journey itself moved: the former person has it no more
};

// Moves the ticket from one person to the other, before the event that tells the new requester is
// folded. A journey with this ticket alone moves whole, with its signals, positions, alerts and
// surveys, and keeps its id. Otherwise the ticket's entries become a journey of their own, whose id
// derives from the new person and the ticket's first kept entry; both journeys are folded anew.
// Open alerts and surveys about the ticket go with it; signals and all else stay. What was counted
// before entries were dropped stays with the former journey. The event ids move along, so that
// duplicates are found at the new person; the newest 4,096 are kept. Pure: the same on replay.
//
// NOT_FOUND: the former person has no such ticket.
[[nodiscard]] absl::StatusOr<Moved> MoveTicket(std::string_view source, std::string_view ref,
                                               PersonRecord* from, PersonRecord* to);

}  // namespace waypost::journey
