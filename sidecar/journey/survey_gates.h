// SPDX-License-Identifier: Apache-2.0
// What may keep a survey that a rule wants from being sent.
#pragma once

#include "sidecar/journey/gates.h"
#include "sidecar/journey/situation.h"
#include "sidecar/journey/survey_case.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::journey {

// The gates in this order, up to the first that is closed. Those marked * only when the person
// would be asked now: until then the answer may change. Never empty.
//
//   SAME_CLOSURE            the rule has sent or scheduled the survey about this closure before, on
//                           another event; tells of no decision, that one stands
//   LATE_EVENT              see gates.h
//   MERGED                  the ticket was merged into another
//   CHILD_OF_PARENT         the ticket has a parent that is known, such as a major incident, which
//                           is asked about
//   NO_TICKET               there is no ticket to ask about
//   REQUESTER_IS_AGENT      the requester is the assignee or the agent who acted
//   SELF_LOGGED             the requester logged the ticket as an agent
//   AUTO_CLOSED             the tool closed the ticket and no person had resolved it
//   NOT_SERVED              the ticket was canceled (spam, withdrawn) or deleted
//   SERVICE_ACCOUNT         the requester has the tag "service-account"
//   EXCLUDED                `surveys.exclude` of the rules holds, or cannot be evaluated
//   OPTED_OUT               `surveys.opted_out` holds or cannot be evaluated; without it: the tag
//                           "no-surveys"
//   REOPENED                the ticket was closed and is open now
//   NEW_WORD_FROM_CUSTOMER  * the person wrote or called after the closure; a comment that does
//                           nothing but thank (thanks.h) is no word
//   OTHER_TICKET_OPEN       * another ticket of the journey is open
//   TOO_LATE                the survey was planned for a time longer ago than an answer would count
//   ALREADY_SURVEYED        one survey a journey and person asked, and one more after a reopening
//                           when nobody answered the first
//   COOLDOWN                the person was asked anything too recently, by any rule
//   OPEN_INVITATION         * the person has an invitation that still can be answered
//   SAMPLED_OUT             the case is not in the sample: a keyed hash of tenant, journey and
//                           closure
//   ATTENTION_BUDGET        * see attention.h
[[nodiscard]] Gates SurveyGates(const SurveyCase& asked, const Situation& situation,
                                const v1::Enrichment& decided);

// DELAY: open; tells when the survey is looked at again. For explanations.
[[nodiscard]] Gate DelayGate(const SurveyCase& asked);

// What keeps a reminder of an invitation from being sent: SUPERSEDED (the ticket came back),
// OPTED_OUT and ATTENTION_BUDGET, up to the first that is closed. Never empty.
[[nodiscard]] Gates ReminderGates(const v1::SurveyDecision& survey, const SurveyCase& asked,
                                  const Situation& situation);

}  // namespace waypost::journey
