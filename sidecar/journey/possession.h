// SPDX-License-Identifier: Apache-2.0
// Ball possession: who has to act next, and for how long each party had to.
#pragma once

#include <cstdint>
#include <string_view>

#include "sidecar/journey/names.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/journey.pb.h"

namespace waypost::journey {

// Possessions kept apart per journey; further holders of a party share one without a holder.
inline constexpr int kMaxPossessions = 100;

// The ticket is neither resolved, closed, canceled, deleted nor merged away.
[[nodiscard]] bool IsOpen(const internal::v1::TicketProgress& ticket);

// Credits the time to whoever holds the ball.
void PassTime(int64_t elapsed_micros, const internal::v1::Progress& progress,
              v1::JourneyFacts* facts);

// Finds who holds the ball after an entry at `at`, and counts the open tickets. With several open
// tickets the provider comes before a third party and that before the customer: the customer has
// the ball only where nobody else has. Of several tickets of the same party the oldest names the
// holder: its group; a third party's holder is the group that waits for it, the customer has none.
void PassBall(int64_t at, std::string_view names, internal::v1::Progress* progress,
              v1::JourneyFacts* facts);

}  // namespace waypost::journey
