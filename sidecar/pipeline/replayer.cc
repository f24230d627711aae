// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/replayer.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/due.h"
#include "sidecar/journey/evaluate.h"
#include "sidecar/journey/letters.h"
#include "sidecar/pipeline/move.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::pipeline {
namespace {

absl::Status At(uint64_t position, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("replaying log record ", position, ": ", status.message()));
}

class TailReplay {
 public:
  TailReplay(uint64_t materialized, const rules::RuleSet& rules, WorkingSet* set, Outbox* outbox,
             Expectations* expectations)
      : materialized_(materialized),
        rules_(rules),
        set_(set),
        outbox_(outbox),
        expectations_(expectations) {}

  absl::Status Replay(const store::LogRecord& record) {
    // Took the place of a failed evaluation.
    if (record.event.empty() && record.decision.empty()) return absl::OkStatus();
    internal::v1::Decision decision;
    if (!decision.ParseFromString(record.decision)) {
      return absl::DataLossError("the decision is damaged");
    }
    Learn(record, decision);
    if (record.position <= materialized_) return absl::OkStatus();
    if (decision.has_outbox()) {
      WAYPOST_RETURN_IF_ERROR(outbox_->Replay(record, decision));
    }
    if (record.person_id.empty()) return absl::OkStatus();  // a connector's word
    WAYPOST_ASSIGN_OR_RETURN(Person * person, set_->Load({record.tenant, record.person_id}));
    if (person->position >= record.position) return absl::OkStatus();
    if (record.event.empty()) {
      WAYPOST_RETURN_IF_ERROR(ReplayTime(record, decision, person));
    } else {
      WAYPOST_RETURN_IF_ERROR(ReplayEvent(record, decision, person));
    }
    person->position = record.position;
    person->NoteJourney(decision.placement().journey_id());
    set_->NoteChange(person, record.event.size());
    FindDue(person);
    set_->Trim(person->name());
    return absl::OkStatus();
  }

 private:
  void Learn(const store::LogRecord& record, const internal::v1::Decision& decision) {
    std::optional<internal::v1::ExpectationObservation> observation;
    if (decision.has_observation()) observation = decision.observation();
    expectations_->Learn(record.position, record.tenant, observation);
  }

  absl::Status ReplayTime(const store::LogRecord& record, const internal::v1::Decision& decision,
                          Person* person) {
    WAYPOST_RETURN_IF_ERROR(set_->BringBack(decision.placement().journey_id(), person).status());
    return journey::ReplayDue(decision, record.position, &person->record);
  }

  absl::Status ReplayEvent(const store::LogRecord& record, const internal::v1::Decision& decision,
                           Person* person) {
    v1::TicketEvent event;
    if (!event.ParseFromString(record.event)) return absl::DataLossError("the event is damaged");
    event.set_tenant(record.tenant);
    const TicketName ticket{event.tenant(), event.source(), event.ticket().ref()};
    if (event.has_ticket()) WAYPOST_RETURN_IF_ERROR(Settle(record, ticket, person));
    const internal::v1::Placement& placement = decision.placement();
    if (!placement.created()) {
      WAYPOST_RETURN_IF_ERROR(set_->BringBack(placement.journey_id(), person).status());
    }
    WAYPOST_RETURN_IF_ERROR(journey::Replay(event, decision, record.position, &person->record));
    if (event.has_ticket()) PutTicket(ticket, placement.journey_id(), person, set_);
    return absl::OkStatus();
  }

  // Moves the ticket to the record's person, as the event did when it was recorded, unless it is
  // there already.
  absl::Status Settle(const store::LogRecord& record, const TicketName& ticket, Person* person) {
    WAYPOST_ASSIGN_OR_RETURN(const std::optional<TicketHome> home, set_->tickets().Find(ticket));
    if (!home.has_value() || home->person_id == record.person_id) return absl::OkStatus();
    WAYPOST_ASSIGN_OR_RETURN(Person * former, set_->Load({record.tenant, home->person_id}));
    WAYPOST_ASSIGN_OR_RETURN(const bool there, set_->BringBack(home->journey_id, former));
    if (!there) return absl::OkStatus();  // pruned: the ticket began anew
    WAYPOST_RETURN_IF_ERROR(Move(ticket, record.position, former, person, set_));
    FindDue(former);
    return absl::OkStatus();
  }

  void FindDue(Person* person) { set_->SetDue(person, journey::NextWork(rules_, person->record)); }

  const uint64_t materialized_;
  const rules::RuleSet& rules_;
  WorkingSet* const set_;
  Outbox* const outbox_;
  Expectations* const expectations_;
};

}  // namespace

absl::StatusOr<uint64_t> ReplayTail(const store::Store& store, const rules::RuleSet& rules,
                                    size_t write_at_persons, TableWriter* writer, WorkingSet* set,
                                    Outbox* outbox, Expectations* expectations) {
  WAYPOST_ASSIGN_OR_RETURN(const uint64_t materialized, store.MaterializedPosition());
  TailReplay replay(materialized, rules, set, outbox, expectations);
  const uint64_t known = std::min(materialized, expectations->position());
  WAYPOST_RETURN_IF_ERROR(store.ScanLog(known, [&](const store::LogRecord& record) -> absl::Status {
    const absl::Status status = replay.Replay(record);
    if (!status.ok()) return At(record.position, status);
    if (static_cast<size_t>(set->changed_persons.load()) < write_at_persons) {
      return absl::OkStatus();
    }
    return writer->WriteAll(record.position, TableWriter::Barrier::kHeld);
  }));
  return store.LastPosition();
}

}  // namespace waypost::pipeline
