// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/survey_requests.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "sidecar/journey/feedback.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/placement.h"
#include "sidecar/journey/possession.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::JourneyState;

v1::SurveyRequest* Write(std::string event_id, const std::string& to, const std::string& source,
                         const Situation& situation, Decision* decision) {
  const int64_t now = absl::ToUnixMicros(situation.now());
  internal::v1::Letter* letter = decision->add_letters();
  letter->set_written_at(now);
  letter->set_not_before(now);
  v1::TicketEvent* event = letter->mutable_event();
  event->set_event_id(std::move(event_id));
  event->set_tenant(situation.journey().tenant());
  event->set_source(source);
  SetTime(now, event->mutable_occurred_at());
  event->set_type(v1::EVENT_TYPE_SURVEY_REQUESTED);
  event->mutable_actor()->set_id(to);
  event->mutable_actor()->set_role(v1::ACTOR_ROLE_WAYPOST);
  v1::SurveyRequest* request = event->mutable_survey_request();
  request->set_requester_id(situation.person_id());
  request->set_journey_id(situation.journey().id());
  return request;
}

void Withdraw(const v1::SurveyDecision& handed_over, const Situation& situation,
              Decision* decision) {
  v1::SurveyDecision* survey = decision->mutable_enrichment()->add_surveys();
  *survey = handed_over;
  survey->set_reason_code(std::string(kReopened));
  survey->set_reason("The ticket was closed and is open again: who has not been asked is not.");
  SetTime(absl::ToUnixMicros(situation.now()), survey->mutable_decided_at());
  v1::SurveyRequest* request = Write(absl::StrCat(survey->id(), "/withdrawn"), survey->person_id(),
                                     survey->source(), situation, decision);
  request->set_rule_id(survey->rule_id());
  request->set_ticket_ref(survey->ticket_ref());
  request->set_closure(survey->closure());
  request->set_touchpoint_id(survey->touchpoint_id());
  request->set_owner_id(survey->owner_id());
  request->set_withdrawn(true);
}

bool IsOpenAgain(const v1::SurveyDecision& survey, const JourneyState& journey) {
  const int ticket = FindTicketIn(journey, survey.ticket_ref(), survey.source());
  return ticket >= 0 && IsOpen(journey.progress().tickets(ticket));
}

}  // namespace

bool IsOfRequests(const JourneyState& journey) {
  return journey.tickets().empty() && journey.facts().signals() == 0 && journey.entry_count() > 0;
}

std::string RequestJourneyId(std::string_view tenant, std::string_view person_id,
                             std::string_view asked_id) {
  return JourneyId(tenant, person_id, absl::StrCat("asked about ", std::string(asked_id)));
}

std::string JourneyOfRequest(const v1::TicketEvent& event, const PersonRecord& record) {
  const std::string_view survey = SurveyIdOfRequest(event);
  for (const JourneyState& journey : record.journeys) {
    if (IsOfRequests(journey) && FindSurvey(survey, journey) != nullptr) return journey.id();
  }
  return RequestJourneyId(record.person.tenant(), record.person.person_id(),
                          event.survey_request().journey_id());
}

const rules::Rule* RuleOfRequest(const rules::RuleSet& rules, const v1::SurveyRequest& request) {
  const rules::Rule* rule = rules.FindRule(request.rule_id());
  const bool asks =
      rule != nullptr && rule->survey.has_value() && rule->survey->role != v1::CONSUMER_ROLE_USER;
  return asks ? rule : nullptr;
}

std::string_view SurveyIdOfRequest(const v1::TicketEvent& event) {
  if (event.has_feedback()) return event.feedback().survey_id();
  const std::string_view id = event.event_id();
  return id.substr(0, id.find('/'));
}

void RequestSurvey(const SurveyCase& asked, const Situation& situation, Decision* decision) {
  v1::SurveyRequest* request = Write(asked.id, asked.recipient, asked.source, situation, decision);
  request->set_rule_id(asked.rule->id);
  request->set_ticket_ref(asked.ticket_ref);
  request->set_closure(asked.closure);
  SetTime(asked.closed_at, request->mutable_closed_at());
  request->set_touchpoint_id(asked.touchpoint_id);
  request->set_owner_id(asked.owner_id);
}

void WithdrawRequests(const Situation& situation, Decision* decision) {
  for (const v1::SurveyDecision& survey : situation.journey().surveys()) {
    if (survey.reason_code() == kHandedOver && IsOpenAgain(survey, situation.journey())) {
      Withdraw(survey, situation, decision);
    }
  }
}

std::optional<v1::TicketEvent> AnswerOfOther(const v1::TicketEvent& event,
                                             const PersonRecord& record) {
  const TicketPlace place = FindTicket(event.source(), event.ticket().ref(), record);
  if (!event.has_feedback() || place.ticket < 0) return std::nullopt;
  const JourneyState& journey = record.journeys[place.journey];
  const v1::SurveyDecision* survey = AnsweredSurvey(event, journey);
  if (survey == nullptr || survey->role() == v1::CONSUMER_ROLE_USER ||
      survey->person_id().empty()) {
    return std::nullopt;
  }
  v1::TicketEvent answer = event;
  answer.clear_ticket();
  answer.mutable_actor()->set_id(survey->person_id());
  answer.mutable_actor()->set_role(v1::ACTOR_ROLE_CUSTOMER);
  v1::SurveyRequest* request = answer.mutable_survey_request();
  request->set_rule_id(survey->rule_id());
  request->set_ticket_ref(survey->ticket_ref());
  request->set_requester_id(record.person.person_id());
  request->set_journey_id(journey.id());
  return answer;
}

}  // namespace waypost::journey
