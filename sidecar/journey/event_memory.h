// SPDX-License-Identifier: Apache-2.0
// Which events a person's record has seen: the detection of duplicates.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sidecar/journey/person_record.h"

namespace waypost::journey {

// Event ids remembered per person: as hashes, each with its log position, 16 bytes an event.
inline constexpr int kMaxRememberedEvents = 4096;

// Remembers an event; the oldest is forgotten beyond the limit.
void RememberEvent(std::string_view event_id, uint64_t position, internal::v1::PersonState* person);

// Adds what `from` remembers to `to`, of both the newest.
void MergeEventMemory(const internal::v1::PersonState& from, internal::v1::PersonState* to);

// The log positions at which an event of this id may have been recorded, newest first: compare the
// ids there, since hashes may collide. Empty: no duplicate among the newest 4,096 events.
[[nodiscard]] std::vector<uint64_t> PositionsOfEvent(std::string_view event_id,
                                                     const PersonRecord& record);

}  // namespace waypost::journey
