// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/replayer.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/evaluate.h"
#include "sidecar/pipeline/move.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::pipeline {
namespace {

absl::Status At(uint64_t position, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("replaying log record ", position, ": ", status.message()));
}

// Moves the ticket to the record's person, as the event did when it was recorded, unless it is
// there already.
absl::Status Settle(const store::LogRecord& record, const TicketName& ticket, Person* person,
                    WorkingSet* set) {
  WAYPOST_ASSIGN_OR_RETURN(const std::optional<TicketHome> home, set->tickets().Find(ticket));
  if (!home.has_value() || home->person_id == record.person_id) return absl::OkStatus();
  WAYPOST_ASSIGN_OR_RETURN(Person * former, set->Load({record.tenant, home->person_id}));
  WAYPOST_ASSIGN_OR_RETURN(const bool there, set->BringBack(home->journey_id, former));
  if (!there) return absl::OkStatus();  // pruned: the ticket began anew
  return Move(ticket, record.position, former, person, set);
}

absl::Status ReplayRecord(const store::LogRecord& record, WorkingSet* set) {
  if (record.event.empty()) return absl::OkStatus();  // took the place of a failed evaluation
  v1::TicketEvent event;
  internal::v1::Decision decision;
  if (!event.ParseFromString(record.event) || !decision.ParseFromString(record.decision)) {
    return absl::DataLossError("the record is damaged");
  }
  event.set_tenant(record.tenant);
  WAYPOST_ASSIGN_OR_RETURN(Person * person, set->Load({record.tenant, record.person_id}));
  if (person->position >= record.position) return absl::OkStatus();

  const TicketName ticket{event.tenant(), event.source(), event.ticket().ref()};
  if (event.has_ticket()) WAYPOST_RETURN_IF_ERROR(Settle(record, ticket, person, set));
  const internal::v1::Placement& placement = decision.placement();
  if (!placement.created()) {
    WAYPOST_RETURN_IF_ERROR(set->BringBack(placement.journey_id(), person).status());
  }
  WAYPOST_RETURN_IF_ERROR(journey::Replay(event, decision, record.position, &person->record));
  person->position = record.position;
  person->NoteJourney(placement.journey_id());
  if (event.has_ticket()) PutTicket(ticket, placement.journey_id(), person, set);
  set->NoteChange(person, record.event.size());
  set->Trim(person->name());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<uint64_t> ReplayTail(const store::Store& store, size_t write_at_persons,
                                    TableWriter* writer, WorkingSet* set) {
  WAYPOST_ASSIGN_OR_RETURN(const uint64_t materialized, store.MaterializedPosition());
  WAYPOST_RETURN_IF_ERROR(
      store.ScanLog(materialized, [&](const store::LogRecord& record) -> absl::Status {
        const absl::Status status = ReplayRecord(record, set);
        if (!status.ok()) return At(record.position, status);
        if (static_cast<size_t>(set->changed_persons.load()) < write_at_persons) {
          return absl::OkStatus();
        }
        return writer->WriteAll(record.position, TableWriter::Barrier::kHeld);
      }));
  return store.LastPosition();
}

}  // namespace waypost::pipeline
