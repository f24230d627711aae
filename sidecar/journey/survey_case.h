// SPDX-License-Identifier: Apache-2.0
// A survey that is thought of: whom it would ask, about which closure, when.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "sidecar/journey/situation.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::journey {

// Nobody is asked about a ticket sooner than this after a message about it.
inline constexpr absl::Duration kAfterMessage = absl::Minutes(15);

// Whom a case concerns in the record where it is decided on (survey_requests.h).
enum class SurveySide {
  kRequester,  // who waits is asked themself
  kHandOver,   // somebody else is to be asked about the ticket
  kRecipient,  // the person is asked about somebody else's ticket
};

struct SurveyCase {
  const rules::Rule* rule = nullptr;  // has a survey
  SurveySide side = SurveySide::kRequester;
  // Of its decision: the same for all events of one closure of a ticket, as when it is resolved and
  // then closed. Nobody can guess it who does not know the store's secret (PersonRecord).
  std::string id;
  // When its ticket was closed, first if several times in a row, in microseconds since 1970-01-01
  // UTC; 0: it was open.
  int64_t closed_at = 0;
  // How often the journey had come back by then: each closure is a case of its own.
  int closure = 0;
  absl::Time planned_at;  // when the person was to be asked
  // When they would be: later than planned in their quiet hours, beside messages about the ticket
  // and where nobody looked in time.
  absl::Time ask_at;
  bool after_message = false;                      // put off for the sake of a message
  bool scheduled = false;                          // it waited for that time
  v1::ConsumerRole role = v1::CONSUMER_ROLE_USER;  // in which the recipient is asked
  std::string recipient;     // whose ticket it is, or whom the rule names; empty: it names nobody
  std::string no_recipient;  // why, as a sentence
  std::string source;        // of the ticket, like the next
  std::string ticket_ref;
  double probability = 1;     // that a case like this is asked
  std::string touchpoint_id;  // where the role stands
  std::string owner_id;
};

// The survey that the rule, which has one, wants on this event: asked `delay` after the ticket's
// closure, or after the event where it was open, and never before the event; at once when that has
// passed or there is none. `decided` has its positions and what the rules before this one do.
[[nodiscard]] SurveyCase CaseOfEvent(const rules::Rule& rule, const Situation& situation,
                                     const internal::v1::Decision& decided);

// The survey about somebody else's ticket that the event, which has a survey_request, asks for by
// the rule, which has one.
[[nodiscard]] SurveyCase CaseOfRequest(const rules::Rule& rule, const Situation& situation);

// The survey that was scheduled and whose time has come, by the rule as it stands now.
[[nodiscard]] SurveyCase CaseOfScheduled(const internal::v1::PendingAction& pending,
                                         const rules::Rule& rule, const Situation& situation,
                                         const internal::v1::Decision& decided);

// The reminder of an invitation.
[[nodiscard]] SurveyCase CaseOfReminder(const internal::v1::PendingAction& pending,
                                        const v1::SurveyDecision& survey,
                                        const Situation& situation);

// Where the case stands among all cases of its rule set, 0 to 1 (excluded); the sample is those
// below their probability.
[[nodiscard]] double SamplePoint(const SurveyCase& asked, const Situation& situation);

}  // namespace waypost::journey
