// SPDX-License-Identifier: Apache-2.0
// What may keep a survey that a rule wants from being sent.
#pragma once

#include "sidecar/journey/gates.h"
#include "sidecar/journey/situation.h"
#include "sidecar/journey/survey_case.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::journey {

// The gates in this order, up to the first that is closed. Those marked * only when the person
// would be asked now: until then the answer may change. Never empty. Of a survey of somebody other
// than the requester, those marked t, about the ticket, are looked at with the requester, when the
// case is handed over (HandOverGate); those marked p, about the person, in the recipient's record.
//
//   SAME_CLOSURE            tp  the rule has sent or scheduled the survey about this closure
//   before,
//                               on another event; tells of no decision, that one stands
//   LATE_EVENT              t   see gates.h
//   MERGED                  t   the ticket was merged into another
//   CHILD_OF_PARENT         t   the ticket has a parent that is known, such as a major incident,
//                               which is asked about
//   NO_TICKET               t   there is no ticket to ask about
//   NOT_CLOSED              t   the ticket is open; only where others than the requester are asked
//   NO_RECIPIENT            t   `recipient` names nobody or cannot be evaluated; likewise
//   REQUESTER_IS_AGENT      t   the requester is the assignee or the agent who acted, or whoever is
//                               to be asked is the assignee
//   SELF_LOGGED             t   the requester logged the ticket as an agent
//   AUTO_CLOSED             t   the tool closed the ticket and no person had resolved it
//   NOT_SERVED              t   the ticket was canceled (spam, withdrawn) or deleted
//   SERVICE_ACCOUNT         tp  the person has the tag "service-account"
//   EXCLUDED                t   `surveys.exclude` of the rules holds, or cannot be evaluated
//   OPTED_OUT               p   `surveys.opted_out` holds or cannot be evaluated; without it: the
//                               tag "no-surveys"
//   REOPENED                tp  the ticket was closed and is open now
//   NEW_WORD_FROM_CUSTOMER  t*  the requester wrote or called after the closure; a comment that
//   does
//                               nothing but thank (thanks.h) is no word
//   OTHER_TICKET_OPEN       t*  another ticket of the journey is open
//   TOO_LATE                tp  the survey was planned for a time longer ago than an answer would
//                               count
//   ALREADY_SURVEYED        p   one survey a journey and person asked, and one more after a
//                               reopening when nobody answered the first
//   COOLDOWN                p   the person was asked anything too recently, by any rule
//   OPEN_INVITATION         p*  the person has an invitation that still can be answered
//   SAMPLED_OUT             p   the case is not in the sample: a keyed hash of tenant, journey and
//                               closure
//   ATTENTION_BUDGET        p*  see attention.h
[[nodiscard]] Gates SurveyGates(const SurveyCase& asked, const Situation& situation,
                                const v1::Enrichment& decided);

// DELAY: open; tells when the survey is looked at again. For explanations.
[[nodiscard]] Gate DelayGate(const SurveyCase& asked);

// HANDED_OVER: open; tells who is asked in place of the requester.
[[nodiscard]] Gate HandOverGate(const SurveyCase& asked);

// What keeps a reminder of an invitation from being sent: SUPERSEDED (the ticket came back),
// OPTED_OUT and ATTENTION_BUDGET, up to the first that is closed. Never empty.
[[nodiscard]] Gates ReminderGates(const v1::SurveyDecision& survey, const SurveyCase& asked,
                                  const Situation& situation);

}  // namespace waypost::journey
