// SPDX-License-Identifier: Apache-2.0
// What keeps an alert from its owner, for good or for now.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "sidecar/journey/gates.h"
#include "sidecar/journey/situation.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/journey.pb.h"

namespace waypost::journey {

inline constexpr std::string_view kAlertAlreadyOpen = "ALERT_ALREADY_OPEN";
inline constexpr std::string_view kHold = "HOLD";
inline constexpr std::string_view kInhibited = "INHIBITED";
inline constexpr std::string_view kSilenced = "SILENCED";
inline constexpr std::string_view kMaintenance = "MAINTENANCE";

// In the gates: `rule` has an alert, `decision` holds what was decided so far.

// What kind of alert it raises.
[[nodiscard]] const std::string& KindOf(const rules::Rule& rule);

// Whether its cause is there can be told at any time, for it has a hold or `until`: time repeats
// such an alert, and it can wait. Any other tells of something that happened.
[[nodiscard]] bool IsLasting(const rules::Rule& rule);

// It was raised on an answer to a survey: a task of recovery, see alerts.h. Its id tells.
[[nodiscard]] bool IsRecovery(const v1::ExperienceAlert& alert);

// Whom the alert is addressed to: the owner that the rule names; of an answer to a survey, whom it
// asked about; otherwise who answers for where the user stands. nullptr when nobody does.
[[nodiscard]] const rules::Owner* OwnerOf(const rules::Rule& rule, const Situation& situation,
                                          const internal::v1::Decision& decision);

// The alert of that kind which is open in the journey and not resolved by `decision`; nullptr when
// there is none.
[[nodiscard]] const v1::OpenAlert* OpenAlertOf(const std::string& kind, const Situation& situation,
                                               const internal::v1::Decision& decision);

// The gates of an alert that a rule wants, in this order, up to the first that is closed:
//   LATE_EVENT          an event older than the newest one known of a journey that has ended;
//                       open for answers to surveys
//   ALERT_ALREADY_OPEN  an alert of its kind that is no less severe is open, waits, or is raised by
//                       the same decision; one that is not lasting may be told again once `repeat`
//                       is over; a task of recovery is told once
//   HOLD                waits until the condition has held for `for`, counted from the event
//   and the gates of a repetition.
// What waits has a finite `until`. `waited` is the alert itself when it has waited and is due now,
// otherwise nullptr; the hold is over then.
[[nodiscard]] Gates AlertGates(const rules::Rule& rule, const internal::v1::PendingAction* waited,
                               const Situation& situation, const internal::v1::Decision& decision);

// The gates of an open alert that is to be told again:
//   INHIBITED              it warns of silence (after_silence, a promise that is due or broken)
//                          about a ticket whose parent is known by its ref and not known to have
//                          ended: who works on the parent knows
//   SILENCED, MAINTENANCE  a silence of the rules file mutes it now: a lasting one waits for its
//   end TICKET_CAP             alerts_per_ticket_per_day: waits; not for critical ones, nor in
//   shadow
//                          mode
[[nodiscard]] Gates RepetitionGates(const rules::Rule& rule, const Situation& situation,
                                    const internal::v1::Decision& decision);

}  // namespace waypost::journey
