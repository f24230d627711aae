// SPDX-License-Identifier: Apache-2.0
// What keeps a status update from the person, for good or for now.
#pragma once

#include <string_view>

#include "absl/time/time.h"
#include "sidecar/journey/attention.h"
#include "sidecar/journey/gates.h"
#include "sidecar/journey/situation.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::journey {

inline constexpr std::string_view kSuperseded = "SUPERSEDED";
inline constexpr std::string_view kToolJustWrote = "TOOL_JUST_WROTE";
inline constexpr std::string_view kFirstEntry = "FIRST_ENTRY";
inline constexpr std::string_view kParentTells = "PARENT_TELLS";
inline constexpr std::string_view kMergeWindow = "MERGE_WINDOW";
inline constexpr std::string_view kTicketCap = "TICKET_CAP";
inline constexpr std::string_view kQuietHours = "QUIET_HOURS";
inline constexpr std::string_view kPersonCap = "PERSON_CAP";

// What happened longer ago than this is no news: it comes from an import, or from the first look at
// a ticket that is not new.
inline constexpr absl::Duration kNewsAge = absl::Hours(24);

// Updates that wait for the morning leave within this long after it, spread by a hash of journey
// and rule.
inline constexpr absl::Duration kMorningSpread = absl::Minutes(5);

// The gates of an update that a rule wants, in this order, up to the first that is closed:
//   LATE_EVENT        see gates.h
//   SUPERSEDED        a rule before it in the file tells about the ticket in the same decision; the
//                     ticket has ended while the update waited or before time brought it; while
//                     it waited the ticket left the status that a `once: status` update told
//                     about, began to wait for the person, or the desk wrote to them (not for
//                     `once: status`); or, for silence, a message about the ticket already waits
//   TOO_LATE          it tells of something that happened more than kNewsAge ago, or it waited and
//                     was due more than kLongestDelay ago
//   TOOL_JUST_WROTE   the desk wrote a public comment in the tool_message_window before
//   FIRST_ENTRY       with `once: status`: the ticket did not enter its status category just now
//                     for the first time since it was last reopened
//   PARENT_TELLS      for silence: the ticket has a parent that is known by its ref
//   MERGE_WINDOW      something was told about the ticket in the merge_window before: waits for its
//                     end
//   TICKET_CAP        update_interval (not for `once: status`) or updates_per_ticket_per_day: waits
//   QUIET_HOURS       waits until they are over for the person, unless it answers what the person
//                     has just done
//   PERSON_CAP        updates_per_person_per_day: goes into the person's digest
//   ATTENTION_BUDGET  see attention.h: goes into the person's digest
// From TICKET_CAP on they do not hold for P1 and P2; a draft, which nobody is sent, passes from
// MERGE_WINDOW on. What waits has a finite `until`.
//
// `waited` is the update itself when it has waited and is due now, otherwise nullptr. All windows
// are counted to the time of the decision, at which messages leave, save tool_message_window: what
// the desk wrote is told together with the event, however late both come.
[[nodiscard]] Gates UpdateGates(const rules::Rule& rule, const internal::v1::PendingAction* waited,
                                const Situation& situation, const internal::v1::Decision& decision);

// Why a message that waited about the ticket, which stands as told, is not true any more; empty
// when it is.
[[nodiscard]] std::string WhyOutdated(const internal::v1::PendingAction& waited,
                                      const rules::UpdateAction& update,
                                      const internal::v1::TicketProgress& ticket);

// What waits for the morning may leave from then on: `at` itself outside the quiet hours of
// somebody in `time_zone` (IANA name; UTC when it is not known). `spread` is what the hash is made
// of.
[[nodiscard]] absl::Time AfterQuietHours(absl::Time at, const rules::Caps& caps,
                                         const std::string& time_zone, std::string_view spread);

// The time brought what is decided on, and no event.
[[nodiscard]] bool IsFromTime(const Situation& situation);

}  // namespace waypost::journey
