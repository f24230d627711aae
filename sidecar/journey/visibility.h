// SPDX-License-Identifier: Apache-2.0
// The line of visibility: what the person who waits sees, and the time they are in the dark.
#pragma once

#include <cstdint>

#include "sidecar/journey/derive.h"
#include "sidecar/journey/names.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/journey.pb.h"

namespace waypost::journey {

// The comment can be read by the customer.
[[nodiscard]] bool IsPublic(v1::Visibility comment);

// The entry is a contact by the person: a ticket reported (unless it came over the channel
// "monitoring" or "api", where nobody contacts anybody), a public comment by the customer, or a
// signal over "phone", "ivr", "chat" or "walk-up", or named "mail_sent". Never an act of Waypost.
[[nodiscard]] bool IsContact(const internal::v1::Entry& entry, bool created,
                             std::string_view names);

// A channel that a person uses: any but "monitoring" and "api".
[[nodiscard]] bool IsPersonal(std::string_view channel);

// The person saw something happen: a contact of their own, a public comment, or the ticket entering
// waiting on the customer, resolved, closed, canceled or reopened. Waypost's own messages do not
// count: they may not make the desk look better than it is.
[[nodiscard]] bool IsVisible(const internal::v1::Entry& entry, const Changes& changes,
                             v1::StatusCategory after, bool contact);

// Which side of the line a step of the timeline lies on. A signal that is no contact is seen by the
// consumer alone.
[[nodiscard]] v1::Visibility StepVisibility(const internal::v1::Entry& entry, bool visible);

// The time in the dark. The clock runs while a ticket is open and the next move is not the
// customer's; what is visible sets the current stretch back to zero.
void PassTimeInTheDark(int64_t elapsed_micros, internal::v1::Progress* progress,
                       v1::JourneyFacts* facts);
void SeeSomething(int64_t at, internal::v1::Progress* progress, v1::JourneyFacts* facts);

}  // namespace waypost::journey
