// SPDX-License-Identifier: Apache-2.0
// What one ticket has to tell another that may be of another person: a child that it is there, a
// parent its news. A letter is an event that is written with the decision that brings it about,
// waits in the sender's journey, is recorded like any other event, and is settled then. Whoever
// delivers letters may crash at any point: the same letter comes again under the same event_id.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/journey/situation.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::journey {

// Children that a ticket remembers; further ones are told nothing.
inline constexpr int kMaxChildren = 1000;

// A letter to a ticket that nobody knows yet is delivered again after kLetterRetry, and given up
// when it is older than kLetterLife. One to a parent stays then, to tell that the parent is
// unknown.
inline constexpr absl::Duration kLetterRetry = absl::Hours(1);
inline constexpr absl::Duration kLetterLife = absl::Hours(72);

// Notes in the decision on an event the letters that it brings about: to the parent that the ticket
// names from now on, and to all children when the provider's side gave news that a customer may
// see. None for events that newer ones of the ticket have overtaken, and for Waypost's own.
void WriteLetters(const Situation& situation, internal::v1::Decision* decision);

// What became of the letter to the parent that the situation's ticket names.
enum class ParentLetter {
  kWritten,    // by this event, or nobody has tried to deliver it yet
  kDelivered,  // the parent is known
  kReturned,   // it is not
};
[[nodiscard]] ParentLetter FindParentLetter(const Situation& situation);

// Remembers the child that an event of EVENT_TYPE_CHILD_LINKED tells of.
void TakeChild(const v1::TicketEvent& event, internal::v1::TicketState* ticket);

// The earliest moment at which a letter is to be delivered; InfiniteFuture when there is none.
[[nodiscard]] absl::Time NextLetter(const PersonRecord& record);

// When EvaluateDue would decide something or a letter is to be delivered, whichever is earlier.
[[nodiscard]] absl::Time NextWork(const rules::RuleSet& rules, const PersonRecord& record);

// The letters to be delivered at `now`, in the order of journeys and of writing.
[[nodiscard]] std::vector<internal::v1::Letter> LettersDue(const PersonRecord& record,
                                                           absl::Time now);

// What came of a letter.
enum class LetterOutcome {
  kRecorded,       // also when it had been before
  kUnknownTicket,  // nobody knows the ticket it goes to
};

// Settles a letter that was due at `now`, or puts it off, and applies the decision, which it
// returns; without effect when the letter is not there any more. `position` is the decision's place
// in the log.
[[nodiscard]] internal::v1::Decision SettleLetter(const internal::v1::Letter& letter,
                                                  LetterOutcome outcome, absl::Time now,
                                                  uint64_t position, PersonRecord* record);

// Writes the letters of the decision into the journey.
void ApplyLetters(const internal::v1::Decision& decision, internal::v1::JourneyState* journey);

}  // namespace waypost::journey
