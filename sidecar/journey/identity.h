// SPDX-License-Identifier: Apache-2.0
// Names for decisions and actions that are the same whenever the same event is evaluated.
#pragma once

#include <string>
#include <string_view>

#include "waypost/v1/ticket.pb.h"

namespace waypost::journey {

// "d-" and 16 hexadecimal digits over tenant, event id, source and ticket ref (for a signal without
// a ticket: the person concerned).
[[nodiscard]] std::string DecisionId(const v1::TicketEvent& event);

// `kind` ('a' alert, 'u' status update, 's' survey), "-" and 16 hexadecimal digits over
// the same and the rule.
[[nodiscard]] std::string ActionId(char kind, const v1::TicketEvent& event,
                                   std::string_view rule_id);

}  // namespace waypost::journey
