// SPDX-License-Identifier: Apache-2.0
// The digest: updates that a person got too many of that day, in one message.
#pragma once

#include "absl/time/time.h"
#include "sidecar/journey/outlook.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/journey/situation.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::journey {

// Updates wait in the digest at least so long, so that it holds several.
inline constexpr absl::Duration kDigestWait = absl::Hours(1);

// Updates that wait for one digest at most.
inline constexpr int kMaxDigestItems = 50;

// When the person's digest is to be sent: kDigestWait after the first update went into it, once
// updates_per_person_per_day and messages_per_person_per_week leave room for a message and outside
// the quiet hours. InfiniteFuture when nothing waits for it, or it is not due before `before`,
// which saves the search.
//
// Nobody may look at that moment: DecideDigest has a digest that is late wait for the morning.
[[nodiscard]] absl::Time DigestDue(const rules::RuleSet& rules, const PersonRecord& record,
                                   absl::Time before = absl::InfiniteFuture());

// The number of the journey that the digest's decision belongs to: that of its newest update whose
// journey is still there, else the newest; record.journeys is not empty.
[[nodiscard]] size_t DigestJourney(const PersonRecord& record);

// Decides on the digest, which was due at `due`, as of `now`: one message with the texts of all its
// updates, rendered anew and without promises. Those that are not true any more (WhyOutdated), of
// tickets that ended or were told about since, or due more than kLongestDelay ago are left out;
// when none is left there is no message. In quiet hours it only decides until when the digest
// waits.
void DecideDigest(const rules::RuleSet& rules, const v1::TicketEvent& event,
                  const PersonRecord& record, absl::Time due, absl::Time now,
                  const Outlook* outlook, internal::v1::Decision* decision);

// Adds an update to those that wait for the person's digest. Of more than kMaxDigestItems the
// oldest leave, and the decision says so.
void PutIntoDigest(internal::v1::PendingAction update, const Situation& situation,
                   internal::v1::Decision* decision);

// Writes what goes into the digest and what leaves it.
void ApplyDigest(const internal::v1::Decision& decision, internal::v1::PersonState* person);

}  // namespace waypost::journey
