// SPDX-License-Identifier: Apache-2.0
// Answers to surveys. An answer is an event of its ticket, so that log, replay, explanation and
// rules work on it as on any other; here is what is particular about it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "sidecar/journey/person_record.h"
#include "sidecar/journey/situation.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::journey {

// An answer may be changed for so long after the first one, and this often: the last one counts,
// the first is kept.
inline constexpr absl::Duration kAnswerChangeWindow = absl::Hours(24);
inline constexpr int kMaxAnswerChanges = 5;

// When an answer was given is the caller's word, and it is taken only as far as nothing is gained
// by it. It may be told so long after it was given, by the sidecar's clock: expiry and changes are
// judged as if it were given no earlier than that, so that no time that is told brings back a
// survey that ended; nor earlier than the survey was sent and first answered.
inline constexpr absl::Duration kMaxAnswerLag = absl::Hours(24);
// Clocks differ: an answer that claims to be older than the survey by more than this is refused.
inline constexpr absl::Duration kMaxClockSkew = absl::Minutes(10);

// Why an answer is not recorded.
enum class FeedbackRefusal {
  kSurveyUnknown,     // nobody was asked about this ticket under that id
  kRatingOutOfRange,  // not on the scale
  kSurveyExpired,     // given at or after SurveyDecision.expires_at
  kAlreadyAnswered,   // and no longer to be changed
  kBeforeSurvey,      // given before the survey was sent, by more than kMaxClockSkew
};
struct RefusedFeedback {
  FeedbackRefusal refusal = FeedbackRefusal::kSurveyUnknown;
  std::string message;  // a sentence without personal data
};

// Whether the answer may be recorded in the record as it stands before the event; nothing: yes, or
// the event is no answer. What was sent again (same event_id) is no change: ask for duplicates
// first. `now` is the sidecar's clock.
[[nodiscard]] std::optional<RefusedFeedback> RefuseFeedback(const v1::TicketEvent& event,
                                                            const PersonRecord& record,
                                                            absl::Time now);

// The survey of that id; nullptr when the journey has none.
[[nodiscard]] const v1::SurveyDecision* FindSurvey(std::string_view id,
                                                   const internal::v1::JourneyState& journey);

// The survey that the event answers; nullptr when it answers none of the journey.
[[nodiscard]] const v1::SurveyDecision* AnsweredSurvey(const v1::TicketEvent& event,
                                                       const internal::v1::JourneyState& journey);

// Adds the survey with the answer to what is decided, and ends the waiting for it.
void DecideAnswer(const Situation& situation, internal::v1::Decision* decision);

}  // namespace waypost::journey
