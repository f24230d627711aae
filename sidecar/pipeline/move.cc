// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/move.h"

#include <string>

#include "sidecar/base/status_macros.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/move_ticket.h"

namespace waypost::pipeline {
namespace {

constexpr uint32_t kRequesterBit = uint32_t{1} << v1::Ticket::kRequesterFieldNumber;

int64_t RequesterToldAt(const internal::v1::TicketState& ticket) {
  for (int i = 0; i < ticket.told_at_size() && i < ticket.told_fields_size(); ++i) {
    if ((ticket.told_fields(i) & kRequesterBit) != 0) return ticket.told_at(i);
  }
  return INT64_MIN;
}

}  // namespace

bool TellsNewRequester(const v1::TicketEvent& event, const journey::PersonRecord& holder) {
  const journey::TicketPlace place =
      journey::FindTicket(event.source(), event.ticket().ref(), holder);
  if (place.ticket < 0) return false;
  return journey::MicrosOf(event.occurred_at()) >=
         RequesterToldAt(holder.journeys[place.journey].tickets(place.ticket));
}

absl::Status Move(const TicketName& ticket, uint64_t position, Person* from, Person* to,
                  WorkingSet* set) {
  WAYPOST_ASSIGN_OR_RETURN(
      const journey::Moved moved,
      journey::MoveTicket(ticket.source, ticket.ref, &from->record, &to->record));
  if (!moved.whole) from->NoteJourney(moved.from_id);
  to->NoteJourney(moved.to_id);
  PutTicket(ticket, moved.to_id, to, set);
  from->position = position;
  to->position = position;
  from->moved_with.push_back(to->record.person.person_id());
  to->moved_with.push_back(from->record.person.person_id());
  set->NoteChange(from, 0);
  set->NoteChange(to, 0);
  return absl::OkStatus();
}

void PutTicket(const TicketName& ticket, std::string_view journey_id, Person* person,
               WorkingSet* set) {
  TicketHome home{person->record.person.person_id(), std::string(journey_id)};
  if (set->tickets().Put(ticket, std::move(home))) person->NoteTicket(ticket.source, ticket.ref);
}

}  // namespace waypost::pipeline
