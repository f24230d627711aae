// SPDX-License-Identifier: Apache-2.0
// What the demo plays.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::cli {

// The platform that the demo's events seem to come from.
inline constexpr const char* kDemoSource = "demo-desk";

struct DemoStep {
  std::string narration;  // what happens to the person, in a sentence
  v1::TicketEvent event;
};

// The password reset: eight steps over three channels before the ticket exists, then the ticket
// through two groups to its end, within about an hour from `start`.
[[nodiscard]] std::vector<DemoStep> PasswordResetStory(absl::Time start);

// The ref of its ticket.
inline constexpr const char* kDemoStoryTicket = "INC0000001";

// The events of `tickets` tickets of one day up to `end`, oldest first: quick fixes, hand-overs,
// tickets that come back to a group, wait for the customer or a supplier, are reopened or merely
// thanked for, chased, urgent, or still open. The same for the same `end`.
[[nodiscard]] std::vector<v1::TicketEvent> DemoDay(int tickets, absl::Time end);

}  // namespace waypost::cli
