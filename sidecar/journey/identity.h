// SPDX-License-Identifier: Apache-2.0
// Names for decisions and actions that are the same whenever the same event is evaluated.
#pragma once

#include <string>
#include <string_view>

#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::journey {

// "d-" and 16 hexadecimal digits over tenant, event id, source and ticket ref (for a signal without
// a ticket: the person concerned).
[[nodiscard]] std::string DecisionId(const v1::TicketEvent& event);

// `kind` ('a' alert, 'r' alert on an answer to a survey, 'u' status update), "-" and 16 hexadecimal
// digits over the same and the rule.
[[nodiscard]] std::string ActionId(char kind, const v1::TicketEvent& event,
                                   std::string_view rule_id);

// Of a survey: "s-" and 32 hexadecimal digits. Whoever knows the id may answer, so it is a keyed
// hash: without the secret nobody can guess it, however much they know of the ticket. About a
// closure it is over the ticket, how often that had come back, and the rule; otherwise over the
// event and the rule.
[[nodiscard]] std::string SurveyIdOfClosure(const internal::v1::JourneyState& journey, int ticket,
                                            std::string_view rule_id, std::string_view secret);
[[nodiscard]] std::string SurveyIdOfEvent(const v1::TicketEvent& event, std::string_view rule_id,
                                          std::string_view secret);

}  // namespace waypost::journey
