// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "waypost/v1/ticket.pb.h"

namespace waypost::connectors {

// Cuts texts of people to what the sidecar takes (ticket.proto), between characters: subjects,
// comments, names, values of custom fields and attributes; and leaves out custom fields and
// attributes beyond their number. A long mail must not keep a ticket's journey from going on. What
// identifies something is never cut: such an event is refused.
void FitEvent(v1::TicketEvent* event);

}  // namespace waypost::connectors
