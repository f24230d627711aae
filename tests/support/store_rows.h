// SPDX-License-Identifier: Apache-2.0
// Rows for tests of a store, and comparisons that show what differs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sidecar/store/store.h"

namespace waypost::store {

// An instant `minutes` after one fixed morning in 2026.
[[nodiscard]] absl::Time At(int64_t minutes);

// A record of tenant "acme" and person "ann" at minute `position`, whose blobs say the position.
[[nodiscard]] LogRecord Record(uint64_t position);

// Records `first`..`last`.
[[nodiscard]] std::vector<LogRecord> Records(uint64_t first, uint64_t last);

[[nodiscard]] PersonRow Person(const std::string& person_id, uint64_t position = 1);

// An open, live journey of tenant "acme" in stage "engage".
[[nodiscard]] JourneyRow Journey(const std::string& journey_id, const std::string& person_id,
                                 int64_t newest_minutes);

[[nodiscard]] TicketRow Ticket(const std::string& ref, const std::string& person_id,
                               const std::string& journey_id);

// The action of decision `position`, waiting, of tenant "acme".
[[nodiscard]] ActionRow Action(const std::string& action_id, uint64_t position,
                               uint32_t number = 0);

bool operator==(const LogRecord& a, const LogRecord& b);
bool operator==(const PersonRow& a, const PersonRow& b);
bool operator==(const JourneyRow& a, const JourneyRow& b);
bool operator==(const TicketRow& a, const TicketRow& b);
bool operator==(const ActionRow& a, const ActionRow& b);

// What GoogleTest prints.
void PrintTo(const LogRecord& record, std::ostream* out);
void PrintTo(const JourneyRow& row, std::ostream* out);

// Every record of the log. Fails the test when the log cannot be read.
[[nodiscard]] std::vector<LogRecord> WholeLog(const Store& store);

}  // namespace waypost::store
