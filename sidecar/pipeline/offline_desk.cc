// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/offline_desk.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/hash.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/evaluate.h"
#include "sidecar/journey/explain.h"
#include "sidecar/journey/fold.h"
#include "sidecar/journey/move_ticket.h"
#include "sidecar/pipeline/errors.h"
#include "sidecar/pipeline/event_key.h"
#include "sidecar/pipeline/move.h"

namespace waypost::pipeline {
namespace {

// Ids hold no control characters, so a zero byte keeps the parts apart.
std::string Key(std::string_view first, std::string_view second, std::string_view third = "") {
  std::string key;
  key.reserve(first.size() + second.size() + third.size() + 2);
  key.append(first).append(1, '\0').append(second).append(1, '\0').append(third);
  return key;
}

const std::string& ConcernedPerson(const v1::TicketEvent& event) {
  return event.has_ticket() ? event.ticket().requester().id() : event.actor().id();
}

}  // namespace

journey::PersonRecord* OfflineDesk::PersonOf(const std::string& tenant,
                                             const std::string& person_id) {
  std::unique_ptr<journey::PersonRecord>& record = persons_[Key(tenant, person_id)];
  if (record == nullptr) {
    record = std::make_unique<journey::PersonRecord>();
    record->person.set_tenant(tenant);
    record->person.set_person_id(person_id);
  }
  return record.get();
}

absl::StatusOr<journey::PersonRecord*> OfflineDesk::Settle(const v1::TicketEvent& event) {
  const std::string& told = ConcernedPerson(event);
  if (!event.has_ticket()) {
    return PersonOf(event.tenant(), told);
  }
  const std::string ticket = Key(event.tenant(), event.source(), event.ticket().ref());
  const auto home = homes_.find(ticket);
  if (home == homes_.end()) {
    if (told.empty()) {
      return MakeBadRequest(Reason::kEventInvalid,
                            {{"event.ticket.requester.id",
                              "is required in the first event of a ticket: who waits?"}});
    }
    return homes_.emplace(ticket, PersonOf(event.tenant(), told)).first->second;
  }
  journey::PersonRecord* const holder = home->second;
  if (told.empty() || told == holder->person.person_id() || !TellsNewRequester(event, *holder)) {
    return holder;
  }
  journey::PersonRecord* const requester = PersonOf(event.tenant(), told);
  WAYPOST_RETURN_IF_ERROR(
      journey::MoveTicket(event.source(), event.ticket().ref(), holder, requester).status());
  home->second = requester;
  return requester;
}

absl::StatusOr<OfflineDesk::Recorded> OfflineDesk::Record(const v1::TicketEvent& event,
                                                          absl::Time now) {
  const uint64_t key = StableHash(EventKey(event));
  const auto [answer, is_new] =
      answers_.try_emplace(Key(event.tenant(), event.event_id()), Answer{key, nullptr});
  if (!is_new) {
    if (answer->second.event != key) return EventIdReused();
    const v1::Enrichment* const first = answer->second.enrichment.get();
    return Recorded{true, first == nullptr ? &forgotten_ : first};
  }
  absl::StatusOr<journey::PersonRecord*> record = Settle(event);
  if (!record.ok()) {
    answers_.erase(answer);
    return record.status();
  }
  WAYPOST_ASSIGN_OR_RETURN(journey::Evaluation evaluation,
                           journey::Evaluate(*rules_, event, ++position_, now, *record));
  decision_.Swap(&evaluation.decision);
  if (answers_mode_ == Answers::kKeep) {
    answer->second.enrichment = std::make_unique<v1::Enrichment>(decision_.enrichment());
  }
  return Recorded{false, &decision_.enrichment()};
}

absl::StatusOr<v1::ExplainJourneyResponse> OfflineDesk::Explain(const v1::TicketEvent& event,
                                                                absl::Time now) {
  WAYPOST_ASSIGN_OR_RETURN(const journey::PersonRecord* record, Settle(event));
  journey::PersonRecord folded_record = *record;
  WAYPOST_ASSIGN_OR_RETURN(
      const journey::Folded folded,
      journey::Fold(event, position_ + 1, rules_->stitching, nullptr, &folded_record));
  v1::ExplainJourneyResponse response =
      journey::Explain(*rules_, event, folded_record, folded, now);
  journey::PersonRecord decided_record = *record;
  WAYPOST_ASSIGN_OR_RETURN(journey::Evaluation evaluation,
                           journey::Evaluate(*rules_, event, position_ + 1, now, &decided_record));
  response.mutable_decision()->Swap(evaluation.decision.mutable_enrichment());
  return response;
}

void OfflineDesk::ForEachJourney(
    const std::function<void(const internal::v1::JourneyState&)>& visit) const {
  for (const auto& [key, record] : persons_) {
    for (const internal::v1::JourneyState& journey : record->journeys) {
      visit(journey);
    }
  }
}

}  // namespace waypost::pipeline
