// SPDX-License-Identifier: Apache-2.0
// The life of an experience alert: held back, raised, told again, resolved.
//
// An alert that is open is resolved when its cause is gone: when `until` holds on an event of its
// ticket; without `until`, for a rule with a hold, when the rule's condition does not hold any
// more; and in any case when the journey ends. One that an answer to a survey raised is a task of
// recovery, which comes when all is closed: it outlasts the journey until `until` holds, or without
// `until` an agent writes to the person, or the answer is changed so that the condition does not
// hold. So `until` may be laxer or stricter than the
// negation of the condition (hysteresis). An alert without ticket is asked on every event of the
// journey.
#pragma once

#include <string>

#include "sidecar/journey/gates.h"
#include "sidecar/journey/situation.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/journey.pb.h"

namespace waypost::journey {

// Notes in the decision on an event, before any rule acts, which open alerts it resolves and which
// waiting ones it makes pointless.
void SettleAlerts(Situation* situation, internal::v1::Decision* decision);

// Adds the alert of a rule whose gates are open, with its rendered text. It repeats the open alert
// of its kind, or takes its place and that of alerts of its kind that wait or that the same
// decision raised, all of which are less severe. `id` is its own.
void RaiseAlert(const rules::Rule& rule, std::string id, std::string text,
                const Situation& situation, internal::v1::Decision* decision);

// Tells of an alert that a closed gate keeps back, and lets it wait where the gate opens again
// before the journey ends. Nothing is told of one that is open already or of the past. `derived` is
// what the rule fired on.
void KeepBackAlert(const rules::Rule& rule, std::string id, const v1::DerivedEvent& derived,
                   const Gate& gate, const Situation& situation, internal::v1::Decision* decision);

// Decides on an alert that waited and is due now: its cause and its gates are asked again, and its
// text is rendered now. It keeps its id.
void OfferAlertAgain(const internal::v1::PendingAction& waited, Situation* situation,
                     internal::v1::Decision* decision);

// Decides on an open alert that is due to be told again.
void RepeatAlert(const v1::OpenAlert& open, Situation* situation, internal::v1::Decision* decision);

// Writes what was decided on alerts into the journey: those raised and told at `sent_at` because of
// something that happened at `at` to the ticket of that number (-1: to none), those resolved, and
// when they are told again.
void ApplyAlerts(const internal::v1::Decision& decision, int64_t at, int64_t sent_at, int ticket,
                 internal::v1::JourneyState* journey);

// Closes the open alerts if the journey has ended, save tasks of recovery.
void CloseAlertsOfEnded(internal::v1::JourneyState* journey);

}  // namespace waypost::journey
