// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/read_rule.h"

#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "connectors/engine/document_reader.h"
#include "connectors/engine/forwarder.h"
#include "connectors/engine/json_value.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/connectors/scripted_tool.h"

namespace waypost::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::Duration kPatience = absl::Seconds(60);

constexpr const char* kProfile = R"(
apiVersion: waypost/v1
kind: connector-profile
name: desk
settings: {base_url: "http://127.0.0.1:1"}
read:
  url: "{{settings.base_url}}"
  headers: {Authorization: "token {{secret}}"}
  if: has(payload.id)
  steps:
    - {name: ticket, call: {method: GET, path: [ticket, "{{payload.id}}"]}}
    - name: notes
      call: {method: GET, path: [ticket, "{{payload.id}}", notes], query: {page: "{{page}}"}}
      items: response.notes
      more: response.more
    - name: authors
      for: notes
      as: note
      if: has(note.by)
      call: {method: GET, path: [user, "{{note.by}}"]}
      optional: true
    - {name: fields, for: ticket.fields, as: field, if: field.value != "", key: field.name, value: field.value}
  payload: >-
    ticket.status == "gone" ? dyn(unset)
    : {"ref": payload.id, "status": ticket.status, "fields": fields,
       "by": authors.map(a, a == unset ? "nobody" : a.name)}
events:
  - event:
      event_id: payload.ref + "/" + payload.status
      occurred_at: received_at
      ticket: {ref: payload.ref, custom_fields: payload.fields}
)";

class ReadRulesTest : public testing::Test {
 protected:
  std::unique_ptr<const Profile> Load(const std::string& text) {
    std::ofstream(folder_.File("profile.yaml")) << text;
    DiagnosticSink sink;
    auto profile = Profile::Load(folder_.File("profile.yaml"), {}, &sink);
    findings_.clear();
    for (const Diagnostic& finding : sink.Take()) findings_.push_back(finding.ToString());
    return profile;
  }

  // Takes paths to bodies; what is not there is not found.
  absl::StatusOr<std::string> Fetch(const Profile& profile, const std::string& body) {
    return profile.read_rules()->Fetch(body,
                                       [this](const ToolCall& call) -> absl::StatusOr<cel::Value> {
                                         asked_.push_back(call.path);
                                         const auto found = answers_.find(call.path);
                                         if (found == answers_.end())
                                           return absl::NotFoundError("the tool answered 404");
                                         return ParseJsonValue(found->second);
                                       });
  }

  TemporaryFolder folder_;
  std::vector<std::string> findings_;
  std::map<std::string, std::string> answers_ = {
      {"/ticket/7",
       R"({"status": "open", "fields": [{"name": "a", "value": "1"}, {"name": "b", "value": ""}]})"},
      {"/ticket/7/notes?page=1", R"({"notes": [{"by": "jon"}, {"by": "eva"}], "more": true})"},
      {"/ticket/7/notes?page=2", R"({"notes": [{"by": "jon"}, {}], "more": false})"},
      {"/user/jon", R"({"name": "Jon"})"},
  };
  std::vector<std::string> asked_;
};

TEST_F(ReadRulesTest, PutsTogetherWhatSeveralCallsTellAndMakesNoneTwice) {
  const auto profile = Load(kProfile);
  ASSERT_THAT(findings_, IsEmpty());
  EXPECT_TRUE(*profile->read_rules()->Concerns(R"({"id": "7"})"));
  EXPECT_FALSE(*profile->read_rules()->Concerns(R"({"ref": "7"})"));
  EXPECT_FALSE(profile->read_rules()->concerns_all());
  const auto body = Fetch(*profile, R"({"id": "7"})");
  ASSERT_TRUE(body.ok()) << body.status();
  EXPECT_THAT(*body, HasSubstr(R"("by":["Jon","nobody","Jon","nobody"])"));
  EXPECT_THAT(*body, HasSubstr(R"("fields":{"a":"1"})"));
  EXPECT_THAT(asked_, ElementsAre("/ticket/7", "/ticket/7/notes?page=1", "/ticket/7/notes?page=2",
                                  "/user/jon", "/user/eva"));
}

TEST_F(ReadRulesTest, TellsWhichStepFailsAndWhy) {
  const auto profile = Load(kProfile);
  ASSERT_NE(profile, nullptr);
  const auto missing = Fetch(*profile, R"({"id": "8"})");
  EXPECT_TRUE(absl::IsNotFound(missing.status()));
  EXPECT_EQ(missing.status().message(), "read: ticket: the tool answered 404");
  answers_["/ticket/7"] = R"({"status": "open"})";
  const auto unexpected = Fetch(*profile, R"({"id": "7"})");
  EXPECT_TRUE(absl::IsInvalidArgument(unexpected.status()));
  EXPECT_THAT(unexpected.status().message(), HasSubstr("read: fields: no such key"));
  EXPECT_TRUE(absl::IsInvalidArgument(profile->read_rules()->Concerns("no JSON").status()));
}

TEST_F(ReadRulesTest, MistakesAreFoundWhereTheyAre) {
  struct Case {
    const char* name;
    const char* text;
    const char* want;
  };
  const std::string call = "call: {method: GET, path: [a]}";
  for (const Case& c : std::vector<Case>{
           {"neither", "steps: [{name: a}]\n  payload: payload",
            "either a \"call\" or a \"value\""},
           {"as alone", "steps: [{name: a, value: '1', as: b}]\n  payload: payload",
            "\"as\" is of an item of \"for\""},
           {"more of a value", "steps: [{name: a, value: '1', more: 'true'}]\n  payload: payload",
            "\"more\" is of a \"call\""},
           {"more alone",
            "steps: [{name: a, more: 'true', call: {method: GET, path: [x]}}]\n  payload: payload",
            "\"items\" says what of each page"},
           {"no payload", "steps: [{name: a, value: '1'}]", "\"payload\" says what becomes"},
           {"unknown name", "payload: tikcet", "tikcet"},
           {"taken name", "steps: [{name: payload, value: '1'}]\n  payload: payload",
            "something named \"payload\" already"},
           {"unknown key", "stpes: []", "stpes"},
       }) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Load(absl::StrCat("apiVersion: waypost/v1\nkind: connector-profile\nname: x\n",
                                "read:\n  url: http://127.0.0.1:1\n  ", c.text,
                                "\nevents: [{event: {event_id: payload.id, "
                                "occurred_at: received_at}}]\n")),
              nullptr);
    EXPECT_THAT(findings_, testing::Contains(HasSubstr(c.want)));
    EXPECT_THAT(findings_, testing::Each(testing::ContainsRegex(R"(profile.yaml:[0-9]+:[0-9]+)")));
  }
}

TEST_F(ReadRulesTest, MistakesOfPollingAreFoundWhereTheyAre) {
  struct Case {
    const char* name;
    const char* text;
    const char* want;
  };
  constexpr const char* kRest = "call: {method: GET, path: [a]}, items: response, id: item.id, ";
  for (const Case& c : std::vector<Case>{
           {"interval", "time: item.at, interval: 10ms", "expected a length of time from 1s"},
           {"look-back", "time: item.at, look_back: long", "expected a length of time from 0s"},
           {"setting", "time: item.at, needs: [base_ulr]", "did you mean \"base_url\""},
           {"missing", "more: 'true'", "\"time\""},
           {"type", "time: '1 + 1'", "int"},
       }) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Load(absl::StrCat("apiVersion: waypost/v1\nkind: connector-profile\nname: x\n",
                                "settings: {base_url: ''}\nread: {url: http://127.0.0.1:1}\n",
                                "poll: {", kRest, c.text,
                                "}\nevents: [{event: {event_id: payload.id, "
                                "occurred_at: received_at}}]\n")),
              nullptr);
    EXPECT_THAT(findings_, testing::Contains(HasSubstr(c.want)));
  }
  EXPECT_EQ(
      Load(absl::StrCat("apiVersion: waypost/v1\nkind: connector-profile\nname: x\npoll: {", kRest,
                        "time: item.at}\nevents: [{event: {event_id: payload.id, "
                        "occurred_at: received_at}}]\n")),
      nullptr);
  EXPECT_THAT(findings_, testing::Contains(HasSubstr("\"poll\" needs the \"url\"")));
}

// Records in memory.
class KeepingSink final : public EventSink {
 public:
  absl::Status Record(const std::vector<const v1::TicketEvent*>& events,
                      std::vector<absl::Status>* results) override {
    const absl::MutexLock lock(&mutex_);
    for (const v1::TicketEvent* event : events) ids_.push_back(event->event_id());
    results->assign(events.size(), absl::OkStatus());
    return absl::OkStatus();
  }
  void Cancel() override {}
  std::vector<std::string> AwaitRecorded(size_t count) {
    const absl::MutexLock lock(&mutex_);
    const auto enough = [&]()
                            ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ids_.size() >= count; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), kPatience));
    return ids_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::string> ids_ ABSL_GUARDED_BY(mutex_);
};

class DocumentReaderTest : public ReadRulesTest {
 protected:
  void SetUp() override {
    connector_.name = "desk";
    connector_.source = "desk";
    connector_.profile = Load(kProfile);
    ASSERT_THAT(findings_, IsEmpty());
    connector_.reads = true;
    answers_["/ticket/9"] = R"({"status": "gone", "fields": []})";
    answers_["/ticket/9/notes?page=1"] = R"({"notes": [], "more": false})";
    answers_["/user/eva"] = R"({"name": "Eva"})";
  }

  void Start() {
    forwarder_.reset();
    reader_.reset();
    spool_.reset();
    auto spool = Spool::Open(folder_.File("connect.db"), {});
    ASSERT_TRUE(spool.ok()) << spool.status();
    spool_ = *std::move(spool);
    ReadPatience patience;
    patience.first_delay = patience.longest_delay = absl::Milliseconds(1);
    patience.refused_delay = absl::Milliseconds(1);
    reader_ =
        std::make_unique<DocumentReader>(&connector_,
                                         ToolReader(&connector_.profile->read_rules()->address(),
                                                    "s3", tool_.Client(), &SystemClock(), patience),
                                         [this] { spool_->Wake(); });
    forwarder_ = std::make_unique<Forwarder>(
        spool_.get(), std::vector<const Connector*>{&connector_}, &sink_, SystemClock(),
        ForwarderOptions(), Forwarder::Readers{{"desk", reader_.get()}});
  }

  void Add(const std::string& body) {
    Request request;
    request.body = body;
    ASSERT_TRUE(spool_->Add("desk", request, absl::UnixEpoch()).ok());
  }

  std::vector<DeadLetter> AwaitDeadLetters(size_t count) {
    const absl::Time deadline = absl::Now() + kPatience;
    while (absl::Now() < deadline) {
      auto letters = ListDeadLetters(folder_.File("connect.db"));
      if (letters.ok() && letters->size() >= count) return *letters;
      spool_->WaitForAddition(spool_->additions(), absl::Milliseconds(5));
    }
    ADD_FAILURE() << "there are no " << count << " dead letters";
    return {};
  }

  ScriptedTool tool_{[this](const ToolCall& call) -> absl::StatusOr<ToolAnswer> {
    const auto found = answers_.find(call.path);
    return found == answers_.end() ? StatusAnswer(404) : JsonAnswer(found->second);
  }};
  Connector connector_;
  KeepingSink sink_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<DocumentReader> reader_;
  std::unique_ptr<Forwarder> forwarder_;
};

TEST_F(DocumentReaderTest, ReadsAboutAnIdBeforeItIsMapped) {
  Start();
  Add(R"({"id": "7"})");
  EXPECT_THAT(sink_.AwaitRecorded(1), ElementsAre("7/open"));
}

TEST_F(DocumentReaderTest, WaitsForAToolThatIsAwayOrRefusesInOrder) {
  for (int at = 0; at < 30; ++at) tool_.AnswerNext(absl::UnavailableError("away"));
  tool_.AnswerNext(StatusAnswer(401));
  tool_.AnswerNext(StatusAnswer(429));
  answers_["/ticket/6"] = R"({"status": "new", "fields": []})";
  answers_["/ticket/6/notes?page=1"] = R"({"notes": [], "more": false})";
  Start();
  Add(R"({"id": "7"})");
  Add(R"({"id": "6"})");
  EXPECT_THAT(sink_.AwaitRecorded(2), ElementsAre("7/open", "6/new"));
}

TEST_F(DocumentReaderTest, StoppedWhileTheToolIsAwayItLosesNothing) {
  for (int at = 0; at < 1000; ++at) tool_.AnswerNext(absl::UnavailableError("away"));
  Start();
  Add(R"({"id": "7"})");
  ASSERT_TRUE(tool_.AwaitCalls(2));
  Start();
  EXPECT_EQ(spool_->requests(), 1);
  EXPECT_THAT(sink_.AwaitRecorded(1), ElementsAre("7/open"));
}

TEST_F(DocumentReaderTest, WhatNeedsNoReadingIsNotHeldUp) {
  for (int at = 0; at < 100'000; ++at) tool_.AnswerNext(absl::UnavailableError("away"));
  Start();
  Add(R"({"id": "7"})");
  Add(R"({"ref": "5", "status": "open", "fields": {}})");
  EXPECT_THAT(sink_.AwaitRecorded(1), ElementsAre("5/open"));
}

TEST_F(DocumentReaderTest, WhatTheToolDoesNotHaveBecomesADeadLetter) {
  Start();
  Add(R"({"id": "8"})");
  Add(R"({"id": "7"})");
  EXPECT_THAT(sink_.AwaitRecorded(1), ElementsAre("7/open"));
  EXPECT_EQ(AwaitDeadLetters(1)[0].reason, "read: ticket: the tool answered 404");
}

TEST_F(DocumentReaderTest, AToolThatFailsOnOneRequestEachTimeDoesNotHoldUpTheOthersForEver) {
  for (int at = 0; at < DocumentReader::kMaxFailures; ++at) tool_.AnswerNext(StatusAnswer(500));
  Start();
  Add(R"({"id": "8"})");
  Add(R"({"id": "7"})");
  EXPECT_THAT(sink_.AwaitRecorded(1), ElementsAre("7/open"));
  EXPECT_EQ(AwaitDeadLetters(1)[0].reason, "read: ticket: the tool answered 500");
}

TEST_F(DocumentReaderTest, WhatIsReadToBeNothingIsDone) {
  Start();
  Add(R"({"id": "9"})");
  Add(R"({"id": "7"})");
  EXPECT_THAT(sink_.AwaitRecorded(1), ElementsAre("7/open"));
  EXPECT_THAT(*ListDeadLetters(folder_.File("connect.db")), IsEmpty());
}

TEST_F(DocumentReaderTest, WithoutAccessWhatMustBeReadBecomesADeadLetter) {
  Start();
  forwarder_ = nullptr;
  forwarder_ = std::make_unique<Forwarder>(spool_.get(), std::vector<const Connector*>{&connector_},
                                           &sink_, SystemClock(), ForwarderOptions());
  Add(R"({"id": "7"})");
  EXPECT_THAT(AwaitDeadLetters(1)[0].reason, HasSubstr("the connector has no \"read\""));
}

}  // namespace
}  // namespace waypost::connectors
