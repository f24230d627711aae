// SPDX-License-Identifier: Apache-2.0
// What an event turned out to be, by comparison with the ticket as it was before.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "sidecar/journey/names.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::journey {

// A derived event with the numbers of its values.
struct Change {
  v1::EventType type = v1::EVENT_TYPE_UNSPECIFIED;
  uint32_t from = kUntold;
  uint32_t to = kUntold;
};
using Changes = absl::InlinedVector<Change, 6>;

// The category after an entry: the told one, else the one before. Where a tool opens an ended
// ticket again because the customer has said thank you, it stays ended, also while snapshots that
// change nothing else repeat that it is open.
[[nodiscard]] v1::StatusCategory CategoryAfter(const internal::v1::Entry& entry,
                                               const internal::v1::TicketProgress& before);

// The told category opens an ended ticket again, and nothing but thanks stands behind it.
[[nodiscard]] bool OpensByThanks(const internal::v1::Entry& entry,
                                 const internal::v1::TicketProgress& before);

// Resolved, closed or canceled; waiting on anybody.
[[nodiscard]] bool IsEnded(v1::StatusCategory category);
[[nodiscard]] bool IsWaiting(v1::StatusCategory category);

// The category that an explicit event type implies where the snapshot tells none: resolved, closed
// and canceled their own; reopened and resumed open. Otherwise unspecified.
[[nodiscard]] v1::StatusCategory ImpliedCategory(v1::EventType type);

// Compares. `before` is the ticket's progress before this entry (opened_at 0: this is its first),
// nullptr for a signal without a ticket. The result is in the order of Enrichment.events and never
// empty.
//
// What was not known before cannot have changed: a status or priority told for the first time is no
// change (entering a category counts all the same); a group told for the first time after the first
// snapshot is the first dispatch, an assignment from nobody. In the first snapshot neither group
// nor assignee is an assignment.
//
// A told type that the comparison does not show is added where the snapshot neither contradicts it
// nor shows it as done before: `assigned` told with the group that had the ticket is none, and a
// ticket that is resolved is not resolved again. So it needs that the snapshot does not tell the
// field, or that its value was not known before; `resolved`, `closed` and `canceled` come from the
// category alone (told, or implied by the type), `created` only with the first entry, `updated`
// only where there is nothing else, `deleted` once. What no field shows is added whenever it is
// told: comments, links, approvals, feedback.
[[nodiscard]] Changes Derive(const internal::v1::Entry& entry,
                             const internal::v1::TicketProgress* before);

// The changes with their texts.
[[nodiscard]] std::vector<v1::DerivedEvent> WithTexts(const Changes& changes,
                                                      std::string_view names);

}  // namespace waypost::journey
