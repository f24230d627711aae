// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/write_back.h"

#include <deque>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "connectors/engine/profile.h"
#include "connectors/engine/spool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace waypost::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::Duration kPatience = absl::Seconds(60);
const absl::Time kNow = absl::FromUnixSeconds(1'777'888'800);

constexpr const char* kProfile = R"(
apiVersion: waypost/v1
kind: connector-profile
name: desk
settings: {base_url: "http://127.0.0.1:1/rt"}
write:
  url: "{{settings.base_url}}"
  headers: {Authorization: "token {{secret}}"}
  actions:
    - kinds: [alert]
      call:
        method: POST
        path: [ticket, "{{action.ticket_ref}}", note]
        body: '{"text": action.owner + ": " + action.text}'
      success: response.ok
      verify:
        call: {method: GET, path: [ticket, "{{action.ticket_ref}}"], query: {with: notes & more}}
        done: action.id in response.notes && started_at < timestamp("2030-01-01T00:00:00Z")
    - {kinds: [status_update], if: "!action.draft", call: {method: PUT, path: [reply, "{{action.ticket_ref}}"]}}
    - kinds: [annotations]
      if: '"known" in action.annotations'
      repeatable: true
      call: {method: PUT, path: [fields, "{{action.ticket_ref}}"], body: action.annotations}
events:
  - event: {event_id: payload.id, occurred_at: received_at}
)";

// The tool has ids of its own for tickets, and takes forms.
constexpr const char* kFindingProfile = R"(
apiVersion: waypost/v1
kind: connector-profile
name: desk
write:
  url: "http://127.0.0.1:1"
  find:
    call: {method: GET, path: [search], query: {number: "{{action.ticket_ref}}"}}
    value: response.found[0]
  actions:
    - kinds: [alert]
      call:
        method: POST
        path: [ticket, "{{found.id}}"]
        form: {note: action.text, more: '{"to": found.?to}'}
      verify:
        call: {method: GET, path: [ticket, "{{found.id}}"]}
        done: response.id == found.id
events:
  - event: {event_id: payload.id, occurred_at: received_at}
)";

// The tool gives tokens.
constexpr const char* kTokenProfile = R"(
apiVersion: waypost/v1
kind: connector-profile
name: desk
write:
  url: "http://127.0.0.1:1"
  headers: {Authorization: "Bearer {{token}}"}
  login:
    call: {method: POST, path: [token], form: {password: secret}}
    value: response.token
  actions:
    - {kinds: [alert], call: {method: POST, path: [note], body: '{"key": secret}'}}
events:
  - event: {event_id: payload.id, occurred_at: received_at}
)";

class ScriptedClient final : public ToolClient {
 public:
  absl::StatusOr<ToolAnswer> Call(const ToolCall& call) override {
    const absl::MutexLock lock(&mutex_);
    calls_.push_back(call);
    if (answers_.empty()) return ToolAnswer{201, R"({"ok": true})", "/note/9", ""};
    absl::StatusOr<ToolAnswer> answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
  }
  void Answer(absl::StatusOr<ToolAnswer> answer) {
    const absl::MutexLock lock(&mutex_);
    answers_.push_back(std::move(answer));
  }
  std::vector<ToolCall> calls() {
    const absl::MutexLock lock(&mutex_);
    return calls_;
  }

 private:
  absl::Mutex mutex_;
  std::deque<absl::StatusOr<ToolAnswer>> answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<ToolCall> calls_ ABSL_GUARDED_BY(mutex_);
};

// Hands out what a test gives it, and keeps what it is told.
class ScriptedSource final : public ActionSource {
 public:
  absl::StatusOr<std::vector<v1::LeasedAction>> Pull() override {
    const absl::MutexLock lock(&mutex_);
    const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return cancelled_ || !actions_.empty();
    };
    mutex_.Await(absl::Condition(&ready));
    if (cancelled_) return absl::CancelledError("ending");
    return std::exchange(actions_, {});
  }
  absl::Status Acknowledge(const std::vector<v1::ActionResult>& results) override {
    const absl::MutexLock lock(&mutex_);
    results_.insert(results_.end(), results.begin(), results.end());
    return absl::OkStatus();
  }
  void Cancel() override {
    const absl::MutexLock lock(&mutex_);
    cancelled_ = true;
  }
  void Give(const v1::Action& action) {
    const absl::MutexLock lock(&mutex_);
    v1::LeasedAction leased;
    *leased.mutable_action() = action;
    leased.mutable_lease()->set_lease_id("lease");
    actions_.push_back(leased);
  }
  v1::ActionResult AwaitResult(size_t number) {
    const absl::MutexLock lock(&mutex_);
    const auto told = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return results_.size() >= number;
    };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&told), kPatience)) {
      ADD_FAILURE() << "nothing was told";
      return {};
    }
    return results_[number - 1];
  }

 private:
  absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<v1::LeasedAction> actions_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::ActionResult> results_ ABSL_GUARDED_BY(mutex_);
};

v1::Action Alert(const std::string& id = "a1") {
  v1::Action action;
  action.set_id(id);
  action.set_kind(v1::ACTION_KIND_ALERT);
  action.set_source("rt");
  action.set_ticket_ref("7/8 ü");
  action.mutable_alert()->set_owner_name("Desk");
  action.mutable_alert()->set_text("Look at \"7\"");
  return action;
}

class WriteBackTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder_.File("profile.yaml")) << ProfileText();
    DiagnosticSink sink;
    profile_ = Profile::Load(folder_.File("profile.yaml"), {}, &sink);
    for (const Diagnostic& finding : sink.Take()) ADD_FAILURE() << finding.ToString();
    ASSERT_NE(profile_, nullptr);
    auto spool = Spool::Open(folder_.File("connect.db"), {});
    ASSERT_TRUE(spool.ok()) << spool.status();
    spool_ = *std::move(spool);
    auto ledger = WriteLedger::Open(folder_.File("connect.db"), kNow);
    ASSERT_TRUE(ledger.ok()) << ledger.status();
    ledger_ = *std::move(ledger);
    auto client = std::make_unique<ScriptedClient>();
    client_ = client.get();
    std::vector<WriteTarget> targets;
    targets.push_back({"rt", profile_->write_rules(), {"s3cret", ""}, std::move(client)});
    write_back_ = std::make_unique<WriteBack>(std::move(targets), &source_, ledger_.get(), clock_);
  }

  [[nodiscard]] virtual const char* ProfileText() const { return kProfile; }

  v1::ActionResult CarryOut(const v1::Action& action) {
    source_.Give(action);
    return source_.AwaitResult(++results_);
  }

  TemporaryFolder folder_;
  VirtualClock clock_{kNow};
  ScriptedSource source_;
  size_t results_ = 0;
  std::unique_ptr<const Profile> profile_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<WriteLedger> ledger_;
  ScriptedClient* client_ = nullptr;
  std::unique_ptr<WriteBack> write_back_;
};

TEST_F(WriteBackTest, MakesTheProfilesCallOnce) {
  const v1::ActionResult result = CarryOut(Alert());
  EXPECT_EQ(result.outcome(), v1::ACTION_OUTCOME_DONE) << result.error();
  EXPECT_EQ(result.lease_id(), "lease");
  ASSERT_EQ(client_->calls().size(), 1u);
  const ToolCall call = client_->calls()[0];
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.path, "/ticket/7%2F8%20%C3%BC/note");
  EXPECT_EQ(call.body, R"({"text":"Desk: Look at \"7\""})");
  EXPECT_THAT(call.headers, ElementsAre(std::pair("Authorization", "token s3cret")));

  EXPECT_EQ(CarryOut(Alert()).outcome(), v1::ACTION_OUTCOME_DONE);
  EXPECT_EQ(client_->calls().size(), 1u) << "it was carried out twice";
}

struct Answering {
  const char* name;
  int status;
  const char* body;
  const char* retry_after;
  v1::ActionOutcome outcome;
  int64_t retry_seconds;  // -1: as the sidecar thinks right
  bool looked_up_again;   // it is not known what the call did
};

class AnsweringTest : public WriteBackTest, public testing::WithParamInterface<Answering> {};

TEST_P(AnsweringTest, IsToldToTheSidecar) {
  client_->Answer(ToolAnswer{GetParam().status, GetParam().body, "", GetParam().retry_after});
  const v1::ActionResult result = CarryOut(Alert());
  EXPECT_EQ(result.outcome(), GetParam().outcome);
  EXPECT_EQ(result.has_retry_after() ? result.retry_after().seconds() : -1,
            GetParam().retry_seconds);
  EXPECT_EQ(result.error().find("s3cret"), std::string::npos);
  client_->Answer(ToolAnswer{200, R"({"notes": ["a1"]})", "", ""});
  EXPECT_EQ(
      CarryOut(Alert()).outcome() == v1::ACTION_OUTCOME_DONE && client_->calls()[1].method == "GET",
      GetParam().looked_up_again);
}

constexpr auto kFailed = v1::ACTION_OUTCOME_FAILED;
constexpr auto kDead = v1::ACTION_OUTCOME_DEAD;

INSTANTIATE_TEST_SUITE_P(
    Statuses, AnsweringTest,
    testing::Values(Answering{"says_no_in_a_200", 200, R"({"ok": false})", "", kDead, -1, false},
                    Answering{"no_json", 200, "fine", "", kDead, -1, false},
                    Answering{"bad_request", 400, "", "", kDead, -1, false},
                    Answering{"unauthorized", 401, "", "", kFailed, 300, false},
                    Answering{"forbidden", 403, "", "", kFailed, 300, false},
                    Answering{"gone", 404, "", "", kDead, -1, false},
                    Answering{"conflict", 409, "", "", kFailed, 10, false},
                    Answering{"too_many", 429, "", "17", kFailed, 17, false},
                    Answering{"too_many_until", 429, "", "Mon, 04 May 2026 10:01:00 GMT", kFailed,
                              60, false},
                    Answering{"too_many_unsaid", 429, "", "", kFailed, -1, false},
                    Answering{"away", 503, "", "5", kFailed, 5, false},
                    Answering{"broken", 500, "", "", kFailed, -1, true},
                    Answering{"redirected", 302, "", "", kDead, -1, false}),
    [](const auto& info) { return info.param.name; });

TEST_F(WriteBackTest, AToolThatIsNotReachedIsTriedAgainWithoutALookup) {
  client_->Answer(absl::UnavailableError("not reached"));
  EXPECT_EQ(CarryOut(Alert()).outcome(), v1::ACTION_OUTCOME_FAILED);
  EXPECT_EQ(CarryOut(Alert()).outcome(), v1::ACTION_OUTCOME_DONE);
  EXPECT_EQ(client_->calls()[1].method, "POST");
}

TEST_F(WriteBackTest, ABrokenConnectionIsLookedUpBeforeItIsTriedAgain) {
  client_->Answer(absl::UnknownError("broke"));
  EXPECT_EQ(CarryOut(Alert()).outcome(), v1::ACTION_OUTCOME_FAILED);
  client_->Answer(ToolAnswer{200, R"({"notes": []})", "", ""});
  EXPECT_EQ(CarryOut(Alert()).outcome(), v1::ACTION_OUTCOME_DONE);
  ASSERT_EQ(client_->calls().size(), 3u);
  EXPECT_EQ(client_->calls()[1].path, "/ticket/7%2F8%20%C3%BC?with=notes%20%26%20more");
  EXPECT_EQ(client_->calls()[2].method, "POST");
}

TEST_F(WriteBackTest, WhatCannotBeLookedUpIsGivenUpRatherThanDoneTwice) {
  v1::Action action = Alert();
  action.set_kind(v1::ACTION_KIND_STATUS_UPDATE);
  action.mutable_status_update()->set_text("News");
  client_->Answer(absl::UnknownError("broke"));
  EXPECT_EQ(CarryOut(action).outcome(), v1::ACTION_OUTCOME_FAILED);
  const v1::ActionResult result = CarryOut(action);
  EXPECT_EQ(result.outcome(), v1::ACTION_OUTCOME_DEAD);
  EXPECT_THAT(result.error(), HasSubstr("cannot be found out"));
  EXPECT_EQ(client_->calls().size(), 1u);
}

TEST_F(WriteBackTest, WhatTheProfileHasNoCallForIsGivenUp) {
  v1::Action action = Alert();
  action.set_kind(v1::ACTION_KIND_SURVEY);
  action.mutable_survey()->set_id("s1");
  EXPECT_EQ(CarryOut(action).error(), "the profile has no call for this survey");
  action = Alert("a2");
  action.set_kind(v1::ACTION_KIND_STATUS_UPDATE);
  action.mutable_status_update()->set_draft(true);
  EXPECT_EQ(CarryOut(action).outcome(), v1::ACTION_OUTCOME_DEAD);
  EXPECT_THAT(client_->calls(), IsEmpty());
}

v1::Action Annotation(const std::string& name) {
  v1::Action action = Alert();
  action.set_kind(v1::ACTION_KIND_ANNOTATIONS);
  v1::Annotation* annotation = action.mutable_annotations()->add_annotations();
  annotation->set_name(name);
  annotation->set_value("so");
  return action;
}

TEST_F(WriteBackTest, WhatMayBeRepeatedIsTriedAgainWithoutALookup) {
  client_->Answer(absl::UnknownError("broke"));
  EXPECT_EQ(CarryOut(Annotation("known")).outcome(), v1::ACTION_OUTCOME_FAILED);
  EXPECT_EQ(CarryOut(Annotation("known")).outcome(), v1::ACTION_OUTCOME_DONE);
  ASSERT_EQ(client_->calls().size(), 2u);
  EXPECT_EQ(client_->calls()[1].method, "PUT");
  EXPECT_EQ(client_->calls()[1].body, R"({"known":"so"})");
}

TEST_F(WriteBackTest, AnnotationsThatTheProfileDoesNotKnowAreDone) {
  EXPECT_EQ(CarryOut(Annotation("unknown")).outcome(), v1::ACTION_OUTCOME_DONE);
  EXPECT_THAT(client_->calls(), IsEmpty());
}

TEST_F(WriteBackTest, ActionsOfOtherSourcesWait) {
  v1::Action action = Alert();
  action.set_source("elsewhere");
  const v1::ActionResult result = CarryOut(action);
  EXPECT_EQ(result.outcome(), v1::ACTION_OUTCOME_FAILED);
  EXPECT_EQ(result.retry_after().seconds(), 300);
}

TEST_F(WriteBackTest, WhatConcernsNoSingleTicketIsGivenUp) {
  v1::Action action = Alert();
  action.set_source("");
  const v1::ActionResult result = CarryOut(action);
  EXPECT_EQ(result.outcome(), v1::ACTION_OUTCOME_DEAD);
  EXPECT_THAT(result.error(), HasSubstr("no single ticket"));
}

class FindingTest : public WriteBackTest {
 protected:
  [[nodiscard]] const char* ProfileText() const override { return kFindingProfile; }
};

TEST_F(FindingTest, WritesToTheIdThatTheToolFinds) {
  client_->Answer(ToolAnswer{200, R"({"found": [{"id": 81, "to": "ana"}]})", "", ""});
  EXPECT_EQ(CarryOut(Alert()).outcome(), v1::ACTION_OUTCOME_DONE);
  ASSERT_EQ(client_->calls().size(), 2u);
  EXPECT_EQ(client_->calls()[0].path, "/search?number=7%2F8%20%C3%BC");
  EXPECT_EQ(client_->calls()[1].path, "/ticket/81");
  EXPECT_EQ(client_->calls()[1].content_type, "application/x-www-form-urlencoded");
  EXPECT_EQ(client_->calls()[1].body, "note=Look%20at%20%227%22&more=%7B%22to%22%3A%22ana%22%7D");
}

TEST_F(FindingTest, LooksUpWhatWasBegunAtThatId) {
  client_->Answer(ToolAnswer{200, R"({"found": [{"id": "x9"}]})", "", ""});
  client_->Answer(absl::UnknownError("broke"));
  EXPECT_EQ(CarryOut(Alert()).outcome(), v1::ACTION_OUTCOME_FAILED);
  client_->Answer(ToolAnswer{429, "", "", "7"});  // the search: what was begun stays known
  EXPECT_EQ(CarryOut(Alert()).retry_after().seconds(), 7);
  client_->Answer(ToolAnswer{200, R"({"found": [{"id": "x9"}]})", "", ""});
  client_->Answer(ToolAnswer{200, R"({"id": "x9"})", "", ""});
  EXPECT_EQ(CarryOut(Alert()).outcome(), v1::ACTION_OUTCOME_DONE);
  EXPECT_EQ(client_->calls().back().method, "GET");
}

struct Searching {
  const char* name;
  int status;
  const char* body;
  v1::ActionOutcome outcome;
};

class SearchingTest : public FindingTest, public testing::WithParamInterface<Searching> {};

TEST_P(SearchingTest, WritesNothing) {
  client_->Answer(ToolAnswer{GetParam().status, GetParam().body, "", ""});
  EXPECT_EQ(CarryOut(Alert()).outcome(), GetParam().outcome);
  EXPECT_EQ(client_->calls().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Answers, SearchingTest,
                         testing::Values(Searching{"none", 200, R"({"found": []})", kDead},
                                         Searching{"null", 200, R"({"found": [null]})", kDead},
                                         Searching{"no_json", 200, "<html>", kDead},
                                         Searching{"gone", 404, "", kDead},
                                         Searching{"broken", 500, "", kFailed},
                                         Searching{"forbidden", 403, "", kFailed}),
                         [](const auto& info) { return info.param.name; });

class TokenTest : public WriteBackTest {
 protected:
  [[nodiscard]] const char* ProfileText() const override { return kTokenProfile; }
};

TEST_F(TokenTest, LogsInOnceAndAgainWhenTheTokenHasExpired) {
  client_->Answer(ToolAnswer{200, R"({"token": "t1"})", "", ""});
  EXPECT_EQ(CarryOut(Alert("a1")).outcome(), v1::ACTION_OUTCOME_DONE);
  EXPECT_EQ(CarryOut(Alert("a2")).outcome(), v1::ACTION_OUTCOME_DONE);
  client_->Answer(ToolAnswer{401, "", "", ""});
  EXPECT_EQ(CarryOut(Alert("a3")).retry_after().seconds(), 1);
  client_->Answer(ToolAnswer{200, R"({"token": "t2"})", "", ""});
  EXPECT_EQ(CarryOut(Alert("a3")).outcome(), v1::ACTION_OUTCOME_DONE);
  const std::vector<ToolCall> calls = client_->calls();
  ASSERT_EQ(calls.size(), 6u);
  EXPECT_EQ(calls[0].path, "/token");
  EXPECT_EQ(calls[0].body, "password=s3cret");
  EXPECT_THAT(calls[0].headers, IsEmpty());
  EXPECT_EQ(calls[1].body, R"({"key":"s3cret"})");
  EXPECT_THAT(calls[2].headers, ElementsAre(std::pair("Authorization", "Bearer t1")));
  EXPECT_THAT(calls[5].headers, ElementsAre(std::pair("Authorization", "Bearer t2")));
}

TEST_F(TokenTest, WaitsWhenItIsNotLetIn) {
  for (const ToolAnswer& answer :
       {ToolAnswer{400, R"({"error": "invalid_grant"})", "", ""}, ToolAnswer{200, "{}", "", ""}}) {
    client_->Answer(answer);
    const v1::ActionResult result = CarryOut(Alert());
    EXPECT_EQ(result.outcome(), v1::ACTION_OUTCOME_FAILED);
    EXPECT_EQ(result.retry_after().seconds(), 300);
  }
  client_->Answer(absl::UnavailableError("not reached"));
  EXPECT_EQ(CarryOut(Alert()).outcome(), v1::ACTION_OUTCOME_FAILED);
  EXPECT_EQ(client_->calls().size(), 3u);
}

struct Mistake {
  const char* name;
  const char* right;  // in kFindingProfile
  const char* wrong;
  const char* finding;
};

class MistakeTest : public testing::TestWithParam<Mistake> {};

TEST_P(MistakeTest, IsTold) {
  const TemporaryFolder folder;
  std::ofstream(folder.File("profile.yaml"))
      << absl::StrReplaceAll(kFindingProfile, {{GetParam().right, GetParam().wrong}});
  DiagnosticSink sink;
  EXPECT_EQ(Profile::Load(folder.File("profile.yaml"), {}, &sink), nullptr);
  const std::vector<Diagnostic> findings = sink.Take();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].ToString(), HasSubstr(GetParam().finding));
}

INSTANTIATE_TEST_SUITE_P(Writing, MistakeTest,
                         testing::Values(Mistake{"no_value", "    value: response.found[0]\n", "",
                                                 "\"value\" is missing"},
                                         Mistake{"value", "response.found[0]", "answer.found[0]",
                                                 "undeclared reference to 'answer'"},
                                         Mistake{"form", "note: action.text", "note: text",
                                                 "undeclared reference to 'text'"},
                                         Mistake{"path", "{{found.id}}\"]\n        form",
                                                 "{{fund.id}}\"]\n        form",
                                                 "undeclared reference to 'fund'"}),
                         [](const auto& info) { return info.param.name; });

TEST(ToolClientTest, TakesTlsOrThisMachine) {
  EXPECT_TRUE(MakeToolClient("https://rt.example.org").ok());
  EXPECT_TRUE(MakeToolClient("https://rt.example.org:8443/rt/").ok());
  EXPECT_TRUE(MakeToolClient("http://127.0.0.1:8080").ok());
  EXPECT_TRUE(MakeToolClient("http://localhost/rt").ok());
  for (const char* url : {"http://rt.example.org", "ftp://x", "", "https://", "rt.example.org"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(MakeToolClient(url).status())) << url;
  }
}

}  // namespace
}  // namespace waypost::connectors
