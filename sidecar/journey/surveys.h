// SPDX-License-Identifier: Apache-2.0
// The life of a survey: wanted by a rule, scheduled, looked at again when it is due, sent, reminded
// of once, and answered or expired. Between two steps it waits as a PendingAction of its id.
#pragma once

#include "sidecar/journey/situation.h"
#include "sidecar/journey/survey_gates.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::journey {

// Adds what becomes of the survey that the rule, which has one, wants on this event: sent,
// scheduled or not sent. One that the same rule scheduled for another closure of the journey is
// replaced (SUPERSEDED). When somebody other than the requester is to be asked, the case is handed
// over to them (HANDED_OVER). What was decided on the same closure before stands, but for a refusal
// whose reason is gone. Returns whether somebody is or will be asked because of this event.
bool DecideSurvey(const rules::Rule& rule, const Situation& situation,
                  internal::v1::Decision* decision);

// What an event of EVENT_TYPE_SURVEY_REQUESTED brings about with the person to ask: sent, scheduled
// or not sent, as above, or taken back.
void DecideRequest(const Situation& situation, internal::v1::Decision* decision);

// Takes back what is scheduled for a ticket that is open again, or was handed over (REOPENED).
void CancelSurveys(const Situation& situation, internal::v1::Decision* decision);

// A survey that waited and whose time has come. Scheduled: all gates are looked at again, under the
// rules now in force, then it is sent or not. Sent: the person is reminded, or the invitation
// expires.
void DecideDueSurvey(const internal::v1::PendingAction& pending, Situation* situation,
                     internal::v1::Decision* decision);

}  // namespace waypost::journey
