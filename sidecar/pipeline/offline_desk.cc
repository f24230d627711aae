// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/offline_desk.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sidecar/base/hash.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/due.h"
#include "sidecar/journey/evaluate.h"
#include "sidecar/journey/explain.h"
#include "sidecar/journey/fold.h"
#include "sidecar/journey/letters.h"
#include "sidecar/journey/move_ticket.h"
#include "sidecar/journey/survey_requests.h"
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

OfflineDesk::Member* OfflineDesk::PersonOf(const std::string& tenant,
                                           const std::string& person_id) {
  std::string key = Key(tenant, person_id);
  std::unique_ptr<Member>& member = persons_[key];
  if (member == nullptr) {
    member = std::make_unique<Member>();
    member->key = std::move(key);
    member->record.person.set_tenant(tenant);
    member->record.person.set_person_id(person_id);
  }
  return member.get();
}

void OfflineDesk::FindDue(Member* member) {
  if (visit_ == nullptr) return;
  member->due = journey::FindDue(*rules_, member->record);
  const absl::Time due_at = std::min(member->due.at, journey::NextLetter(member->record));
  if (due_at == member->due_at) return;
  member->due_at = due_at;
  if (due_at != absl::InfiniteFuture()) due_.push({due_at, member});
}

void OfflineDesk::AdvanceTo(absl::Time now) {
  while (!due_.empty() && due_.top().at <= now) {
    const Due due = due_.top();
    due_.pop();
    if (due.at != due.member->due_at) continue;
    due.member->due_at = absl::InfiniteFuture();
    now_ = std::max(now_, due.at);
    DeliverLetters(due.member);
    journey::PersonRecord* const record = &due.member->record;
    if (const auto decision =
            journey::EvaluateDue(*rules_, due.member->due, now_, position_ + 1, record, outlook_)) {
      ++position_;
      visit_(*decision, *record);
    }
    FindDue(due.member);
  }
  now_ = std::max(now_, now);
}

void OfflineDesk::DeliverLetters(Member* member) {
  for (const internal::v1::Letter& letter : journey::LettersDue(member->record, now_)) {
    const journey::LetterOutcome outcome = Deliver(letter.event());
    static_cast<void>(journey::SettleLetter(letter, outcome, now_, ++position_, &member->record));
    FindDue(member);
  }
}

absl::StatusOr<journey::Evaluation> OfflineDesk::Evaluate(const v1::TicketEvent& event,
                                                          absl::Time now,
                                                          journey::PersonRecord* record) {
  auto evaluation = journey::Evaluate(*rules_, event, ++position_, now, record, outlook_);
  if (visit_ == nullptr || !evaluation.ok() || !evaluation->decision.has_observation()) {
    return evaluation;
  }
  expectations_.Learn(position_, event.tenant(), evaluation->decision.observation());
  return evaluation;
}

journey::LetterOutcome OfflineDesk::Deliver(const v1::TicketEvent& event) {
  const absl::StatusOr<Member*> member = Settle(event);
  if (!member.ok()) return journey::LetterOutcome::kUnknownTicket;
  const absl::StatusOr<journey::Evaluation> evaluation = Evaluate(event, now_, &(*member)->record);
  FindDue(*member);
  if (!evaluation.ok()) return journey::LetterOutcome::kUnknownTicket;
  visit_(evaluation->decision, (*member)->record);
  return journey::LetterOutcome::kRecorded;
}

absl::StatusOr<OfflineDesk::Member*> OfflineDesk::Settle(const v1::TicketEvent& event) {
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
  Member* const holder = home->second;
  if (told.empty() || told == holder->record.person.person_id() ||
      !TellsNewRequester(event, holder->record)) {
    return holder;
  }
  Member* const requester = PersonOf(event.tenant(), told);
  WAYPOST_RETURN_IF_ERROR(
      journey::MoveTicket(event.source(), event.ticket().ref(), &holder->record, &requester->record)
          .status());
  home->second = requester;
  FindDue(holder);
  FindDue(requester);
  return requester;
}

std::optional<v1::TicketEvent> OfflineDesk::FindAnswerOfOther(const v1::TicketEvent& event) const {
  if (!event.has_feedback()) return std::nullopt;
  const auto home = homes_.find(Key(event.tenant(), event.source(), event.ticket().ref()));
  return home == homes_.end() ? std::nullopt : journey::AnswerOfOther(event, home->second->record);
}

absl::StatusOr<OfflineDesk::Recorded> OfflineDesk::Record(const v1::TicketEvent& told,
                                                          absl::Time now) {
  AdvanceTo(now);
  const std::optional<v1::TicketEvent> answer_of_other = FindAnswerOfOther(told);
  const v1::TicketEvent& event = answer_of_other.has_value() ? *answer_of_other : told;
  const uint64_t key = StableHash(EventKey(event));
  const auto [answer, is_new] =
      answers_.try_emplace(Key(event.tenant(), event.event_id()), Answer{key, nullptr});
  if (!is_new) {
    if (answer->second.event != key) return EventIdReused();
    const v1::Enrichment* const first = answer->second.enrichment.get();
    return Recorded{true, first == nullptr ? &forgotten_ : first};
  }
  const absl::StatusOr<Member*> member = Settle(event);
  if (!member.ok()) {
    answers_.erase(answer);
    return member.status();
  }
  absl::StatusOr<journey::Evaluation> evaluated = Evaluate(event, now, &(*member)->record);
  FindDue(*member);
  WAYPOST_ASSIGN_OR_RETURN(journey::Evaluation evaluation, std::move(evaluated));
  decision_.Swap(&evaluation.decision);
  if (answers_mode_ == Answers::kKeep) {
    answer->second.enrichment = std::make_unique<v1::Enrichment>(decision_.enrichment());
  }
  return Recorded{false, &decision_.enrichment()};
}

absl::StatusOr<v1::ExplainJourneyResponse> OfflineDesk::Explain(const v1::TicketEvent& told,
                                                                absl::Time now) {
  AdvanceTo(now);
  const std::optional<v1::TicketEvent> answer_of_other = FindAnswerOfOther(told);
  const v1::TicketEvent& event = answer_of_other.has_value() ? *answer_of_other : told;
  WAYPOST_ASSIGN_OR_RETURN(const Member* member, Settle(event));
  journey::PersonRecord folded_record = member->record;
  WAYPOST_ASSIGN_OR_RETURN(
      const journey::Folded folded,
      journey::Fold(event, position_ + 1, rules_->stitching, nullptr, &folded_record));
  v1::ExplainJourneyResponse response =
      journey::Explain(*rules_, event, folded_record, folded, now, outlook_);
  journey::PersonRecord decided_record = member->record;
  WAYPOST_ASSIGN_OR_RETURN(
      journey::Evaluation evaluation,
      journey::Evaluate(*rules_, event, position_ + 1, now, &decided_record, outlook_));
  response.mutable_decision()->Swap(evaluation.decision.mutable_enrichment());
  *response.mutable_surveys() = decided_record.journeys[evaluation.folded.journey].surveys();
  return response;
}

void OfflineDesk::ForEachJourney(
    const std::function<void(const internal::v1::JourneyState&)>& visit) const {
  ForEachPerson([&](const journey::PersonRecord& person) {
    for (const internal::v1::JourneyState& journey : person.journeys) visit(journey);
  });
}

void OfflineDesk::ForEachPerson(
    const std::function<void(const journey::PersonRecord&)>& visit) const {
  for (const auto& [key, member] : persons_) visit(member->record);
}

}  // namespace waypost::pipeline
