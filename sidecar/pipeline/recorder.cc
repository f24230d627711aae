// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/recorder.h"

#include <algorithm>
#include <memory>

#include "sidecar/base/proto_time.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/evaluate.h"
#include "sidecar/journey/feedback.h"
#include "sidecar/journey/fold.h"
#include "sidecar/journey/letters.h"
#include "sidecar/journey/survey_requests.h"
#include "sidecar/pipeline/answer.h"
#include "sidecar/pipeline/errors.h"
#include "sidecar/pipeline/event_key.h"
#include "sidecar/pipeline/move.h"
#include "sidecar/pipeline/outgoing.h"

namespace waypost::pipeline {
namespace {

// A backlog keeps time from deciding at most so many graces long.
constexpr int kLongestHold = 5;

absl::Status RefusedError(const journey::RefusedFeedback& refused) {
  switch (refused.refusal) {
    case journey::FeedbackRefusal::kSurveyUnknown:
      return MakeError(Reason::kSurveyUnknown, refused.message);
    case journey::FeedbackRefusal::kRatingOutOfRange:
      return MakeError(Reason::kRatingOutOfRange, refused.message);
    case journey::FeedbackRefusal::kSurveyExpired:
      return MakeError(Reason::kSurveyExpired, refused.message);
    case journey::FeedbackRefusal::kAlreadyAnswered:
      return MakeError(Reason::kAlreadyAnswered, refused.message);
    case journey::FeedbackRefusal::kBeforeSurvey:
      return MakeBadRequest(Reason::kRequestInvalid, {{"answered_at", refused.message}});
  }
  return MakeError(Reason::kInternal, refused.message);
}

// Why an event of a ticket that nobody knows is not recorded.
absl::Status NoRequester(const v1::TicketEvent& event) {
  if (const auto refused = journey::RefuseFeedback(event, {}, FromProto(event.occurred_at())))
    return RefusedError(*refused);
  return MakeBadRequest(
      Reason::kEventInvalid,
      {{"event.ticket.requester.id", "is required in the first event of a ticket: who waits?"}});
}

std::string_view ConcernedPerson(const v1::TicketEvent& event) {
  return event.has_ticket() ? event.ticket().requester().id() : event.actor().id();
}

}  // namespace

struct Recorder::Call {
  const v1::TicketEvent& event;
  std::string key;  // of the event
  std::string serialized;
  Delivery delivery;
  RecordCallback done;
  // The requester or, for a lone signal, the person concerned; empty when the event tells none.
  std::string_view told_person;
  TicketName ticket;
  std::optional<TicketHome> home = std::nullopt;  // once the owner's shard is held
  bool claimed = false;                           // the ticket is new and this call holds its claim
  std::string duplicate = "";                     // the answer, when the event was recorded before
};

void Recorder::Record(const v1::TicketEvent& event, std::string serialized, Delivery delivery,
                      RecordCallback done) {
  const absl::StatusOr<std::optional<v1::TicketEvent>> answer = FindAnswerOfOther(event);
  if (!answer.ok()) return done(StoreError(answer.status()));
  if (answer->has_value()) serialized = (*answer)->SerializeAsString();
  const v1::TicketEvent& settled = answer->has_value() ? **answer : event;
  Call call{settled,
            EventKey(settled),
            std::move(serialized),
            delivery,
            std::move(done),
            ConcernedPerson(settled),
            {event.tenant(), event.source(), event.ticket().ref()}};
  const absl::Status status = Settle(&call);
  if (call.claimed) set_->tickets().Unclaim(call.ticket);
  if (!status.ok()) return call.done(StoreError(status));
  if (!call.duplicate.empty()) call.done(std::string_view(call.duplicate));
}

// An answer may be of somebody other than the requester; then it is recorded with them.
absl::StatusOr<std::optional<v1::TicketEvent>> Recorder::FindAnswerOfOther(
    const v1::TicketEvent& event) {
  std::optional<v1::TicketEvent> answer;
  if (!event.has_feedback()) return answer;
  const absl::ReaderMutexLock barrier(&set_->barrier);
  if (!set_->usable) return absl::UnavailableError("the store cannot be read");
  WAYPOST_ASSIGN_OR_RETURN(
      const std::optional<TicketHome> home,
      set_->tickets().Find({event.tenant(), event.source(), event.ticket().ref()}));
  if (!home.has_value()) return answer;
  const PersonName name(event.tenant(), home->person_id);
  const WorkingSet::ShardLock lock(set_, name);
  WAYPOST_ASSIGN_OR_RETURN(Person * holder, set_->Load(name));
  WAYPOST_RETURN_IF_ERROR(set_->BringBack(home->journey_id, holder).status());
  answer = journey::AnswerOfOther(event, holder->record);
  set_->Trim(name);
  return answer;
}

absl::Status Recorder::Settle(Call* call) {
  const absl::ReaderMutexLock barrier(&set_->barrier);
  if (!set_->usable) return absl::UnavailableError("the store cannot be read");
  std::string owner(call->told_person);
  if (owner.empty()) {
    WAYPOST_ASSIGN_OR_RETURN(call->home, set_->tickets().Find(call->ticket));
    if (!call->home.has_value()) return NoRequester(call->event);
    owner = call->home->person_id;
  }
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(NextOwner next, SettleAt(owner, call));
    if (!next.has_value()) return absl::OkStatus();
    owner = *std::move(next);
  }
}

absl::StatusOr<Recorder::NextOwner> Recorder::SettleAt(std::string_view owner, Call* call) {
  const std::string_view told = call->told_person.empty() ? owner : call->told_person;
  const PersonName owner_name(call->ticket.tenant, owner);
  const PersonName told_name(call->ticket.tenant, told);
  const WorkingSet::ShardLock lock(set_, owner_name, told_name);
  if (call->event.has_ticket()) {
    WAYPOST_ASSIGN_OR_RETURN(call->home, set_->tickets().Find(call->ticket));
    if (call->home.has_value() && call->home->person_id != owner) {
      return NextOwner(call->home->person_id);
    }
    if (!call->home.has_value()) {
      if (call->told_person.empty()) return NoRequester(call->event);
      if (owner != call->told_person) return NextOwner(std::string(call->told_person));
      if (!set_->tickets().Claim(call->ticket, owner)) return NextOwner(std::string(owner));
      call->claimed = true;
    }
  }
  WAYPOST_RETURN_IF_ERROR(SettleFor(owner, call));
  set_->Trim(owner_name);
  set_->Trim(told_name);
  return NextOwner();
}

absl::Status Recorder::SettleFor(std::string_view owner, Call* call) {
  const std::string_view tenant = call->ticket.tenant;
  WAYPOST_ASSIGN_OR_RETURN(Person * person, set_->Load({tenant, owner}));
  WAYPOST_RETURN_IF_ERROR(BringBackRequests(person, *call));
  WAYPOST_ASSIGN_OR_RETURN(bool answered, AnswerDuplicate(*person, call));
  if (answered) return absl::OkStatus();
  if (call->home.has_value()) WAYPOST_RETURN_IF_ERROR(FindJourney(person, call));
  const bool known = call->home.has_value();
  if (call->told_person.empty() || call->told_person == owner ||
      (known && !TellsNewRequester(call->event, person->record))) {
    return Evaluate(person, nullptr, call);
  }
  WAYPOST_ASSIGN_OR_RETURN(Person * requester, set_->Load({tenant, call->told_person}));
  WAYPOST_ASSIGN_OR_RETURN(answered, AnswerDuplicate(*requester, call));
  if (answered) return absl::OkStatus();
  return Evaluate(requester, known ? person : nullptr, call);
}

// The journey of a known ticket may have left the person's memory, or have been pruned: then the
// ticket begins anew with whom the event tells.
absl::Status Recorder::FindJourney(Person* holder, Call* call) {
  WAYPOST_ASSIGN_OR_RETURN(const bool there, set_->BringBack(call->home->journey_id, holder));
  if (there) return absl::OkStatus();
  if (call->told_person.empty()) return NoRequester(call->event);
  call->home.reset();
  return absl::OkStatus();
}

// What the person was asked about somebody else's ticket may have left their memory.
absl::Status Recorder::BringBackRequests(Person* person, const Call& call) {
  if (!call.event.has_survey_request()) return absl::OkStatus();
  return set_->BringBack(journey::JourneyOfRequest(call.event, person->record), person).status();
}

absl::StatusOr<bool> Recorder::AnswerDuplicate(const Person& person, Call* call) {
  // A person who took over a ticket remembers events of both persons, so all are looked at.
  bool reused = false;
  for (const uint64_t position : journey::PositionsOfEvent(call->event.event_id(), person.record)) {
    switch (queue_->Join(position, call->key, &call->done)) {
      case CommitQueue::Joined::kYes:
        return true;
      case CommitQueue::Joined::kReusedId:
        reused = true;
        continue;
      case CommitQueue::Joined::kOtherEvent:
        continue;
      case CommitQueue::Joined::kNotWaiting:
        break;
    }
    const absl::StatusOr<store::LogRecord> record = store_->ReadRecord(position);
    if (absl::IsNotFound(record.status())) continue;  // pruned
    WAYPOST_RETURN_IF_ERROR(record.status());
    v1::TicketEvent recorded;
    if (!recorded.ParseFromString(record->event)) {
      return absl::DataLossError("a logged event is damaged");
    }
    const Repeat repeat = CompareKeys(EventKey(recorded), call->key);
    reused = reused || repeat == Repeat::kReused;
    if (repeat != Repeat::kSame) continue;
    WAYPOST_ASSIGN_OR_RETURN(const std::string_view response, ResponseIn(record->decision));
    call->duplicate = DuplicateOf(response);
    return true;
  }
  if (reused) return EventIdReused();
  return false;
}

absl::Status Recorder::Evaluate(Person* person, Person* former, Call* call) {
  // Before anything is written: a flood of refused answers costs no disk.
  if (const auto refused = journey::RefuseFeedback(call->event, person->record, clock_->Now())) {
    return RefusedError(*refused);
  }
  WAYPOST_ASSIGN_OR_RETURN(const uint64_t position, queue_->Reserve(call->serialized.size()));
  const absl::Status status = EvaluateAt(position, person, former, call);
  if (status.ok()) return status;
  // The position must not stay a hole: a record without event takes its place.
  store::LogRecord record;
  record.position = position;
  record.tenant = std::string(call->ticket.tenant);
  record.person_id = person->record.person.person_id();
  record.occurred_at = FromProto(call->event.occurred_at());
  queue_->Fill(std::move(record), "", nullptr);
  return status;
}

absl::Status Recorder::EvaluateAt(uint64_t position, Person* person, Person* former, Call* call) {
  const std::shared_ptr<const rules::RuleSet> rules = rules_();
  if (former != nullptr) {
    WAYPOST_RETURN_IF_ERROR(Move(call->ticket, position, former, person, set_));
    FindDue(*rules, former);
    FindDue(*rules, person);
  }
  WAYPOST_ASSIGN_OR_RETURN(
      journey::Evaluation evaluation,
      journey::Evaluate(*rules, call->event, position, clock_->Now(), &person->record, outlook_));
  NameActions(call->ticket.source, call->ticket.ref, &evaluation.decision);
  NoteEvaluated(evaluation.decision, position, person, call);
  FindDue(*rules, person);

  store::LogRecord record;
  record.position = position;
  record.tenant = std::string(call->ticket.tenant);
  record.person_id = person->record.person.person_id();
  record.occurred_at = FromProto(call->event.occurred_at());
  record.event = std::move(call->serialized);
  record.decision = evaluation.decision.SerializeAsString();
  if (evaluation.decision.enrichment().unmapped()) {
    const auto& events = evaluation.folded.events;
    record.unmapped_key = UnmappedKey(
        call->event, events.empty() ? v1::EVENT_TYPE_UNSPECIFIED : events.front().type());
  }
  std::unique_ptr<OutboxNews> news = TakeNews(&evaluation.decision);
  if (news != nullptr) news->lease_actions = call->delivery == Delivery::kCaller;
  std::optional<internal::v1::ExpectationObservation> observation;
  if (evaluation.decision.has_observation()) observation = evaluation.decision.observation();
  queue_->Fill(std::move(record), std::move(call->key), std::move(call->done), std::move(news),
               std::move(observation));
  return absl::OkStatus();
}

void Recorder::FindDue(const rules::RuleSet& rules, Person* person) {
  const absl::Time due = journey::NextWork(rules, person->record);
  const absl::Time now = clock_->Now();
  if (due > now) {
    person->held_since = absl::InfiniteFuture();
    set_->SetDue(person, due);
    return;
  }
  person->held_since = std::min(person->held_since, now);
  const absl::Time longest = person->held_since + kLongestHold * backlog_grace_;
  set_->SetDue(person, std::min(now + backlog_grace_, std::max(now, longest)));
}

void Recorder::NoteEvaluated(const internal::v1::Decision& decision, uint64_t position,
                             Person* person, Call* call) {
  const std::string& journey_id = decision.placement().journey_id();
  person->position = position;
  person->NoteJourney(journey_id);
  const bool at_home = call->home.has_value() && call->home->journey_id == journey_id &&
                       call->home->person_id == person->record.person.person_id();
  if (call->event.has_ticket() && !at_home) {
    PutTicket(call->ticket, journey_id, person, set_);
    call->claimed = false;
  }
  set_->NoteChange(person, call->serialized.size());
}

}  // namespace waypost::pipeline
