// SPDX-License-Identifier: Apache-2.0
// A person with their live journeys: the unit that is loaded, changed and committed together.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::journey {

// A value: copy it to try something out. Not thread-safe; its shard owns it.
struct PersonRecord {
  // `tenant` and `person_id` are set by whoever makes the record.
  internal::v1::PersonState person;
  // Live journeys, oldest activity first. A journey that ended long ago may be absent; load it
  // before folding an event of one of its tickets.
  std::vector<internal::v1::JourneyState> journeys;
  // What keeps ids of surveys from being guessed (see identity.h): the secret of the store that the
  // record is from, which outlives it; empty where no store is.
  std::string_view survey_secret;
};

// Where a ticket is in a record.
struct TicketPlace {
  size_t journey = 0;  // number in PersonRecord::journeys
  int ticket = -1;     // number in JourneyState::tickets; -1: not found
};

// Finds the ticket of that source and ref. Linear in the person's tickets.
[[nodiscard]] TicketPlace FindTicket(std::string_view source, std::string_view ref,
                                     const PersonRecord& record);

// The number of the journey's first ticket of that ref, and of that source unless it is empty; -1:
// none.
[[nodiscard]] int FindTicketIn(const internal::v1::JourneyState& journey, std::string_view ref,
                               std::string_view source = "");

// The number of the journey of that id, or -1.
[[nodiscard]] int FindJourney(std::string_view journey_id, const PersonRecord& record);

// At least one ticket is neither resolved, closed, canceled, deleted nor merged away. A journey of
// signals alone is not open.
[[nodiscard]] bool IsOpen(const internal::v1::JourneyState& journey);

// When the first and the newest step happened, and when the last ticket ended (the infinite past
// while the journey goes on or has no ticket).
[[nodiscard]] absl::Time StartedAt(const internal::v1::JourneyState& journey);
[[nodiscard]] absl::Time NewestAt(const internal::v1::JourneyState& journey);
[[nodiscard]] absl::Time EndedAt(const internal::v1::JourneyState& journey);

// Where a role stands, without the owner's name, `moved` and `backward`; nullptr state: that role
// has no position yet.
[[nodiscard]] const internal::v1::RoleState* FindRole(const internal::v1::JourneyState& journey,
                                                      v1::ConsumerRole role);
void FillPosition(const internal::v1::JourneyState& journey, const internal::v1::RoleState& state,
                  v1::JourneyPosition* position);

}  // namespace waypost::journey
