// SPDX-License-Identifier: Apache-2.0
// The outbox as a connector sees it, over gRPC and over HTTP.
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "tests/unit/service/server_fixture.h"
#include "waypost/v1/outbox_service.grpc.pb.h"

namespace waypost::service {
namespace {

using ::testing::HasSubstr;

constexpr char kPull[] = "/waypost.v1.OutboxService/PullActions";
constexpr char kAcknowledge[] = "/waypost.v1.OutboxService/AcknowledgeActions";
constexpr char kList[] = "/waypost.v1.OutboxService/ListActions";

class OutboxServiceTest : public ServerFixture {
 protected:
  void SetUp() override {
    Start();
    outbox_ = v1::OutboxService::NewStub(channel_);
    http_ = std::make_unique<httplib::Client>(server_->http_address());
  }

  // A ticket that comes back to a group that had it: the shipped rules alert.
  std::string Bounce(const std::string& ref, bool lease_actions = false) {
    std::string id;
    for (const char* group : {"Desk", "Network", "Desk"}) {
      v1::RecordEventRequest request;
      *request.mutable_event() = MakeEvent(absl::StrCat(ref, " ", ++events_), ref);
      request.mutable_event()->mutable_ticket()->set_group(group);
      request.set_lease_actions(lease_actions);
      grpc::ClientContext context;
      const grpc::Status status = journeys_->RecordEvent(&context, request, &recorded_);
      EXPECT_TRUE(status.ok()) << status.error_message();
      for (const v1::ExperienceAlert& alert : recorded_.enrichment().alerts()) {
        if (alert.rule_id() == "ping-pong") id = alert.id();
      }
    }
    EXPECT_NE(id, "");
    return id;
  }

  grpc::Status Pull(const v1::PullActionsRequest& request, v1::PullActionsResponse* response) {
    grpc::ClientContext context;
    return outbox_->PullActions(&context, request, response);
  }

  grpc::Status Acknowledge(const v1::AcknowledgeActionsRequest& request,
                           v1::AcknowledgeActionsResponse* response) {
    grpc::ClientContext context;
    return outbox_->AcknowledgeActions(&context, request, response);
  }

  // Everything that waits is done, so that the next action of a ticket can be pulled.
  void FinishAll() {
    while (true) {
      v1::PullActionsResponse pulled;
      ASSERT_TRUE(Pull({}, &pulled).ok());
      if (pulled.actions().empty()) return;
      v1::AcknowledgeActionsRequest done;
      for (const v1::LeasedAction& action : pulled.actions()) {
        v1::ActionResult* result = done.add_results();
        result->set_action_id(action.action().id());
        result->set_outcome(v1::ACTION_OUTCOME_DONE);
        seen_ += action.action().id() + " ";
      }
      v1::AcknowledgeActionsResponse answer;
      ASSERT_TRUE(Acknowledge(done, &answer).ok());
    }
  }

  int events_ = 0;
  std::string seen_;
  v1::RecordEventResponse recorded_;
  std::unique_ptr<v1::OutboxService::Stub> outbox_;
  std::unique_ptr<httplib::Client> http_;
};

TEST_F(OutboxServiceTest, HandsOutWhatWasDecidedAndTakesTheWordOnIt) {
  const std::string id = Bounce("INC1");
  FinishAll();
  EXPECT_THAT(seen_, HasSubstr(id));
  v1::AcknowledgeActionsRequest request;
  v1::ActionResult* again = request.add_results();
  again->set_action_id(id);
  again->set_outcome(v1::ACTION_OUTCOME_DONE);
  v1::AcknowledgeActionsResponse response;
  ASSERT_TRUE(Acknowledge(request, &response).ok());
  ASSERT_EQ(response.acknowledgements_size(), 1);
  EXPECT_EQ(response.acknowledgements(0).code(), v1::ACKNOWLEDGE_CODE_ALREADY_DONE);
  EXPECT_EQ(GetStatus().actions_waiting(), 0);
  EXPECT_FALSE(GetStatus().has_oldest_action_at());
}

TEST_F(OutboxServiceTest, SpeaksJsonOverHttp) {
  (void)Bounce("INC1");
  const auto pulled =
      http_->Post(kPull, R"({"maxActions": 1, "leaseDuration": "30s"})", "application/json");
  ASSERT_TRUE(pulled);
  ASSERT_EQ(pulled->status, 200) << pulled->body;
  v1::PullActionsResponse response;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(pulled->body, &response).ok());
  ASSERT_EQ(response.actions_size(), 1);
  EXPECT_EQ(response.actions(0).lease().expires_at().seconds(), 1'777'888'830);
  const std::string& id = response.actions(0).action().id();
  const auto told =
      http_->Post(kAcknowledge,
                  absl::StrCat(R"({"results": [{"actionId": ")", id,
                               R"(", "outcome": "ACTION_OUTCOME_FAILED", "leaseId": ")",
                               response.actions(0).lease().lease_id(), R"(", "error": "503"}]})"),
                  "application/json");
  ASSERT_TRUE(told);
  EXPECT_EQ(told->status, 200) << told->body;
  EXPECT_THAT(told->body, HasSubstr("ACKNOWLEDGE_CODE_ACCEPTED"));
  const auto listed = http_->Post(kList, "{}", "application/json");
  ASSERT_TRUE(listed);
  EXPECT_THAT(listed->body, HasSubstr("\"error\":\"503\""));
  EXPECT_THAT(listed->body, HasSubstr(id));
}

TEST_F(OutboxServiceTest, LeasesTheActionsOfAnAnswerToACallerThatSaysSo) {
  (void)Bounce("INC1", true);
  v1::PullActionsResponse pulled;
  ASSERT_TRUE(Pull({}, &pulled).ok());
  EXPECT_EQ(pulled.actions_size(), 0) << pulled.ShortDebugString();
  EXPECT_GE(GetStatus().actions_leased(), 1);
}

TEST_F(OutboxServiceTest, LeasesToTheCallerOfAStreamToo) {
  grpc::ClientContext context;
  const auto stream = journeys_->RecordEvents(&context);
  v1::RecordEventsRequest batch;
  batch.set_lease_actions(true);
  for (const char* group : {"Desk", "Network", "Desk"}) {
    v1::TicketEvent* event = batch.add_events();
    *event = MakeEvent(absl::StrCat("stream ", ++events_), "INC1");
    event->mutable_ticket()->set_group(group);
  }
  ASSERT_TRUE(stream->Write(batch));
  v1::RecordEventsResponse answers;
  ASSERT_TRUE(stream->Read(&answers));
  stream->WritesDone();
  ASSERT_TRUE(stream->Finish().ok());
  int leases = 0;
  for (const v1::RecordEventResult& result : answers.results()) {
    leases += result.response().leases_size();
  }
  EXPECT_EQ(leases, 1) << answers.ShortDebugString();
  EXPECT_EQ(GetStatus().actions_leased(), 1);
}

TEST_F(OutboxServiceTest, APullThatWaitsGetsTheNextAction) {
  v1::PullActionsRequest request;
  request.set_max_actions(1);
  request.mutable_wait()->set_seconds(20);
  v1::PullActionsResponse pulled;
  std::thread waiting([&] { EXPECT_TRUE(Pull(request, &pulled).ok()); });
  (void)Bounce("INC1");
  waiting.join();
  ASSERT_EQ(pulled.actions_size(), 1);
  EXPECT_EQ(pulled.actions(0).action().ticket_ref(), "INC1");
}

TEST_F(OutboxServiceTest, AShutdownDoesNotWaitForPulls) {
  v1::PullActionsRequest request;
  request.mutable_wait()->set_seconds(20);
  grpc::Status status;
  std::thread waiting([&] {
    v1::PullActionsResponse pulled;
    status = Pull(request, &pulled);
  });
  // Whether the call has come by now or comes later, it may not hold up the shutdown.
  (void)GetStatus();
  const absl::Time begin = absl::Now();
  EXPECT_TRUE(server_->Shutdown(absl::Seconds(60)).ok());
  EXPECT_LT(absl::Now() - begin, absl::Seconds(15));
  waiting.join();
  EXPECT_TRUE(status.ok() || status.error_code() == grpc::StatusCode::UNAVAILABLE)
      << status.error_message();
}

TEST_F(OutboxServiceTest, SaysEverythingThatIsWrongWithARequest) {
  struct Case {
    const char* path;
    const char* body;
    const char* want;
  };
  const Case cases[] = {
      {kPull, R"({"maxActions": 101})", "must be 1 to 100"},
      {kPull, R"({"leaseDuration": "0.5s"})", "must be 1 second to 1 hour"},
      {kPull, R"({"leaseDuration": "3600.1s"})", "must be 1 second to 1 hour"},
      {kPull, R"({"sources": ["rt", ""]})", "sources[1]"},
      {kPull, R"({"wait": "21s"})", "must be 0 to 20 seconds"},
      {kPull, R"({"wait": "-1s"})", "must be 0 to 20 seconds"},
      {kPull, R"({"kinds": [77]})", "kinds[0]"},
      {kPull, R"({"tenant": "A B"})", "tenant"},
      {kAcknowledge, "{}", "at least one is needed"},
      {kAcknowledge, R"({"results": [{"actionId": "a"}]})", "results[0].outcome"},
      {kAcknowledge, R"({"results": [{"outcome": "ACTION_OUTCOME_DONE"}]})",
       "results[0].action_id"},
      {kAcknowledge,
       R"({"results": [{"actionId": "a", "outcome": "ACTION_OUTCOME_FAILED",
           "retryAfter": "90000s"}]})",
       "must be 0 to 24 hours"},
      {kAcknowledge,
       R"({"results": [{"actionId": "a", "outcome": "ACTION_OUTCOME_FAILED"},
           {"actionId": "a", "outcome": "ACTION_OUTCOME_DONE"}]})",
       "told twice"},
      {kList, R"({"state": "ACTION_STATE_LEASED"})", "among the waiting"},
      {kList, R"({"pageSize": 1001})", "page_size"},
      {kList, R"({"pageToken": "x"})", "page_token"},
  };
  for (const Case& row : cases) {
    const auto answer = http_->Post(row.path, row.body, "application/json");
    ASSERT_TRUE(answer) << row.body;
    EXPECT_EQ(answer->status, 400) << row.body;
    bool told = false;
    const auto details = ConnectDetails(answer->body);
    for (const auto& violation : details.bad_request.field_violations()) {
      told |= absl::StrCat(violation.field(), " ", violation.description()).find(row.want) !=
              std::string::npos;
    }
    EXPECT_TRUE(told) << row.body << ": " << answer->body;
  }
}

}  // namespace
}  // namespace waypost::service
