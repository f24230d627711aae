// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/server.h"

#include <sys/stat.h>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "tests/support/health_watch.h"
#include "tests/unit/service/server_fixture.h"

namespace waypost::service {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::waypost::testing::IsError;
using ::waypost::testing::IsOk;

class ServerTest : public ServerFixture {};

TEST_F(ServerTest, RecordsOverUnixSocketAndTcp) {
  Start();
  v1::RecordEventResponse first;
  ASSERT_TRUE(Record(MakeEvent("e1", "INC1"), &first).ok());
  EXPECT_FALSE(first.duplicate());
  EXPECT_THAT(first.enrichment().journey_id(), StartsWith("j-"));
  EXPECT_THAT(server_->addresses()[1], StartsWith("127.0.0.1:"));
  Connect(server_->addresses()[1]);
  v1::RecordEventResponse again;
  ASSERT_TRUE(Record(MakeEvent("e1", "INC1"), &again).ok());
  EXPECT_TRUE(again.duplicate());
  EXPECT_EQ(again.enrichment().SerializeAsString(), first.enrichment().SerializeAsString());
}

TEST_F(ServerTest, AnswersQuestionsAboutWhatItRecorded) {
  Start();
  v1::RecordEventResponse recorded;
  ASSERT_TRUE(Record(MakeEvent("e1", "INC1"), &recorded).ok());
  grpc::ClientContext context;
  v1::GetJourneyRequest request;
  request.set_journey_id(recorded.enrichment().journey_id());
  v1::GetJourneyResponse response;
  ASSERT_TRUE(insight_->GetJourney(&context, request, &response).ok());
  EXPECT_EQ(response.journey().tickets(0).ticket().ref(), "INC1");
  EXPECT_THAT(response.journey().timeline(), SizeIs(1));

  grpc::ClientContext other;
  request.set_journey_id("j-none");
  const grpc::Status missing = insight_->GetJourney(&other, request, &response);
  EXPECT_EQ(missing.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ErrorDetails(missing).info.reason(), "JOURNEY_NOT_FOUND");

  grpc::ClientContext third;
  v1::ListJourneysRequest list;
  list.set_page_size(-1);
  v1::ListJourneysResponse listed;
  const grpc::Status bad = insight_->ListJourneys(&third, list, &listed);
  EXPECT_EQ(bad.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ErrorDetails(bad).bad_request.field_violations(0).field(), "page_size");
}

TEST_F(ServerTest, StreamsAnswerBatchesInOrderAndBadEventsAlone) {
  Start();
  grpc::ClientContext context;
  auto stream = journeys_->RecordEvents(&context);
  constexpr int kBatches = 40;
  std::thread writer([&] {
    for (int batch = 0; batch < kBatches; ++batch) {
      v1::RecordEventsRequest request;
      for (int i = 0; i < 5; ++i) {
        v1::TicketEvent event = MakeEvent(absl::StrCat("e", batch, "-", i), "INC1");
        if (i == 2) event.clear_source();
        *request.add_events() = event;
      }
      EXPECT_TRUE(stream->Write(request));
    }
    stream->WritesDone();
  });
  v1::RecordEventsResponse response;
  int answered = 0;
  while (stream->Read(&response)) {
    ASSERT_THAT(response.results(), SizeIs(5));
    for (int i = 0; i < 5; ++i) EXPECT_EQ(response.results(i).has_error(), i == 2);
    EXPECT_EQ(ErrorDetails(response.results(2).error()).bad_request.field_violations(0).field(),
              "event.source");
    ++answered;
  }
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(answered, kBatches);
  EXPECT_EQ(GetStatus().log_position(), kBatches * 4);
}

struct BatchCase {
  std::string name;
  int events;
};

class BadBatchTest : public ServerFixture, public ::testing::WithParamInterface<BatchCase> {};

TEST_P(BadBatchTest, EndsTheStreamAfterTheAnswersBefore) {
  Start();
  grpc::ClientContext context;
  auto stream = journeys_->RecordEvents(&context);
  v1::RecordEventsRequest good;
  *good.add_events() = MakeEvent("e1", "INC1");
  ASSERT_TRUE(stream->Write(good));
  v1::RecordEventsRequest bad;
  for (int i = 0; i < GetParam().events; ++i) bad.add_events();
  ASSERT_TRUE(stream->Write(bad));
  v1::RecordEventsResponse response;
  EXPECT_TRUE(stream->Read(&response));
  EXPECT_FALSE(stream->Read(&response));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ErrorDetails(status).info.reason(), "BATCH_SIZE");
  EXPECT_EQ(GetStatus().log_position(), 1);
}

INSTANTIATE_TEST_SUITE_P(All, BadBatchTest,
                         ::testing::Values(BatchCase{"Empty", 0}, BatchCase{"TooMany", 1001}),
                         [](const auto& info) { return info.param.name; });

TEST_F(ServerTest, AStreamWhoseCallerLeavesLosesNothing) {
  Start();
  {
    grpc::ClientContext context;
    auto stream = journeys_->RecordEvents(&context);
    v1::RecordEventsRequest request;
    for (int i = 0; i < 1000; ++i) *request.add_events() = MakeEvent(absl::StrCat("e", i), "INC1");
    ASSERT_TRUE(stream->Write(request));
    v1::RecordEventsRequest more;
    *more.add_events() = MakeEvent("last", "INC2");
    ASSERT_TRUE(stream->Write(more));
    v1::RecordEventsResponse response;
    ASSERT_TRUE(stream->Read(&response));
    context.TryCancel();
    (void)stream->Finish();
  }
  EXPECT_GE(GetStatus().log_position(), 1000);
  EXPECT_THAT(server_->Shutdown(absl::Seconds(10)), IsOk());
}

TEST_F(ServerTest, ShutdownEndsIdleStreamsAtOnce) {
  Start();
  grpc::ClientContext context;
  auto stream = journeys_->RecordEvents(&context);
  v1::RecordEventsRequest request;
  *request.add_events() = MakeEvent("e1", "INC1");
  ASSERT_TRUE(stream->Write(request));
  v1::RecordEventsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  const absl::Time before = absl::Now();
  EXPECT_THAT(server_->Shutdown(absl::Seconds(60)), IsOk());
  EXPECT_LT(absl::Now() - before, absl::Seconds(30));
  EXPECT_FALSE(stream->Read(&response));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorDetails(status).info.reason(), "SHUTTING_DOWN");
}

TEST_F(ServerTest, ShutdownTellsWhoeverWatchesTheHealthAndDoesNotWaitForThem) {
  Start();
  HealthWatch health(channel_);
  ASSERT_TRUE(health.Await(HealthWatch::Response::SERVING));
  const absl::Time before = absl::Now();
  EXPECT_THAT(server_->Shutdown(absl::Seconds(60)), IsOk());
  EXPECT_LT(absl::Now() - before, absl::Seconds(30));
  EXPECT_TRUE(health.Await(HealthWatch::Response::NOT_SERVING));
}

TEST_F(ServerTest, TellsItsStatusAndRules) {
  Start();
  v1::RecordEventResponse recorded;
  ASSERT_TRUE(Record(MakeEvent("e1", "INC1"), &recorded).ok());
  const v1::GetStatusResponse status = GetStatus();
  EXPECT_EQ(status.store(), "memory");
  EXPECT_EQ(status.events_recorded(), 1);
  EXPECT_THAT(status.components(), SizeIs(3));
  for (const v1::ComponentStatus& component : status.components()) {
    EXPECT_TRUE(component.healthy()) << component.DebugString();
  }
  EXPECT_FALSE(status.version().empty());

  grpc::ClientContext context;
  v1::GetRuleSetResponse rules;
  ASSERT_TRUE(admin_->GetRuleSet(&context, {}, &rules).ok());
  EXPECT_EQ(rules.digest(), status.rule_set_digest());
  EXPECT_EQ(rules.digest(), recorded.enrichment().rule_set_digest());
  EXPECT_THAT(rules.journey_definition_ids(), Contains("get-help"));

  grpc::ClientContext second;
  v1::CheckRulesRequest check;
  (*check.mutable_files())["a.yaml"] = "apiVersion: waypost/v1\nname: x\nnonsense: 1\n";
  v1::CheckRulesResponse checked;
  ASSERT_TRUE(admin_->CheckRules(&second, check, &checked).ok());
  EXPECT_FALSE(checked.valid());
  EXPECT_EQ(checked.diagnostics(0).line(), 3);
}

TEST_F(ServerTest, TellsWhetherRulesLoadWithoutPuttingThemInForce) {
  const std::string path = folder_.File("rules.yaml");
  std::ofstream(path) << "apiVersion: waypost/v1\nname: mine\n";
  options_.rules = path;
  Start();
  const std::string digest = GetStatus().rule_set_digest();
  std::ofstream(path) << "apiVersion: waypost/v1\nname: other\n";
  v1::ReloadRulesRequest request;
  request.set_validate_only(true);
  v1::ReloadRulesResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(admin_->ReloadRules(&context, request, &response).ok());
  EXPECT_TRUE(response.valid());
  EXPECT_FALSE(response.in_force());
  EXPECT_EQ(response.digest(), digest);
  EXPECT_EQ(GetStatus().rule_set_digest(), digest);
}

TEST_F(ServerTest, BrokenRulesStayOutOfForce) {
  const std::string path = folder_.File("rules.yaml");
  std::ofstream(path) << "apiVersion: waypost/v1\nname: mine\n"
                         "owners: {desk: {name: Desk}}\n"
                         "stages: [explore, engage]\n"
                         "journeys:\n"
                         "  - id: help\n"
                         "    role: user\n"
                         "    touchpoints:\n"
                         "      - {id: reported, stage: engage, owner: desk, on: created}\n";
  options_.rules = path;
  Start();
  const std::string digest = GetStatus().rule_set_digest();
  std::ofstream(path, std::ios::app) << "nonsense: true\n";
  ::testing::internal::CaptureStderr();
  EXPECT_THAT(server_->ReloadRules(),
              IsError(absl::StatusCode::kInvalidArgument, HasSubstr("rules.yaml:")));
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("rules.yaml:10:1 code=RULES_UNKNOWN_KEY"));
  EXPECT_THAT(httplib::Client(server_->http_address()).Get("/readyz")->body,
              HasSubstr("rules: STALE (the files on disk do not load (1 errors)"));
  EXPECT_EQ(GetStatus().rule_set_digest(), digest);
  EXPECT_TRUE(GetStatus().rules_stale());
  v1::RecordEventResponse response;
  EXPECT_TRUE(Record(MakeEvent("e1", "INC1"), &response).ok());
}

TEST_F(ServerTest, KeepsEverythingInItsFileOverARestart) {
  options_.data = folder_.File("waypost.db");
  Start();
  v1::RecordEventResponse first;
  ASSERT_TRUE(Record(MakeEvent("e1", "INC1"), &first).ok());
  EXPECT_EQ(GetStatus().store(), "sqlite");
  EXPECT_THAT(server_->Shutdown(absl::Seconds(10)), IsOk());
  Start();
  v1::RecordEventResponse again;
  ASSERT_TRUE(Record(MakeEvent("e1", "INC1"), &again).ok());
  EXPECT_TRUE(again.duplicate());
  EXPECT_EQ(again.enrichment().SerializeAsString(), first.enrichment().SerializeAsString());
}

struct StartCase {
  std::string name;
  std::string listen;
  std::string http;
  std::string message;
};

class RefusedStartTest : public ServerFixture, public ::testing::WithParamInterface<StartCase> {};

TEST_P(RefusedStartTest, SaysWhyAndHow) {
  options_.listen = {GetParam().listen};
  options_.http = GetParam().http;
  EXPECT_THAT(Server::Start(options_),
              IsError(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedStartTest,
    ::testing::Values(
        StartCase{"EveryAddress", "0.0.0.0:8642", "", "put a proxy that terminates TLS"},
        StartCase{"EveryAddress6", "[::]:8642", "", "only loopback addresses"},
        StartCase{"AName", "desk.example:8642", "", "only loopback addresses"},
        StartCase{"NoPort", "127.0.0.1", "", "expected HOST:PORT"},
        StartCase{"BadPort", "127.0.0.1:70000", "", "expected HOST:PORT"},
        StartCase{"BareSix", "::1:8642", "", "expected HOST:PORT"},
        StartCase{"EmptyPath", "unix:", "", "expected HOST:PORT"},
        StartCase{"LongPath", "unix:/" + std::string(120, 'x'), "", "longer than 107 bytes"},
        StartCase{"Http", "127.0.0.1:0", "192.168.1.1:80", "only loopback addresses"},
        StartCase{"HttpOnSocket", "127.0.0.1:0", "unix:/tmp/x", "not on a Unix socket"}),
    [](const auto& info) { return info.param.name; });

TEST_F(ServerTest, DoesNotTakeAnAddressThatIsInUse) {
  Start();
  ServerOptions second = options_;
  second.listen = {server_->addresses()[1]};
  EXPECT_THAT(Server::Start(second), IsError(absl::StatusCode::kUnavailable, HasSubstr("in use")));
  second.listen = {server_->addresses()[0]};
  EXPECT_THAT(Server::Start(second),
              IsError(absl::StatusCode::kUnavailable, HasSubstr("another process answers")));
  second.listen = {"127.0.0.1:0"};
  second.http = server_->http_address().substr(std::string("http://").size());
  EXPECT_THAT(Server::Start(second), IsError(absl::StatusCode::kUnavailable, HasSubstr("in use")));
}

TEST_F(ServerTest, TheSocketIsItsOwnersAloneAndAStaleOneIsReplaced) {
  Start();
  struct stat status {};
  ASSERT_EQ(stat(folder_.File("socket").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600);
  std::ofstream(folder_.File("file")) << "precious";
  ServerOptions second = options_;
  second.listen = {"unix:" + folder_.File("file")};
  EXPECT_THAT(Server::Start(second),
              IsError(absl::StatusCode::kInvalidArgument, HasSubstr("no socket")));
}

}  // namespace
}  // namespace waypost::service
