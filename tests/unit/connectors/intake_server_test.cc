// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/intake_server.h"

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/temporary_folder.h"

namespace waypost::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'777'888'800);
constexpr size_t kMaxBody = 4096;

class IntakeServerTest : public testing::Test {
 protected:
  void SetUp() override { OpenSpool({}); }

  void OpenSpool(const SpoolOptions& options) {
    server_.reset();
    spool_.reset();
    auto spool = Spool::Open(folder_.File("connect.db"), options);
    ASSERT_TRUE(spool.ok()) << spool.status();
    spool_ = *std::move(spool);
    signed_.name = "signed";
    signed_.authenticator.kind = AuthenticationKind::kSignature;
    signed_.authenticator.signature.emplace();
    signed_.authenticator.signature->header = "x-sig";
    signed_.authenticator.signature->parts = {"body"};
    signed_.authenticator.secrets = {"key"};
    open_.name = "open";
    open_.max_requests_per_second = 2;
    auto server =
        IntakeServer::Start("127.0.0.1:0", {&signed_, &open_}, kMaxBody, spool_.get(), clock_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  httplib::Result Post(const std::string& path, const std::string& body,
                       const httplib::Headers& headers = {}) {
    return httplib::Client(server_->address()).Post(path, headers, body, "application/json");
  }

  // Signed with `key`.
  httplib::Result PostSigned(const std::string& body, const std::string& key = "key") {
    const std::string mac = Hmac(HmacAlgorithm::kSha256, key, body);
    return Post("/hooks/signed", body, {{"X-Sig", absl::BytesToHexString(mac)}});
  }

  std::vector<SpooledRequest> Spooled() {
    auto pending = spool_->ReadPending(0, 100, 1 << 20);
    EXPECT_TRUE(pending.ok()) << pending.status();
    return *std::move(pending);
  }

  TemporaryFolder folder_;
  VirtualClock clock_{kNow};
  Connector signed_;
  Connector open_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<IntakeServer> server_;
};

TEST_F(IntakeServerTest, KeepsASignedRequestAndAnswers202) {
  const auto response = PostSigned(R"({"a": 1})");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 202);
  const std::vector<SpooledRequest> spooled = Spooled();
  ASSERT_EQ(spooled.size(), 1u);
  EXPECT_EQ(spooled[0].connector, "signed");
  EXPECT_EQ(spooled[0].request.body, R"({"a": 1})");
  EXPECT_EQ(spooled[0].request.Header("content-type"), "application/json");
  EXPECT_EQ(spooled[0].request.Header("x-sig"), "") << "a credential was kept";
  EXPECT_EQ(spooled[0].received_at, kNow);
}

TEST_F(IntakeServerTest, RefusesWhatIsNotSignedAndKeepsNothing) {
  EXPECT_EQ(PostSigned("{}", "another key")->status, 401);
  EXPECT_EQ(Post("/hooks/signed", "{}")->status, 401);
  EXPECT_THAT(Spooled(), IsEmpty());
}

TEST_F(IntakeServerTest, KnowsItsConnectorsAndMethods) {
  EXPECT_EQ(Post("/hooks/none", "{}")->status, 404);
  EXPECT_EQ(Post("/elsewhere", "{}")->status, 404);
  httplib::Client client(server_->address());
  EXPECT_EQ(client.Get("/hooks/open")->status, 405);
  EXPECT_EQ(client.Put("/hooks/open", "{}", "application/json")->status, 202);
  EXPECT_EQ(client.Get("/healthz")->body, "ok\n");
}

TEST_F(IntakeServerTest, RefusesALargeBodyHoweverItIsSent) {
  const std::string large(kMaxBody + 1, 'x');
  EXPECT_EQ(Post("/hooks/open", large)->status, 413);
  httplib::Client client(server_->address());
  const auto chunked = client.Post(
      "/hooks/open",
      [&](size_t /*offset*/, httplib::DataSink& sink) {
        sink.write(large.data(), large.size());
        sink.done();
        return true;
      },
      "application/json");
  EXPECT_EQ(chunked->status, 413);
  EXPECT_EQ(Post("/hooks/open", std::string(kMaxBody, 'x'))->status, 202);
  EXPECT_EQ(Spooled().size(), 1u);
}

TEST_F(IntakeServerTest, TellsWhenToComeAgainBeyondTheRate) {
  for (int at = 0; at < 4; ++at) EXPECT_EQ(Post("/hooks/open", "{}")->status, 202);
  const auto refused = Post("/hooks/open", "{}");
  EXPECT_EQ(refused->status, 429);
  EXPECT_EQ(refused->get_header_value("Retry-After"), "1");
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Post("/hooks/open", "{}")->status, 202);
  EXPECT_EQ(PostSigned("{}")->status, 202) << "the limit is each connector's own";
}

TEST_F(IntakeServerTest, TellsWhenToComeAgainWhenTheSpoolIsFull) {
  SpoolOptions options;
  options.max_requests = 1;
  OpenSpool(options);
  EXPECT_EQ(PostSigned("{}")->status, 202);
  const auto refused = PostSigned("{}");
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->get_header_value("Retry-After"), "10");
}

TEST_F(IntakeServerTest, TellsWhenToComeAgainWhenTheDiskIsFull) {
  store::FaultVfs vfs;
  SpoolOptions options;
  options.vfs = vfs.name();
  OpenSpool(options);
  vfs.FailWritesWith(SQLITE_FULL);
  EXPECT_EQ(PostSigned("{}")->status, 503);
  vfs.FailWritesWith(SQLITE_OK);
  EXPECT_EQ(PostSigned("{}")->status, 202);
  EXPECT_EQ(Spooled().size(), 1u);
  server_.reset();
  spool_.reset();
}

}  // namespace
}  // namespace waypost::connectors
