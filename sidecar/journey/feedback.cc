// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/feedback.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/scores.h"
#include "sidecar/journey/survey_requests.h"

namespace waypost::journey {
namespace {

using internal::v1::JourneyState;

bool WasSent(const v1::SurveyDecision& survey) {
  switch (survey.outcome()) {
    case v1::SURVEY_OUTCOME_SEND:
    case v1::SURVEY_OUTCOME_REMIND:
    case v1::SURVEY_OUTCOME_EXPIRED:
    case v1::SURVEY_OUTCOME_ANSWERED:
      return !survey.shadow();
    default:
      return false;
  }
}

// Where the survey is that the answer names, if it is anywhere.
const JourneyState* JourneyOf(const v1::TicketEvent& event, const PersonRecord& record) {
  if (event.has_survey_request()) {
    const int number = FindJourney(JourneyOfRequest(event, record), record);
    return number < 0 ? nullptr : &record.journeys[static_cast<size_t>(number)];
  }
  const TicketPlace place = FindTicket(event.source(), event.ticket().ref(), record);
  return place.ticket < 0 ? nullptr : &record.journeys[place.journey];
}

RefusedFeedback Unknown() {
  return {FeedbackRefusal::kSurveyUnknown,
          "no survey of this id was sent about this ticket; use id and ticket of the invitation"};
}

std::optional<RefusedFeedback> RefuseRating(int rating, v1::SurveyKind kind) {
  const Scale scale = ScaleOf(kind);
  if (scale.Has(rating)) return std::nullopt;
  return RefusedFeedback{FeedbackRefusal::kRatingOutOfRange,
                         absl::StrCat("the rating ", rating, " is not on the scale of the survey, ",
                                      scale.min, " to ", scale.max)};
}

// When the answer was given, as far as the caller's word is taken.
absl::Time GivenAt(const v1::TicketEvent& event, const v1::SurveyDecision& survey, absl::Time now) {
  absl::Time at = std::min(absl::FromUnixMicros(MicrosOf(event.occurred_at())), now);
  at = std::max({at, now - kMaxAnswerLag, absl::FromUnixMicros(MicrosOf(survey.send_at()))});
  if (!survey.has_answer()) return at;
  return std::max(at, absl::FromUnixMicros(MicrosOf(survey.answer().first_answered_at())));
}

std::optional<RefusedFeedback> RefuseTime(const v1::TicketEvent& event,
                                          const v1::SurveyDecision& survey) {
  const int64_t skew = absl::ToInt64Microseconds(kMaxClockSkew);
  if (MicrosOf(event.occurred_at()) >= MicrosOf(survey.send_at()) - skew) return std::nullopt;
  return RefusedFeedback{FeedbackRefusal::kBeforeSurvey,
                         "the answer is said to be older than the survey; leave its time out, or "
                         "tell when it was given"};
}

std::optional<RefusedFeedback> RefuseChange(absl::Time at, const v1::SurveyAnswer& answer) {
  if (at - absl::FromUnixMicros(MicrosOf(answer.first_answered_at())) > kAnswerChangeWindow) {
    return RefusedFeedback{FeedbackRefusal::kAlreadyAnswered,
                           "the survey was answered more than 24 hours ago; the answer can no "
                           "longer be changed"};
  }
  if (answer.changes() >= kMaxAnswerChanges) {
    return RefusedFeedback{FeedbackRefusal::kAlreadyAnswered,
                           absl::StrCat("the answer was changed ", answer.changes(),
                                        " times already; it can no longer be changed")};
  }
  return std::nullopt;
}

}  // namespace

const v1::SurveyDecision* FindSurvey(std::string_view id, const JourneyState& journey) {
  for (const v1::SurveyDecision& survey : journey.surveys()) {
    if (survey.id() == id) return &survey;
  }
  return nullptr;
}

const v1::SurveyDecision* AnsweredSurvey(const v1::TicketEvent& event,
                                         const JourneyState& journey) {
  return event.has_feedback() ? FindSurvey(event.feedback().survey_id(), journey) : nullptr;
}

std::optional<RefusedFeedback> RefuseFeedback(const v1::TicketEvent& event,
                                              const PersonRecord& record, absl::Time now) {
  if (!event.has_feedback()) return std::nullopt;
  const JourneyState* journey = JourneyOf(event, record);
  if (journey == nullptr) return Unknown();
  const v1::SurveyDecision* survey = AnsweredSurvey(event, *journey);
  if (survey == nullptr || !WasSent(*survey)) return Unknown();
  if (auto refused = RefuseRating(event.feedback().rating(), survey->kind())) return refused;
  if (auto refused = RefuseTime(event, *survey)) return refused;
  const absl::Time at = GivenAt(event, *survey, now);
  if (survey->has_answer()) return RefuseChange(at, survey->answer());
  if (at >= absl::FromUnixMicros(MicrosOf(survey->expires_at()))) {
    return RefusedFeedback{FeedbackRefusal::kSurveyExpired,
                           "the survey has expired; answers no longer count"};
  }
  return std::nullopt;
}

void DecideAnswer(const Situation& situation, internal::v1::Decision* decision) {
  const v1::SurveyDecision* const asked = situation.answered();
  if (asked == nullptr) return;
  const v1::TicketEvent& event = situation.event();
  v1::SurveyDecision* survey = decision->mutable_enrichment()->add_surveys();
  *survey = *asked;
  survey->set_outcome(v1::SURVEY_OUTCOME_ANSWERED);
  SetTime(absl::ToUnixMicros(situation.now()), survey->mutable_decided_at());
  const int64_t given_at = absl::ToUnixMicros(GivenAt(event, *asked, situation.now()));
  v1::SurveyAnswer* answer = survey->mutable_answer();
  if (asked->has_answer()) {
    answer->set_changes(answer->changes() + 1);
  } else {
    answer->set_first_rating(event.feedback().rating());
    SetTime(given_at, answer->mutable_first_answered_at());
  }
  const Scale scale = ScaleOf(asked->kind());
  answer->set_feedback_id(event.event_id());
  answer->set_rating(event.feedback().rating());
  answer->set_scale_min(scale.min);
  answer->set_scale_max(scale.max);
  answer->set_formula(std::string(FormulaOf(asked->kind())));
  SetTime(given_at, answer->mutable_answered_at());
  if (event.feedback().has_lost_time()) {
    *answer->mutable_lost_time() = event.feedback().lost_time();
  } else {
    answer->clear_lost_time();
  }
  decision->add_settled_action_ids(asked->id());
}

}  // namespace waypost::journey
