// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/http_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "tests/unit/service/server_fixture.h"

namespace waypost::service {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kRecordEvent[] = "/waypost.v1.JourneyService/RecordEvent";
constexpr char kEvent[] = R"({"event": {"eventId": "e1", "source": "desk",
    "occurredAt": "2026-05-04T10:00:00Z",
    "ticket": {"ref": "INC1", "type": "incident", "requester": {"id": "ann"}}}})";

class HttpTest : public ServerFixture {
 protected:
  void SetUp() override {
    clock_.Set(absl::FromCivil(absl::CivilSecond(2026, 5, 4, 10, 0, 0), absl::UTCTimeZone()));
    Start();
    client_ = std::make_unique<httplib::Client>(server_->http_address());
  }

  httplib::Result Post(const std::string& path, const std::string& body,
                       const std::string& type = "application/json",
                       const httplib::Headers& headers = {}) {
    return client_->Post(path, headers, body, type);
  }

  std::unique_ptr<httplib::Client> client_;
};

TEST_F(HttpTest, RecordsJsonAndAnswersJson) {
  const auto result = Post(kRecordEvent, kEvent, "application/json; charset=utf-8",
                           {{"Connect-Protocol-Version", "1"}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200) << result->body;
  EXPECT_EQ(result->get_header_value("Content-Type"), "application/json");
  v1::RecordEventResponse response;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(result->body, &response).ok());
  EXPECT_THAT(response.enrichment().journey_id(), StartsWith("j-"));
  EXPECT_FALSE(response.duplicate());

  const auto again = Post(kRecordEvent, kEvent);
  ASSERT_TRUE(again);
  EXPECT_THAT(again->body, HasSubstr("\"duplicate\":true"));
}

TEST_F(HttpTest, RecordsBinaryAndAnswersBinary) {
  v1::RecordEventRequest request;
  *request.mutable_event() = MakeEvent("e1", "INC1");
  const auto result = Post(kRecordEvent, request.SerializeAsString(), "application/proto");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200) << result->body;
  v1::RecordEventResponse response;
  EXPECT_TRUE(response.ParseFromString(result->body));
  EXPECT_EQ(response.enrichment().events(0).type(), v1::EVENT_TYPE_CREATED);
}

TEST_F(HttpTest, AnswersQuestions) {
  ASSERT_TRUE(Post(kRecordEvent, kEvent));
  const auto journey = Post("/waypost.v1.InsightService/GetJourney",
                            R"({"ticket": {"source": "desk", "ref": "INC1"}})");
  ASSERT_TRUE(journey);
  EXPECT_EQ(journey->status, 200) << journey->body;
  EXPECT_THAT(journey->body, HasSubstr("\"ref\":\"INC1\""));
  const auto status = Post("/waypost.v1.AdminService/GetStatus", "{}");
  ASSERT_TRUE(status);
  EXPECT_THAT(status->body, HasSubstr("\"store\":\"memory\""));
}

struct ErrorCase {
  std::string name;
  std::string path;
  std::string body;
  std::string type;
  int status;
  std::string code;
  std::string text;
};

class HttpErrorTest : public HttpTest, public ::testing::WithParamInterface<ErrorCase> {};

TEST_P(HttpErrorTest, SaysWhatIsWrongAsConnectDoes) {
  const auto result = Post(GetParam().path, GetParam().body, GetParam().type);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, GetParam().status) << result->body;
  EXPECT_EQ(result->get_header_value("Content-Type"), "application/json");
  EXPECT_THAT(result->body, HasSubstr("{\"code\":\"" + GetParam().code + "\""));
  EXPECT_THAT(result->body, HasSubstr(GetParam().text));
  EXPECT_EQ(GetStatus().log_position(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, HttpErrorTest,
    ::testing::Values(
        ErrorCase{"BrokenBounds", kRecordEvent, R"({"event": {"eventId": ""}})", "application/json",
                  400, "invalid_argument", "\"field\":\"event.event_id\""},
        ErrorCase{"ReasonAndDomain", kRecordEvent, "{}", "application/json", 400,
                  "invalid_argument", R"("reason":"EVENT_INVALID","domain":"waypost")"},
        ErrorCase{"UnknownField", kRecordEvent, R"({"event": {"evntId": "e1"}})",
                  "application/json", 400, "invalid_argument", "evntId"},
        ErrorCase{"NoJson", kRecordEvent, "<xml/>", "application/json", 400, "invalid_argument",
                  "is no waypost.v1.RecordEventRequest in JSON"},
        ErrorCase{"EmptyBody", kRecordEvent, "", "application/json", 400, "invalid_argument",
                  "in JSON"},
        ErrorCase{"UnknownEnum", kRecordEvent, R"({"event": {"type": "EVENT_TYPE_NONE"}})",
                  "application/json", 400, "invalid_argument", "EVENT_TYPE_NONE"},
        ErrorCase{"NoProto", kRecordEvent, "\xff\xff", "application/proto", 400, "invalid_argument",
                  "EVENT_MALFORMED"},
        ErrorCase{"CurlsDefaultType", kRecordEvent, kEvent, "application/x-www-form-urlencoded",
                  415, "invalid_argument", "send application/json"},
        ErrorCase{"UnknownMethod", "/waypost.v1.JourneyService/Nothing", "{}", "application/json",
                  404, "unimplemented", "no method /waypost.v1.JourneyService/Nothing"},
        ErrorCase{"UnknownPath", "/", "{}", "application/json", 404, "unimplemented",
                  "no method /;"},
        ErrorCase{"Stream", "/waypost.v1.JourneyService/RecordEvents", "{}", "application/json",
                  501, "unimplemented", "is a stream, which needs gRPC"},
        ErrorCase{"NotFound", "/waypost.v1.InsightService/GetJourney", R"({"journeyId": "j-0"})",
                  "application/json", 404, "not_found", "JOURNEY_NOT_FOUND"},
        ErrorCase{"TooLarge", kRecordEvent, std::string((16 << 20) + 1, ' '), "application/json",
                  413, "invalid_argument", "larger than 16 MiB"}),
    [](const auto& info) { return info.param.name; });

TEST_F(HttpTest, OtherVerbsAreRefused) {
  const auto get = client_->Get(kRecordEvent);
  ASSERT_TRUE(get);
  EXPECT_EQ(get->status, 405);
  EXPECT_EQ(get->get_header_value("Allow"), "POST");
  const auto put = client_->Put(kRecordEvent, kEvent, "application/json");
  ASSERT_TRUE(put);
  EXPECT_EQ(put->status, 405);
}

TEST_F(HttpTest, AnotherProtocolVersionIsRefused) {
  const auto result =
      Post(kRecordEvent, kEvent, "application/json", {{"Connect-Protocol-Version", "2"}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 400);
}

TEST_F(HttpTest, ANameThatIsNotThisMachineIsRefused) {
  const auto result = Post(kRecordEvent, kEvent, "application/json", {{"Host", "evil.example"}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 421);
  EXPECT_EQ(GetStatus().log_position(), 0);
  const auto named = Post(kRecordEvent, kEvent, "application/json", {{"Host", "localhost:1234"}});
  ASSERT_TRUE(named);
  EXPECT_EQ(named->status, 200);
}

// A client that sends what it is told and reads until the server hangs up.
class RawClient {
 public:
  explicit RawClient(const std::string& http_address) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port =
        htons(static_cast<uint16_t>(std::stoi(http_address.substr(http_address.rfind(':') + 1))));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  ~RawClient() { close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool Send(std::string_view text) {
    return send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }

  // False when the server holds the connection for longer than `time`.
  bool AwaitEnd(absl::Duration time) {
    const absl::Time until = absl::Now() + time;
    std::array<char, 4096> buffer;
    while (true) {
      pollfd waited_for = {socket_, POLLIN, 0};
      const auto left = absl::ToInt64Milliseconds(until - absl::Now());
      if (left <= 0 || poll(&waited_for, 1, static_cast<int>(left)) == 0) return false;
      if (recv(socket_, buffer.data(), buffer.size(), 0) <= 0) return true;
    }
  }

 private:
  int socket_ = -1;
};

constexpr char kHalfARequest[] =
    "POST /waypost.v1.JourneyService/RecordEvent HTTP/1.1\r\nHost: localhost\r\n"
    "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{";

TEST_F(HttpTest, ShutdownDoesNotWaitForClientsThatAreSlowOrIdle) {
  RawClient idle(server_->http_address());
  RawClient slow(server_->http_address());
  ASSERT_TRUE(slow.Send(kHalfARequest));
  ASSERT_EQ(client_->Get("/healthz")->status, 200);
  std::atomic<bool> stop = false;
  std::thread sender([&] {
    while (!stop && slow.Send(" ")) absl::SleepFor(absl::Milliseconds(50));
  });
  const absl::Time before = absl::Now();
  EXPECT_THAT(server_->Shutdown(absl::Seconds(60)), testing::IsOk());
  EXPECT_LT(absl::Now() - before, absl::Seconds(5));
  stop = true;
  sender.join();
}

TEST_F(HttpTest, ClientsThatAreSlowDoNotKeepOthersFromAnAnswer) {
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<RawClient>(server_->http_address()));
    ASSERT_TRUE(slow.back()->Send(kHalfARequest));
  }
  client_->set_read_timeout(30);
  const auto alive = client_->Get("/healthz");
  ASSERT_TRUE(alive) << httplib::to_string(alive.error());
  EXPECT_EQ(alive->status, 200);
}

// A byte now and then renews no deadline: the whole request has one.
TEST_F(HttpTest, AWholeRequestHasADeadline) {
  RawClient slow(server_->http_address());
  ASSERT_TRUE(slow.Send(kHalfARequest));
  std::atomic<bool> stop = false;
  std::thread sender([&] {
    while (!stop && slow.Send(" ")) absl::SleepFor(absl::Milliseconds(500));
  });
  EXPECT_TRUE(slow.AwaitEnd(absl::Seconds(30)));
  stop = true;
  sender.join();
}

TEST_F(HttpTest, TellsWhetherItLivesAndIsReady) {
  const auto alive = client_->Get("/healthz");
  ASSERT_TRUE(alive);
  EXPECT_EQ(alive->status, 200);
  const auto ready = client_->Get("/readyz");
  ASSERT_TRUE(ready);
  EXPECT_EQ(ready->status, 200);
  EXPECT_THAT(ready->body, HasSubstr("rules: ok"));
  EXPECT_THAT(ready->body, HasSubstr("store: ok"));
}

}  // namespace
}  // namespace waypost::service
