// SPDX-License-Identifier: Apache-2.0
#include "connectors/survey_page/survey_desk.h"

#include "absl/strings/str_cat.h"
#include "connectors/engine/sidecar_call.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "sidecar/base/clock.h"
#include "sidecar/base/logging.h"
#include "waypost/v1/insight_service.grpc.pb.h"
#include "waypost/v1/journey_service.grpc.pb.h"

namespace waypost::survey_page {
namespace {

using connectors::SurveyToken;

constexpr absl::Duration kTimeout = absl::Seconds(5);
constexpr const char* kExpiredReason = "SURVEY_EXPIRED";
constexpr const char* kOffScaleReason = "RATING_OUT_OF_RANGE";

void SetDeadline(grpc::ClientContext* context) {
  context->set_deadline(absl::ToChronoTime(SystemClock().Now() + kTimeout));
}

// The stable name of why a call failed; empty when it tells none.
std::string ReasonOf(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return "";
  for (const google::protobuf::Any& detail : details.details()) {
    google::rpc::ErrorInfo info;
    if (detail.UnpackTo(&info)) return info.reason();
  }
  return "";
}

AnswerOutcome OutcomeOf(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::OK:
      return AnswerOutcome::kRecorded;
    case grpc::StatusCode::NOT_FOUND:
      return AnswerOutcome::kUnknown;
    case grpc::StatusCode::FAILED_PRECONDITION:
      return ReasonOf(status) == kExpiredReason ? AnswerOutcome::kExpired : AnswerOutcome::kFinal;
    case grpc::StatusCode::INVALID_ARGUMENT:
      return ReasonOf(status) == kOffScaleReason ? AnswerOutcome::kNoRating
                                                 : AnswerOutcome::kRefused;
    default:
      return AnswerOutcome::kAway;
  }
}

v1::RecordFeedbackRequest RequestOf(const SurveyToken& token, const AnswerForm& form) {
  v1::RecordFeedbackRequest request;
  request.set_tenant(token.tenant);
  request.set_feedback_id(FeedbackId(token, form));
  request.set_source(token.source);
  request.set_ticket_ref(token.ticket_ref);
  v1::Feedback* feedback = request.mutable_feedback();
  feedback->set_survey_id(token.survey_id);
  feedback->set_rating(form.rating.value_or(0));
  feedback->set_comment(form.comment);
  if (form.lost_minutes.has_value()) {
    feedback->mutable_lost_time()->set_seconds(int64_t{60} * *form.lost_minutes);
  }
  return request;
}

class SidecarDesk final : public SurveyDesk {
 public:
  explicit SidecarDesk(const std::string& target)
      : channel_(connectors::SidecarChannel(target)),
        journeys_(v1::JourneyService::NewStub(channel_)),
        insight_(v1::InsightService::NewStub(channel_)) {}

  std::optional<v1::SurveyAnswer> Find(const SurveyToken& token) override {
    grpc::ClientContext context;
    SetDeadline(&context);
    v1::GetJourneyRequest request;
    request.set_tenant(token.tenant);
    request.mutable_ticket()->set_source(token.source);
    request.mutable_ticket()->set_ref(token.ticket_ref);
    v1::GetJourneyResponse response;
    if (!insight_->GetJourney(&context, request, &response).ok()) return std::nullopt;
    for (const v1::SurveyDecision& survey : response.journey().surveys()) {
      if (survey.id() == token.survey_id && survey.has_answer()) return survey.answer();
    }
    return std::nullopt;
  }

  TakenAnswer Record(const SurveyToken& token, const AnswerForm& form) override {
    grpc::ClientContext context;
    SetDeadline(&context);
    v1::RecordFeedbackResponse response;
    const grpc::Status status =
        journeys_->RecordFeedback(&context, RequestOf(token, form), &response);
    TakenAnswer taken;
    taken.outcome = OutcomeOf(status);
    if (taken.outcome == AnswerOutcome::kAway) {
      LogError("An answer to a survey could not be recorded; the person may send it again",
               {{"source", token.source},
                {"ticket", token.ticket_ref},
                {"code", absl::StrCat(static_cast<int>(status.error_code()))}});
    }
    if (taken.outcome != AnswerOutcome::kRecorded) return taken;
    for (const v1::SurveyDecision& survey : response.enrichment().surveys()) {
      if (survey.id() == token.survey_id) taken.answer = survey.answer();
    }
    // What was sent before may have been changed since.
    if (response.duplicate()) taken.answer = Find(token).value_or(taken.answer);
    return taken;
  }

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::JourneyService::Stub> journeys_;
  const std::unique_ptr<v1::InsightService::Stub> insight_;
};

}  // namespace

std::unique_ptr<SurveyDesk> MakeSidecarDesk(const std::string& target) {
  return std::make_unique<SidecarDesk>(target);
}

}  // namespace waypost::survey_page
