// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/situation.h"

#include "sidecar/journey/feedback.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/names.h"
#include "sidecar/journey/scores.h"
#include "sidecar/journey/survey_requests.h"

namespace waypost::journey {
namespace {

// How long a journey counts as recent: the usual bound of a repeat contact.
constexpr absl::Duration kRecent = absl::Hours(7 * 24);

// Of somebody else's ticket no more is known than its ref.
std::optional<v1::Ticket> AskedAbout(const v1::TicketEvent& event) {
  if (!event.has_survey_request()) return std::nullopt;
  v1::Ticket ticket;
  ticket.set_ref(event.survey_request().ticket_ref());
  return ticket;
}

const v1::Ticket& TicketOf(const internal::v1::JourneyState& journey, const Folded& folded,
                           const std::optional<v1::Ticket>& asked_about) {
  if (asked_about.has_value()) return *asked_about;
  return folded.ticket < 0 ? v1::Ticket::default_instance()
                           : journey.tickets(folded.ticket).ticket();
}

const v1::Person* LastRequester(const internal::v1::JourneyState& journey) {
  return journey.tickets().empty() ? nullptr : &journey.tickets().rbegin()->ticket().requester();
}

// Who is asked about somebody else's ticket is known by tickets of their own.
const v1::Person& RequesterOf(const PersonRecord& record, const Folded& folded) {
  const internal::v1::JourneyState& journey = record.journeys[folded.journey];
  if (folded.ticket >= 0) {
    return journey.tickets(folded.ticket).ticket().requester();
  }
  const v1::Person* person = LastRequester(journey);
  if (IsOfRequests(journey)) {
    for (size_t j = record.journeys.size(); j-- > 0 && person == nullptr;) {
      person = LastRequester(record.journeys[j]);
    }
  }
  return person == nullptr ? v1::Person::default_instance() : *person;
}

rules::PersonFacts FactsOfPerson(const PersonRecord& record, size_t current, absl::Time now) {
  rules::PersonFacts facts;
  for (size_t i = 0; i < record.journeys.size(); ++i) {
    const internal::v1::JourneyState& journey = record.journeys[i];
    if (IsOfRequests(journey)) {
      continue;
    }
    ++facts.journeys;
    if (i == current) {
      continue;
    }
    facts.open_journeys += IsOpen(journey) ? 1 : 0;
    const absl::Time started_at = StartedAt(journey);
    facts.recent_journeys += started_at <= now && now - started_at <= kRecent ? 1 : 0;
  }
  return facts;
}

std::string_view NameIn(const internal::v1::JourneyState& journey, uint32_t number) {
  return NameOf(number, journey.names());
}

}  // namespace

Situation::Situation(const rules::RuleSet& rules, const v1::TicketEvent& event,
                     const PersonRecord& record, const Folded& folded, absl::Time now,
                     const Outlook* outlook)
    : rules_(rules),
      event_(event),
      record_(record),
      folded_(folded),
      journey_(record.journeys[folded.journey]),
      person_(record.person),
      now_(now),
      asked_about_(AskedAbout(event)),
      ticket_(TicketOf(journey_, folded, asked_about_)),
      requester_(RequesterOf(record, folded)),
      actor_role_(rules::ResolveActorRole(event, person_id())),
      answered_(AnsweredSurvey(event, journey_)),
      outlook_(outlook, journey_, folded.ticket, rules, now),
      subject_(MakeSubject()) {
  if (folded_.then.has_value()) {
    subject_.journey = &folded_.then->facts;
    MoveTo(folded_.then->stage, folded_.then->touchpoint);
  } else {
    MoveToUser();
  }
  bindings_.emplace(subject_);
}

void Situation::LookAtNewest() {
  if (!folded_.then.has_value()) {
    return;
  }
  subject_.journey = &journey_.facts();
  MoveToUser();
  bindings_.emplace(subject_);
}

void Situation::MoveToUser() {
  const internal::v1::RoleState* user = FindRole(journey_, v1::CONSUMER_ROLE_USER);
  if (user == nullptr) {
    MoveTo("", "");
  } else {
    MoveTo(NameIn(journey_, user->stage()), NameIn(journey_, user->touchpoint()));
  }
}

rules::Subject Situation::MakeSubject() const {
  rules::Subject subject;
  subject.event = &event_;
  subject.ticket = &ticket_;
  subject.journey = &journey_.facts();
  subject.stage = &stage_;
  subject.touchpoint = &touchpoint_;
  subject.requester = &requester_;
  subject.person = FactsOfPerson(record_, folded_.journey, now_);
  subject.started_at = StartedAt(journey_);
  subject.late = folded_.late;
  if (answered_ != nullptr) {
    subject.answered = answered_->kind();
    subject.sentiment = SentimentName(SentimentOf(answered_->kind(), event_.feedback().rating()));
  }
  subject.expectation = &outlook_;
  subject.now = now_;
  subject.calendar = &rules_.DefaultCalendar();
  return subject;
}

const std::string& Situation::person_id() const {
  return requester_.id().empty() ? journey_.person_id() : requester_.id();
}

absl::Time Situation::occurred_at() const {
  return absl::FromUnixMicros(MicrosOf(event_.occurred_at()));
}

const rules::Provider* Situation::provider() const {
  const std::string& group = journey_.facts().holder();
  return group.empty() ? nullptr : rules_.ProviderOfGroup(group);
}

void Situation::TellExpectation(v1::Enrichment* decided) const {
  if (outlook_.answer() != nullptr) *decided->add_expectations() = *outlook_.answer();
}

void Situation::MoveTo(std::string_view stage, std::string_view touchpoint) {
  stage_ = stage;
  touchpoint_ = touchpoint;
}

}  // namespace waypost::journey
