// SPDX-License-Identifier: Apache-2.0
// Answers to surveys over real connections, gRPC and HTTP: honest ones count once, every other one
// gets its status and reason and changes nothing.
#include <array>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "tests/unit/service/server_fixture.h"

namespace waypost::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kRecordFeedback[] = "/waypost.v1.JourneyService/RecordFeedback";
constexpr int64_t kStart = 1'777'888'800;  // as in ServerFixture
constexpr char kRules[] = R"(apiVersion: waypost/v1
name: surveys
languages: [en]
rules:
  - {id: csat, on: resolved, survey: {kind: csat, expires: 7d}}
)";

// INC1 of ann was resolved and asked about; INC2 is known as well.
class FeedbackTest : public ServerFixture {
 protected:
  void SetUp() override {
    std::ofstream(folder_.File("rules.yaml")) << kRules;
    options_.rules = folder_.File("rules.yaml");
    Start();
    http_ = std::make_unique<httplib::Client>(server_->http_address());
    v1::RecordEventResponse response;
    ASSERT_TRUE(Record(MakeEvent("e1", "INC1"), &response).ok());
    ASSERT_TRUE(Record(MakeEvent("e2", "INC2"), &response).ok());
    v1::TicketEvent resolved = MakeEvent("e3", "INC1");
    resolved.mutable_ticket()->set_status_category(v1::STATUS_CATEGORY_RESOLVED);
    ASSERT_TRUE(Record(resolved, &response).ok());
    ASSERT_THAT(response.enrichment().surveys(), SizeIs(1));
    ASSERT_EQ(response.enrichment().surveys(0).outcome(), v1::SURVEY_OUTCOME_SEND);
    survey_id_ = response.enrichment().surveys(0).id();
  }

  [[nodiscard]] v1::RecordFeedbackRequest Answer(const std::string& id, int rating) const {
    v1::RecordFeedbackRequest request;
    request.set_feedback_id(id);
    request.set_source("desk");
    request.set_ticket_ref("INC1");
    request.mutable_feedback()->set_survey_id(survey_id_);
    request.mutable_feedback()->set_rating(rating);
    return request;
  }

  grpc::Status Call(const v1::RecordFeedbackRequest& request,
                    v1::RecordFeedbackResponse* response) {
    grpc::ClientContext context;
    return journeys_->RecordFeedback(&context, request, response);
  }

  httplib::Result Post(const v1::RecordFeedbackRequest& request) {
    std::string json;
    EXPECT_TRUE(google::protobuf::util::MessageToJsonString(request, &json).ok());
    return http_->Post(kRecordFeedback, json, "application/json");
  }

  void ExpectRefused(const v1::RecordFeedbackRequest& request, grpc::StatusCode code, int http,
                     const std::string& reason) {
    v1::RecordFeedbackResponse response;
    const grpc::Status status = Call(request, &response);
    EXPECT_EQ(status.error_code(), code) << status.error_message();
    EXPECT_EQ(ErrorDetails(status).info.reason(), reason);
    EXPECT_FALSE(status.error_message().empty());
    const auto posted = Post(request);
    ASSERT_TRUE(posted);
    EXPECT_EQ(posted->status, http) << posted->body;
    EXPECT_EQ(ConnectDetails(posted->body).info.reason(), reason);
  }

  // All that an answer may change.
  std::string State() {
    grpc::ClientContext context;
    v1::ListSurveyDecisionsRequest request;
    v1::ListSurveyDecisionsResponse response;
    EXPECT_TRUE(insight_->ListSurveyDecisions(&context, request, &response).ok());
    return absl::StrCat(GetStatus().log_position(), response.SerializeAsString());
  }

  v1::SurveyDecision Survey() {
    grpc::ClientContext context;
    v1::ListSurveyDecisionsResponse response;
    EXPECT_TRUE(insight_->ListSurveyDecisions(&context, {}, &response).ok());
    EXPECT_THAT(response.surveys(), SizeIs(1));
    return response.surveys(0).survey();
  }

  std::string survey_id_;
  std::unique_ptr<httplib::Client> http_;
};

TEST_F(FeedbackTest, CountsOnceHoweverOftenItIsSent) {
  v1::RecordFeedbackResponse first;
  ASSERT_TRUE(Call(Answer("a1", 2), &first).ok());
  EXPECT_FALSE(first.duplicate());
  ASSERT_THAT(first.enrichment().surveys(), SizeIs(1));
  EXPECT_EQ(first.enrichment().surveys(0).outcome(), v1::SURVEY_OUTCOME_ANSWERED);
  const std::string state = State();

  v1::RecordFeedbackResponse again;
  ASSERT_TRUE(Call(Answer("a1", 5), &again).ok());
  EXPECT_TRUE(again.duplicate());
  EXPECT_EQ(again.enrichment().SerializeAsString(), first.enrichment().SerializeAsString());
  const auto posted = Post(Answer("a1", 5));
  ASSERT_TRUE(posted);
  EXPECT_EQ(posted->status, 200) << posted->body;
  EXPECT_THAT(posted->body, HasSubstr("\"duplicate\":true"));
  EXPECT_EQ(State(), state);
}

TEST_F(FeedbackTest, IsTakenAsJson) {
  const auto posted = http_->Post(
      kRecordFeedback,
      absl::StrCat(R"({"feedbackId": "a1", "source": "desk", "ticketRef": "INC1", "feedback": )",
                   R"({"surveyId": ")", survey_id_, R"(", "rating": 4, "lostTime": "5400s"}})"),
      "application/json");
  ASSERT_TRUE(posted);
  EXPECT_EQ(posted->status, 200) << posted->body;
  EXPECT_EQ(Survey().answer().rating(), 4);
  EXPECT_EQ(Survey().answer().lost_time().seconds(), 5400);
}

TEST_F(FeedbackTest, ItsIdIsNoneOfTheTicketsEvents) {
  v1::RecordFeedbackResponse response;
  ASSERT_TRUE(Call(Answer("e1", 5), &response).ok());
  EXPECT_FALSE(response.duplicate());
  EXPECT_EQ(Survey().answer().rating(), 5);
}

TEST_F(FeedbackTest, IsWhatThePersonSaid) {
  v1::RecordFeedbackResponse response;
  ASSERT_TRUE(Call(Answer("a1", 1), &response).ok());
  grpc::ClientContext context;
  v1::GetJourneyRequest request;
  request.set_journey_id(response.enrichment().journey_id());
  v1::GetJourneyResponse journey;
  ASSERT_TRUE(insight_->GetJourney(&context, request, &journey).ok());
  EXPECT_EQ(journey.journey().facts().emotion(), -2);
  EXPECT_EQ(journey.journey().facts().emotion_basis(), v1::EMOTION_BASIS_SAID);
}

TEST_F(FeedbackTest, LooksAtNothingButPost) {
  const std::string state = State();
  const std::string query = absl::StrCat(
      kRecordFeedback, "?connect=v1&encoding=json&message=%7B%22feedbackId%22%3A%22a1%22%7D");
  for (const std::string& path : {std::string(kRecordFeedback), query}) {
    const auto got = http_->Get(path);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->status, 405);
    const auto head = http_->Head(path);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->status, 405);
  }
  EXPECT_EQ(State(), state);
}

TEST_F(FeedbackTest, CountsNothingAfterExpiry) {
  constexpr auto kCode = grpc::StatusCode::FAILED_PRECONDITION;
  clock_.Set(clock_.Now() + absl::Hours(8 * 24));
  v1::RecordFeedbackRequest request = Answer("a1", 5);
  ExpectRefused(request, kCode, 400, "SURVEY_EXPIRED");
  request.mutable_answered_at()->set_seconds(kStart + 7 * 24 * 3600);
  ExpectRefused(request, kCode, 400, "SURVEY_EXPIRED");
  request.mutable_answered_at()->set_seconds(kStart + 60);
  ExpectRefused(request, kCode, 400, "SURVEY_EXPIRED");
  EXPECT_FALSE(Survey().has_answer());
}

struct HostileCase {
  std::string name;
  std::function<void(v1::RecordFeedbackRequest*)> spoil;
  grpc::StatusCode code;
  int http;
  std::string reason;
};

class HostileFeedbackTest : public FeedbackTest,
                            public ::testing::WithParamInterface<HostileCase> {};

TEST_P(HostileFeedbackTest, GetsItsStatusAndChangesNothing) {
  const std::string state = State();
  v1::RecordFeedbackRequest request = Answer("a1", 5);
  GetParam().spoil(&request);
  ExpectRefused(request, GetParam().code, GetParam().http, GetParam().reason);
  EXPECT_EQ(State(), state);
}

std::vector<HostileCase> HostileCases() {
  constexpr auto kInvalid = grpc::StatusCode::INVALID_ARGUMENT;
  constexpr auto kUnknown = grpc::StatusCode::NOT_FOUND;
  const auto survey = [](const std::string& id) {
    return [id](auto* request) { request->mutable_feedback()->set_survey_id(id); };
  };
  const auto rating = [](int value) {
    return [value](auto* request) { request->mutable_feedback()->set_rating(value); };
  };
  return {
      {"ForgedSurvey", survey("s-0123456789abcdef0123456789abcdef"), kUnknown, 404,
       "SURVEY_UNKNOWN"},
      {"NoSurvey", survey(""), kInvalid, 400, "REQUEST_INVALID"},
      {"HugeSurvey", survey(std::string(100'000, 's')), kInvalid, 400, "REQUEST_INVALID"},
      {"OtherTicket", [](auto* r) { r->set_ticket_ref("INC2"); }, kUnknown, 404, "SURVEY_UNKNOWN"},
      {"NoSuchTicket", [](auto* r) { r->set_ticket_ref("INC9"); }, kUnknown, 404, "SURVEY_UNKNOWN"},
      {"OtherSource", [](auto* r) { r->set_source("mail"); }, kUnknown, 404, "SURVEY_UNKNOWN"},
      {"OtherTenant", [](auto* r) { r->set_tenant("other"); }, kUnknown, 404, "SURVEY_UNKNOWN"},
      {"NoId", [](auto* r) { r->clear_feedback_id(); }, kInvalid, 400, "REQUEST_INVALID"},
      {"LongId", [](auto* r) { r->set_feedback_id(std::string(192, 'i')); }, kInvalid, 400,
       "REQUEST_INVALID"},
      {"RatingBelowTheScale", rating(0), kInvalid, 400, "RATING_OUT_OF_RANGE"},
      {"RatingAboveTheScale", rating(6), kInvalid, 400, "RATING_OUT_OF_RANGE"},
      {"RatingFarBelow", rating(-2'147'483'647), kInvalid, 400, "RATING_OUT_OF_RANGE"},
      {"FromTheFuture", [](auto* r) { r->mutable_answered_at()->set_seconds(kStart + 601); },
       kInvalid, 400, "REQUEST_INVALID"},
      {"FromBeforeTheSurvey", [](auto* r) { r->mutable_answered_at()->set_seconds(kStart - 601); },
       kInvalid, 400, "REQUEST_INVALID"},
      {"LongComment", [](auto* r) { r->mutable_feedback()->set_comment(std::string(65'537, 'x')); },
       kInvalid, 400, "REQUEST_INVALID"},
      {"LostTimeBelowZero",
       [](auto* r) { r->mutable_feedback()->mutable_lost_time()->set_seconds(-1); }, kInvalid, 400,
       "REQUEST_INVALID"},
      {"LostTimeOfYears",
       [](auto* r) { r->mutable_feedback()->mutable_lost_time()->set_seconds(3'600'001); },
       kInvalid, 400, "REQUEST_INVALID"},
  };
}

INSTANTIATE_TEST_SUITE_P(All, HostileFeedbackTest, ::testing::ValuesIn(HostileCases()),
                         [](const auto& info) { return info.param.name; });

// A flood of votes under ids of their own: the first counts and five changes of it.
TEST_F(FeedbackTest, TenThousandVotesAreSixAtMost) {
  const auto position = GetStatus().log_position();
  constexpr int kThreads = 4;
  constexpr int kVotes = 2500;
  std::array<int, kThreads> taken{};
  std::array<int, kThreads> refused{};
  std::vector<std::thread> threads;
  for (size_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int vote = 0; vote < kVotes; ++vote) {
        v1::RecordFeedbackResponse response;
        const grpc::Status status =
            Call(Answer(absl::StrCat(thread, "-", vote), 1 + vote % 5), &response);
        const bool full = status.error_code() == grpc::StatusCode::FAILED_PRECONDITION;
        taken[thread] += status.ok() ? 1 : 0;
        refused[thread] += full ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int all_taken = 0;
  int all_refused = 0;
  for (size_t thread = 0; thread < kThreads; ++thread) {
    all_taken += taken[thread];
    all_refused += refused[thread];
  }
  EXPECT_EQ(all_taken, 6);
  EXPECT_EQ(all_refused, kThreads * kVotes - 6);
  EXPECT_EQ(GetStatus().log_position(), position + 6) << "what is refused costs no disk";
  EXPECT_EQ(Survey().answer().changes(), 5);
}

}  // namespace
}  // namespace waypost::service
