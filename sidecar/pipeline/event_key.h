// SPDX-License-Identifier: Apache-2.0
// What tells an event that is sent again from another one that uses its id.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::pipeline {

// The event's id, source and ticket ref (empty for a signal without a ticket) in one text, within a
// tenant. The event is valid: none of them holds a zero byte.
[[nodiscard]] std::string EventKey(const v1::TicketEvent& event);

enum class Repeat {
  kNone,    // other ids
  kSame,    // the same event again
  kReused,  // the same id for another ticket or from another source
};
[[nodiscard]] Repeat CompareKeys(std::string_view recorded, std::string_view key);

// EVENT_ID_REUSED, with the field.
[[nodiscard]] absl::Status EventIdReused();

}  // namespace waypost::pipeline
