// SPDX-License-Identifier: Apache-2.0
// Fills the disk under the real program: it refuses with a reason, says so, goes on answering
// questions, loses nothing that it answered, keeps nothing that it refused, and goes on by itself
// when there is room again.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "tests/crash/journey_steps.h"
#include "tests/crash/sidecar_process.h"
#include "tests/crash/small_disk.h"
#include "tests/support/health_watch.h"
#include "tests/support/temporary_folder.h"
#include "waypost/v1/admin_service.grpc.pb.h"
#include "waypost/v1/journey_service.grpc.pb.h"

namespace waypost {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kDiskBytes = int64_t{4} << 20;
constexpr int64_t kFillerBytes = int64_t{2} << 20;
constexpr char kFiller[] = "filler";
constexpr char kLastBytes[] = "last-bytes";
constexpr int kEventsInTables = 52;
constexpr int kEventsPerTicket = 5;
constexpr int kTicketsPerPerson = 3;

v1::TicketEvent MakeEvent(int number) {
  const int ticket = number / kEventsPerTicket;
  v1::TicketEvent event;
  event.set_event_id(absl::StrCat("e", number));
  event.set_source("desk");
  event.mutable_occurred_at()->set_seconds(1'777'888'800 + number);
  event.mutable_ticket()->set_ref(absl::StrCat("INC", ticket));
  event.mutable_ticket()->set_type("incident");
  event.mutable_ticket()->mutable_requester()->set_id(
      absl::StrCat("person ", ticket / kTicketsPerPerson));
  event.mutable_ticket()->set_group(absl::StrCat("group ", number % 3));
  event.mutable_comment()->set_body(std::string(1000, 'x'));
  return event;
}

// What a caller is told of a refusal, checked for what every refusal of a full disk has.
void ExpectRefusal(const google::rpc::Status& status) {
  EXPECT_TRUE(status.code() == grpc::StatusCode::RESOURCE_EXHAUSTED ||
              status.code() == grpc::StatusCode::UNAVAILABLE)
      << status.DebugString();
  google::rpc::ErrorInfo info;
  google::rpc::RetryInfo retry;
  for (const google::protobuf::Any& detail : status.details()) {
    if (detail.Is<google::rpc::ErrorInfo>()) detail.UnpackTo(&info);
    if (detail.Is<google::rpc::RetryInfo>()) detail.UnpackTo(&retry);
  }
  EXPECT_TRUE(info.reason() == "DISK_FULL" || info.reason() == "STORE_UNAVAILABLE")
      << status.DebugString();
  EXPECT_EQ(info.domain(), "waypost");
  EXPECT_GT(retry.retry_delay().seconds(), 0) << status.DebugString();
}

google::rpc::Status StatusOf(const grpc::Status& status) {
  google::rpc::Status rpc;
  EXPECT_TRUE(rpc.ParseFromString(status.error_details())) << status.error_message();
  return rpc;
}

class DiskFullTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<SmallDisk>> disk = SmallDisk::Mount(folder_.path(), kDiskBytes);
    if (!disk.ok()) GTEST_SKIP() << "no file system of its own: " << disk.status().message();
    disk_ = *std::move(disk);
    ASSERT_EQ(disk_->Fill(kFiller, kFillerBytes), kFillerBytes);
  }

  void TearDown() override {
    if (HasFailure() && process_ != nullptr) {
      std::ifstream log(logs_.File("log"));
      std::cout << "The sidecar's log:\n" << log.rdbuf();
    }
  }

  std::unique_ptr<SidecarProcess> NewProcess() {
    return std::make_unique<SidecarProcess>(
        std::vector<std::string>{WAYPOST_PROGRAM, "serve", "--rules",
                                 std::string(WAYPOST_SOURCE_DIR) + "/rules/service-desk", "--data",
                                 disk_->File("data"), "--listen", "127.0.0.1:0", "--http",
                                 "127.0.0.1:0"},
        logs_.File("log"));
  }

  void StartSidecar() {
    process_ = NewProcess();
    const std::optional<SidecarProcess::Addresses> addresses = process_->AwaitReady();
    ASSERT_TRUE(addresses.has_value());
    channel_ = grpc::CreateChannel(addresses->grpc, grpc::InsecureChannelCredentials());
    journeys_ = v1::JourneyService::NewStub(channel_);
    health_ = std::make_unique<HealthWatch>(channel_);
    http_ = std::make_unique<httplib::Client>(addresses->http);
    ASSERT_TRUE(health_->Await(HealthWatch::Response::SERVING));
  }

  // Records the event: OK when it was answered, now or before.
  grpc::Status Record(int number) {
    grpc::ClientContext context;
    v1::RecordEventRequest request;
    *request.mutable_event() = MakeEvent(number);
    v1::RecordEventResponse response;
    const grpc::Status status = journeys_->RecordEvent(&context, request, &response);
    if (!status.ok()) return status;
    const std::string answer = response.enrichment().SerializeAsString();
    const auto [known, added] = answers_.try_emplace(number, answer);
    EXPECT_EQ(known->second, answer) << "event " << number << " was answered anew";
    EXPECT_EQ(response.duplicate(), !added) << "event " << number;
    return status;
  }

  // Records events until one is refused, whose number it returns, and takes the last bytes.
  int FillDisk() {
    while (next_ < 100'000) {
      const grpc::Status status = Record(next_++);
      if (status.ok()) continue;
      ExpectRefusal(StatusOf(status));
      disk_->Fill(kLastBytes, kDiskBytes);
      return next_ - 1;
    }
    ADD_FAILURE() << "the disk does not get full";
    return -1;
  }

  void FreeDisk() {
    disk_->Free(kLastBytes);
    disk_->Free(kFiller);
  }

  std::string Call(const std::string& method, const std::string& json) {
    const httplib::Result result = http_->Post("/waypost.v1." + method, json, "application/json");
    EXPECT_TRUE(result && result->status == 200) << method << (result ? result->body : "");
    return result ? result->body : "";
  }

  v1::GetStatusResponse GetStatus() {
    grpc::ClientContext context;
    v1::GetStatusResponse status;
    EXPECT_TRUE(v1::AdminService::NewStub(channel_)->GetStatus(&context, {}, &status).ok());
    return status;
  }

  // Every answered event is there once, in the journey of its ticket, and nothing else is.
  void ExpectAllThere() {
    EXPECT_EQ(GetStatus().log_position(), static_cast<int64_t>(answers_.size()));
    absl::StatusOr<std::map<std::string, int>> steps = CountJourneySteps(channel_);
    ASSERT_TRUE(steps.ok()) << steps.status();
    EXPECT_EQ(steps->size(), answers_.size());
    for (const auto& [number, answer] : answers_) {
      EXPECT_EQ((*steps)[absl::StrCat("e", number)], 1) << "event " << number;
    }
  }

  void ExpectRefusedOverHttp(int number);
  void ExpectRefusedOnStream(int first);
  void ExpectSaysThatItIsFull();
  void ExpectAnswersQuestions();
  void ExpectNothingLostAfterRestart(int refused);

  TemporaryFolder logs_;
  TemporaryFolder folder_;
  std::unique_ptr<SmallDisk> disk_;
  std::unique_ptr<SidecarProcess> process_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::JourneyService::Stub> journeys_;
  std::unique_ptr<HealthWatch> health_;
  std::unique_ptr<httplib::Client> http_;
  int next_ = 0;
  std::map<int, std::string> answers_;  // by the event's number
};

void DiskFullTest::ExpectRefusedOverHttp(int number) {
  std::string event;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(MakeEvent(number), &event).ok());
  const httplib::Result result =
      http_->Post("/waypost.v1.JourneyService/RecordEvent",
                  absl::StrCat(R"({"event":)", event, "}"), "application/json");
  ASSERT_TRUE(result);
  const bool full = result->body.find("\"code\":\"resource_exhausted\"") != std::string::npos;
  EXPECT_EQ(result->status, full ? 429 : 503) << result->body;
  EXPECT_THAT(result->body, HasSubstr(full ? R"("reason":"DISK_FULL","domain":"waypost")"
                                           : R"("reason":"STORE_UNAVAILABLE","domain":"waypost")"));
  EXPECT_FALSE(result->get_header_value("Retry-After").empty());
}

void DiskFullTest::ExpectRefusedOnStream(int first) {
  grpc::ClientContext context;
  const auto stream = journeys_->RecordEvents(&context);
  v1::RecordEventsRequest request;
  for (int i = 0; i < 10; ++i) *request.add_events() = MakeEvent(first + i);
  v1::RecordEventsResponse response;
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.results_size(), 10);
  for (const v1::RecordEventResult& result : response.results()) ExpectRefusal(result.error());
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

void DiskFullTest::ExpectSaysThatItIsFull() {
  ASSERT_TRUE(health_->Await(HealthWatch::Response::NOT_SERVING));
  const v1::GetStatusResponse status = GetStatus();
  EXPECT_GT(status.events_refused(), 0);
  for (const v1::ComponentStatus& component : status.components()) {
    EXPECT_EQ(component.healthy(), component.name() != "store") << component.DebugString();
    if (component.name() == "store") EXPECT_THAT(component.message(), HasSubstr("full"));
  }
  const httplib::Result ready = http_->Get("/readyz");
  ASSERT_TRUE(ready);
  EXPECT_EQ(ready->status, 503);
  EXPECT_THAT(ready->body, HasSubstr("store: NOT OK"));
  const httplib::Result alive = http_->Get("/healthz");
  ASSERT_TRUE(alive);
  EXPECT_EQ(alive->status, 200);
}

void DiskFullTest::ExpectAnswersQuestions() {
  ExpectAllThere();
  EXPECT_TRUE(Record(0).ok());  // its first answer again
  const std::string ticket = R"({"ticket":{"source":"desk","ref":"INC0"}})";
  EXPECT_THAT(Call("InsightService/GetJourney", ticket), HasSubstr("INC0"));
  EXPECT_THAT(Call("InsightService/ExplainJourney", ticket), HasSubstr("\"rules\""));
  EXPECT_THAT(Call("InsightService/GetJourneyMap", "{}"), HasSubstr("\"cells\""));
  (void)Call("InsightService/ListUnmappedEvents", "{}");
  (void)Call("AdminService/GetRuleSet", "{}");
}

void DiskFullTest::ExpectNothingLostAfterRestart(int refused) {
  FreeDisk();
  StartSidecar();
  if (HasFatalFailure()) return;
  ExpectAllThere();
  for (int number = 0; number <= refused; ++number) EXPECT_TRUE(Record(number).ok());
  ExpectAllThere();
  EXPECT_EQ(process_->Terminate(), 0);
}

TEST_F(DiskFullTest, RefusesSaysSoAnswersQuestionsAndRecoversByItself) {
  StartSidecar();
  if (HasFatalFailure()) return;
  while (next_ < kEventsInTables) EXPECT_TRUE(Record(next_++).ok());
  ExpectAllThere();  // a list brings the tables up to date
  const int refused = FillDisk();
  ExpectSaysThatItIsFull();
  ExpectAnswersQuestions();
  const auto answered = static_cast<int>(answers_.size());
  for (int i = 0; i < 20; ++i) ExpectRefusal(StatusOf(Record(next_ + i)));
  ExpectRefusedOverHttp(next_ + 20);
  ExpectRefusedOnStream(next_ + 21);
  EXPECT_EQ(GetStatus().log_position(), answered);

  FreeDisk();
  ASSERT_TRUE(health_->Await(HealthWatch::Response::SERVING));
  for (int number = refused; number < next_ + 31; ++number) EXPECT_TRUE(Record(number).ok());
  ExpectAllThere();
  EXPECT_EQ(process_->Terminate(), 0);
  RecordProperty("events", answered);
}

TEST_F(DiskFullTest, KilledWhileFullLosesNothing) {
  StartSidecar();
  if (HasFatalFailure()) return;
  const int refused = FillDisk();
  process_->Kill();
  ExpectNothingLostAfterRestart(refused);
}

TEST_F(DiskFullTest, EndedWhileFullLosesNothing) {
  StartSidecar();
  if (HasFatalFailure()) return;
  const int refused = FillDisk();
  EXPECT_EQ(process_->Terminate(), 1);  // not all is as it should be
  ExpectNothingLostAfterRestart(refused);
}

}  // namespace
}  // namespace waypost
