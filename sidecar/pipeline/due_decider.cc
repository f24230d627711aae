// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/due_decider.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "sidecar/base/status_macros.h"
#include "sidecar/journey/due.h"
#include "sidecar/pipeline/outgoing.h"

namespace waypost::pipeline {
namespace {

// What a decision takes in the queue, about: it is not known before there is a position for it.
constexpr size_t kDecisionBytes = 1024;

// The ticket that a decision of time concerns; without ref when it concerns none.
TicketName TicketOf(const internal::v1::Decision& decision, const Person& person) {
  const int number = journey::FindJourney(decision.placement().journey_id(), person.record);
  if (number < 0 || decision.ticket() == 0) return {};
  const internal::v1::JourneyState& journey = person.record.journeys[static_cast<size_t>(number)];
  const auto ticket = static_cast<int>(decision.ticket()) - 1;
  if (ticket >= journey.tickets_size()) return {};
  return {journey.tenant(), journey.tickets(ticket).source(),
          journey.tickets(ticket).ticket().ref()};
}

}  // namespace

absl::StatusOr<absl::Time> DueDecider::Decide(const PersonName& name, absl::Time hint) {
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const Outcome outcome, DecideUnlessLetters(name, hint));
    if (outcome.letters.empty()) return outcome.next;
    WAYPOST_RETURN_IF_ERROR(Deliver(name, outcome.letters));
  }
}

absl::StatusOr<DueDecider::Outcome> DueDecider::DecideUnlessLetters(const PersonName& name,
                                                                    absl::Time hint) {
  const absl::ReaderMutexLock barrier(&set_->barrier);
  if (!set_->usable) return absl::UnavailableError("the store cannot be read");
  const WorkingSet::ShardLock lock(set_, name);
  WAYPOST_ASSIGN_OR_RETURN(Person * person, set_->Load(name));
  Outcome outcome;
  outcome.letters = journey::LettersDue(person->record, std::min(hint, clock_->Now()));
  if (!outcome.letters.empty()) return outcome;
  WAYPOST_ASSIGN_OR_RETURN(outcome.next, DecideAll(hint, person));
  set_->Trim(name);
  return outcome;
}

// Letters go to other persons, whose shards the recorder takes: no lock is held meanwhile.
absl::Status DueDecider::Deliver(const PersonName& name,
                                 const std::vector<internal::v1::Letter>& letters) {
  const std::vector<absl::StatusOr<journey::LetterOutcome>> deliveries = carrier_.Deliver(letters);
  const absl::ReaderMutexLock barrier(&set_->barrier);
  if (!set_->usable) return absl::UnavailableError("the store cannot be read");
  const WorkingSet::ShardLock lock(set_, name);
  WAYPOST_ASSIGN_OR_RETURN(Person * person, set_->Load(name));
  absl::Status status;
  for (size_t number = 0; number < letters.size(); ++number) {
    if (deliveries[number].ok()) {
      WAYPOST_RETURN_IF_ERROR(Settle(letters[number], *deliveries[number], person));
    } else {
      status = deliveries[number].status();
    }
  }
  return status;
}

absl::Status DueDecider::Settle(const internal::v1::Letter& letter, journey::LetterOutcome outcome,
                                Person* person) {
  WAYPOST_ASSIGN_OR_RETURN(const uint64_t position,
                           queue_->Reserve(kDecisionBytes, CommitQueue::Cause::kTime));
  Hand(journey::SettleLetter(letter, outcome, clock_->Now(), position, &person->record), position,
       person);
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> DueDecider::DecideAll(absl::Time hint, Person* person) {
  const std::shared_ptr<const rules::RuleSet> rules = rules_();
  const absl::Time now = clock_->Now();
  const absl::Time until = std::min(hint, now);
  for (;;) {
    const journey::Due due = journey::FindDue(*rules, person->record);
    const absl::Time work = std::min(due.at, journey::NextLetter(person->record));
    set_->SetDue(person, work);
    if (due.at > until) return work;
    person->held_since = absl::InfiniteFuture();
    WAYPOST_RETURN_IF_ERROR(DecideNext(*rules, due, now, person));
  }
}

absl::Status DueDecider::DecideNext(const rules::RuleSet& rules, const journey::Due& due,
                                    absl::Time now, Person* person) {
  WAYPOST_ASSIGN_OR_RETURN(const uint64_t position,
                           queue_->Reserve(kDecisionBytes, CommitQueue::Cause::kTime));
  internal::v1::Decision decision =
      journey::EvaluateDue(rules, due, now, position, &person->record, outlook_)
          .value_or(internal::v1::Decision());
  const TicketName ticket = TicketOf(decision, *person);
  NameActions(ticket.source, ticket.ref, &decision);
  Hand(std::move(decision), position, person);
  return absl::OkStatus();
}

void DueDecider::Hand(internal::v1::Decision decision, uint64_t position, Person* person) {
  store::LogRecord record;
  record.position = position;
  record.tenant = person->record.person.tenant();
  record.person_id = person->record.person.person_id();
  record.occurred_at = absl::FromUnixMicros(decision.decided_at());
  record.decision = decision.SerializeAsString();
  person->position = position;
  person->NoteJourney(decision.placement().journey_id());
  set_->NoteChange(person, record.decision.size());
  queue_->Fill(std::move(record), "", nullptr, TakeNews(&decision));
  const int64_t generation = queue_->generation();
  const absl::MutexLock lock(&mutex_);
  last_generation_ = generation;
  last_position_ = position;
}

uint64_t DueDecider::LastPosition(int64_t generation) const {
  const absl::MutexLock lock(&mutex_);
  return last_generation_ == generation ? last_position_ : 0;
}

}  // namespace waypost::pipeline
