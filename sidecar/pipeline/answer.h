// SPDX-License-Identifier: Apache-2.0
// The bytes of answers and of the log's keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/action.pb.h"
#include "waypost/v1/insight_service.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::pipeline {

// The RecordEventResponse within the bytes of a serialized Decision. Both messages begin with the
// enrichment as field 1, so an answer needs no serialization of its own, and the answer to an event
// sent again is the first one byte for byte. DATA_LOSS: the bytes are no Decision.
[[nodiscard]] absl::StatusOr<std::string_view> ResponseIn(std::string_view decision);

// The same response with `duplicate` set.
[[nodiscard]] std::string DuplicateOf(std::string_view response);

// The same response with leases of its actions.
[[nodiscard]] std::string LeasingResponse(std::string_view response,
                                          const std::vector<v1::ActionLease>& leases);

// What an unmapped event has in common with others like it, for LogRecord::unmapped_key, and back.
// ReadUnmappedKey fills source, type, signal and channel. DATA_LOSS: not one of ours.
[[nodiscard]] std::string UnmappedKey(const v1::TicketEvent& event, v1::EventType type);
[[nodiscard]] absl::StatusOr<v1::UnmappedEvents> ReadUnmappedKey(std::string_view key);

}  // namespace waypost::pipeline
