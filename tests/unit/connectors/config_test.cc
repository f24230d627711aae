// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/config.h"

#include <stdlib.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace waypost::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kProfile = R"(
apiVersion: waypost/v1
kind: connector-profile
name: desk
settings: {user: bot}
tables: {statuses: {new: new}}
receive:
  signature: {algorithm: hmac-sha256, header: X-Sig}
events:
  - event: {event_id: payload.id, occurred_at: received_at}
)";

class ConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    Write("desk.yaml", kProfile);
    Write("secret", "from a file\n");
    setenv("WAYPOST_CONFIG_TEST_SECRET", "from the environment", 1);
  }
  void TearDown() override { unsetenv("WAYPOST_CONFIG_TEST_SECRET"); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.File(name)) << text;
  }

  std::unique_ptr<const Config> Load(const std::string& text, Secrets secrets = Secrets::kRead) {
    Write("connect.yaml", "apiVersion: waypost/v1\nkind: connector-config\n" + text);
    const FindProfileFile find = [&](const std::string& name) -> absl::StatusOr<std::string> {
      if (name != "desk") return absl::NotFoundError("there is no profile '" + name + "'");
      return folder_.File("desk.yaml");
    };
    DiagnosticSink sink;
    auto config = LoadConfig(folder_.File("connect.yaml"), find, secrets, &sink);
    findings_.clear();
    for (const Diagnostic& finding : sink.Take()) {
      findings_.push_back(finding.ToString().substr(folder_.path().size() + 1));
    }
    return config;
  }

  TemporaryFolder folder_;
  std::vector<std::string> findings_;
};

TEST_F(ConfigTest, ReadsToolsWithTheirSecretsAndChanges) {
  const auto config = Load(R"(listen: 127.0.0.1:0
sidecar: unix:/run/waypost.sock
data: /var/lib/waypost-connect
max_body_kib: 64
spool: {max_requests: 10, max_mib: 2}
connectors:
  - name: first
    profile: desk
    tenant: acme
    source: rt
    settings: {user: waypost}
    tables: {statuses: {parked: open}}
    webhook:
      authentication: signature
      secret: [env:WAYPOST_CONFIG_TEST_SECRET, "file:)" +
                           folder_.File("secret") + R"("]
      max_requests_per_second: 5
  - {name: second, profile: desk, webhook: {authentication: none}}
)");
  ASSERT_NE(config, nullptr) << findings_.front();
  EXPECT_EQ(config->listen, "127.0.0.1:0");
  EXPECT_EQ(config->spool_path(), "/var/lib/waypost-connect/connect.db");
  EXPECT_EQ(config->max_body_bytes, 65536u);
  EXPECT_EQ(config->spool.max_requests, 10);
  EXPECT_EQ(config->spool.max_bytes, 2 << 20);
  ASSERT_EQ(config->connectors.size(), 2u);
  const Connector& first = *config->connectors[0];
  EXPECT_EQ(first.tenant, "acme");
  EXPECT_EQ(first.source, "rt");
  EXPECT_EQ(first.max_requests_per_second, 5);
  EXPECT_EQ(first.authenticator.kind, AuthenticationKind::kSignature);
  EXPECT_EQ(first.authenticator.signature->header, "x-sig");
  EXPECT_THAT(first.authenticator.secrets, ElementsAre("from the environment", "from a file"));
  EXPECT_EQ(config->connectors[1]->source, "second");
  EXPECT_EQ(config->connectors[1]->tenant, "default");
}

TEST_F(ConfigTest, TellsAllMistakesAtOnce) {
  EXPECT_EQ(Load(R"(listen: 0.0.0.0:80
connectors:
  - {name: A b, profile: deks, webhook: {authentication: none}}
  - {name: c, profile: desk, settings: {usr: x}, webhook: {authentication: bearer}}
  - {name: c, profile: desk, webhook: {authentication: basic, secret: hunter2}}
  - {name: d, profile: desk}
)"),
            nullptr);
  EXPECT_THAT(findings_,
              ElementsAre(HasSubstr("connect.yaml:3:9: error: webhooks are taken on a loopback"),
                          HasSubstr("connect.yaml:5:12: error: a connector's name has at most"),
                          HasSubstr("connect.yaml:5:26: error: there is no profile 'deks'"),
                          HasSubstr("connect.yaml:6:46: error: the profile has no setting \"usr\""),
                          HasSubstr("\"secret\" is missing"),
                          HasSubstr("connect.yaml:7:12: error: another connector is named \"c\""),
                          HasSubstr("\"user\" is missing"),
                          HasSubstr("a secret is not written here but named"),
                          HasSubstr("\"webhook\" is missing")));
}

TEST_F(ConfigTest, ReadsWhereSurveysAreAnswered) {
  const auto config = Load(R"(surveys:
  page:
    url: https://feedback.example/it/
    listen: 127.0.0.1:0
    secret: ["env:WAYPOST_CONFIG_TEST_SECRET"]
    desk: IT Service Desk
    trusted_proxies: [127.0.0.1, 10.0.0.0/8]
    max_requests_per_minute: 30
connectors: [{name: c, profile: desk, webhook: {authentication: none}}]
)");
  ASSERT_NE(config, nullptr) << findings_.front();
  EXPECT_EQ(config->surveys->place.page_url, "https://feedback.example/it");
  EXPECT_EQ(config->surveys->place.page_secret, "from the environment");
  const SurveyPageConfig& page = *config->surveys->page;
  EXPECT_EQ(page.listen, "127.0.0.1:0");
  EXPECT_EQ(page.desk, "IT Service Desk");
  EXPECT_EQ(page.trusted_proxies.size(), 2u);
  EXPECT_EQ(page.max_requests_per_minute, 30);
  EXPECT_NE(config->connectors[0]->survey_links, nullptr);
}

TEST_F(ConfigTest, TellsWhatIsWrongWithSurveys) {
  const struct {
    const char* name;
    const char* surveys;
    const char* finding;
  } kRows[] = {
      {"nothing", "{}", "surveys are answered on a page: or at a link:, one of them"},
      {"both", "{link: x, page: {url: 'https://x', secret: 'env:A'}}", "one of them"},
      {"unknown field", "{link: 'https://x/{{survey.idd}}'}", "idd"},
      {"no secret", "{page: {url: 'https://x'}}", "\"secret\" is missing"},
      {"in the clear", "{page: {url: 'http://x', secret: 'file:SECRET'}}",
       "the page is at https://"},
      {"with a query", "{page: {url: 'https://x?y', secret: 'file:SECRET'}}",
       "the page is at https://"},
      {"short secret", "{page: {url: 'https://x', secret: 'file:SECRET'}}", "fewer than 16 bytes"},
      {"in the open", "{page: {url: 'https://x', listen: '0.0.0.0:1', secret: 'file:SECRET'}}",
       "the page is served on a loopback address"},
      {"no proxy", "{page: {url: 'https://x', trusted_proxies: [nginx], secret: 'file:SECRET'}}",
       "\"nginx\" is neither an IP address nor a range"},
      {"no rate", "{page: {url: 'https://x', max_requests_per_minute: 0, secret: 'file:SECRET'}}",
       "expected a whole number from 1"},
  };
  for (const auto& row : kRows) {
    const std::string surveys =
        absl::StrReplaceAll(row.surveys, {{"SECRET", folder_.File("secret")}});
    EXPECT_EQ(Load("surveys: " + surveys +
                   "\nconnectors: [{name: c, profile: desk, webhook: {authentication: none}}]\n"),
              nullptr);
    EXPECT_THAT(findings_, testing::Contains(HasSubstr(row.finding))) << row.name;
  }
}

constexpr const char* kPolledProfile = R"(
apiVersion: waypost/v1
kind: connector-profile
name: desk
settings: {url: "", instance: ""}
read: {url: "{{settings.url}}"}
poll:
  interval: 45s
  needs: [instance]
  call: {method: GET, path: [list]}
  items: response
  id: item.id
  time: item.at
events:
  - event: {event_id: payload.id, occurred_at: received_at}
)";

TEST_F(ConfigTest, ReadsHowAToolIsPolledInsteadOfItsWebhook) {
  Write("desk.yaml", kPolledProfile);
  const auto config = Load(R"(connectors:
  - name: first
    profile: desk
    settings: {url: "https://desk.example.org", instance: x}
    read: {secret: "env:WAYPOST_CONFIG_TEST_SECRET"}
    poll: {look_back: 2m, start: "2026-05-04T09:00:00Z"}
)");
  ASSERT_NE(config, nullptr) << findings_.front();
  const Connector& first = *config->connectors[0];
  EXPECT_FALSE(first.takes_webhooks);
  EXPECT_TRUE(first.reads);
  EXPECT_EQ(first.read_secret, "from the environment");
  ASSERT_TRUE(first.poll.has_value());
  EXPECT_EQ(first.poll->interval, absl::Seconds(45));
  EXPECT_EQ(first.poll->look_back, absl::Minutes(2));
  EXPECT_EQ(first.poll->start, absl::FromUnixSeconds(1'777'885'200));
}

TEST_F(ConfigTest, TellsAllMistakesOfPollingAtOnce) {
  Write("desk.yaml", kPolledProfile);
  EXPECT_EQ(Load(R"(connectors:
  - {name: a, profile: desk, settings: {url: "https://x", instance: x}, poll: {}}
  - name: b
    profile: desk
    settings: {url: "http://elsewhere.example.org"}
    read: {secret: "env:WAYPOST_CONFIG_TEST_SECRET"}
    poll: {interval: soon, start: yesterday, every: 5s}
)"),
            nullptr);
  EXPECT_THAT(findings_,
              testing::UnorderedElementsAre(
                  HasSubstr("connect.yaml:4:5: error: \"read\" is missing"),
                  HasSubstr("connect.yaml:8:11: error: without TLS"),
                  HasSubstr("\"settings\" must say \"instance\""),
                  HasSubstr("connect.yaml:9:22: error: expected a length of time from 1s to"),
                  HasSubstr("connect.yaml:9:35: error: expected a time as"), HasSubstr("every")));
  Write("desk.yaml", kProfile);
  EXPECT_EQ(Load(R"(connectors:
  - name: a
    profile: desk
    webhook: {authentication: none}
    read: {secret: "env:WAYPOST_CONFIG_TEST_SECRET"}
    poll: {}
)"),
            nullptr);
  EXPECT_THAT(findings_, ElementsAre(HasSubstr("the profile does not say how to read the tool"),
                                     HasSubstr("the profile does not say how to poll the tool")));
}

TEST_F(ConfigTest, ASecretThatIsNotThereIsAnErrorThatNamesTheWay) {
  constexpr const char* kText = R"(connectors:
  - {name: c, profile: desk, webhook: {authentication: bearer, secret: "env:WAYPOST_NO_SUCH"}}
)";
  EXPECT_EQ(Load(kText), nullptr);
  EXPECT_THAT(findings_,
              ElementsAre(HasSubstr("the environment variable WAYPOST_NO_SUCH is not set")));
  EXPECT_NE(Load(kText, Secrets::kLeave), nullptr);
}

}  // namespace
}  // namespace waypost::connectors
