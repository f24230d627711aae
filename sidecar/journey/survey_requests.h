// SPDX-License-Identifier: Apache-2.0
// Surveys of somebody other than the requester: a customer or sponsor answers for many persons, and
// is asked no more often for that. Whether a closure is worth asking about is decided with the
// requester; then a letter (letters.h) hands the case over to the person to ask. All that counts
// per person is decided in their record, in a journey that holds nothing but the surveys about one
// journey of the requester. An answer is recorded there, too.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sidecar/journey/person_record.h"
#include "sidecar/journey/situation.h"
#include "sidecar/journey/survey_case.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::journey {

// The reason code of the decision on the requester's side, which has the same id as the survey.
inline constexpr std::string_view kHandedOver = "HANDED_OVER";
// The reason code of a survey that came too late for a ticket that is open again.
inline constexpr std::string_view kReopened = "REOPENED";

// The journey holds surveys about somebody else's tickets and nothing else. It is no matter of the
// person's own: rules do not count it, nothing is stitched to it, and no touchpoint is passed in
// it.
[[nodiscard]] bool IsOfRequests(const internal::v1::JourneyState& journey);

// The id of the journey in which the person is asked about the journey `asked_id` of somebody else.
[[nodiscard]] std::string RequestJourneyId(std::string_view tenant, std::string_view person_id,
                                           std::string_view asked_id);

// The journey of the person that an event with a survey_request belongs to: one that has the
// survey, or else the one of that id, which may not be there yet.
[[nodiscard]] std::string JourneyOfRequest(const v1::TicketEvent& event,
                                           const PersonRecord& record);

// The rule that wants the survey, with one for somebody other than the requester; nullptr: it is
// not there any more.
[[nodiscard]] const rules::Rule* RuleOfRequest(const rules::RuleSet& rules,
                                               const v1::SurveyRequest& request);

// The id of the survey that such an event is about.
[[nodiscard]] std::string_view SurveyIdOfRequest(const v1::TicketEvent& event);

// Writes the letter that hands the case over to its recipient. Its event_id is the survey's id, so
// that it is recorded once.
void RequestSurvey(const SurveyCase& asked, const Situation& situation,
                   internal::v1::Decision* decision);

// Takes back what was handed over about tickets that are open again: REOPENED, and a letter.
void WithdrawRequests(const Situation& situation, internal::v1::Decision* decision);

// The answer as an event of whoever was asked, where the survey that it names was handed over;
// nothing: it is an event of the record's own. `record` has the ticket.
[[nodiscard]] std::optional<v1::TicketEvent> AnswerOfOther(const v1::TicketEvent& event,
                                                           const PersonRecord& record);

}  // namespace waypost::journey
