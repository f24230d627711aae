// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/forwarder.h"

#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

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
events:
  - for: payload
    as: change
    event:
      event_id: change.id
      occurred_at: received_at
      ticket: {ref: change.ref}
)";

// A sidecar whose answers a test decides: the n-th answer to an event is the n-th of its list, and
// OK behind that.
class ScriptedSink final : public EventSink {
 public:
  absl::Status Record(const std::vector<const v1::TicketEvent*>& events,
                      std::vector<absl::Status>* results) override {
    const absl::MutexLock lock(&mutex_);
    ++calls_;
    if (!away_.ok()) return away_;
    for (const v1::TicketEvent* event : events) {
      std::vector<absl::Status>& answers = answers_[event->event_id()];
      absl::Status answer;
      if (!answers.empty()) {
        answer = answers.front();
        answers.erase(answers.begin());
      }
      if (answer.ok()) recorded_.push_back(*event);
      results->push_back(answer);
    }
    return absl::OkStatus();
  }
  void Cancel() override {}

  void Answer(const std::string& event_id, std::vector<absl::Status> answers) {
    const absl::MutexLock lock(&mutex_);
    answers_[event_id] = std::move(answers);
  }
  void SetAway(absl::Status status) {
    const absl::MutexLock lock(&mutex_);
    away_ = std::move(status);
  }
  void AwaitCalls(int calls) {
    const absl::MutexLock lock(&mutex_);
    const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return calls_ >= calls; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), kPatience));
  }
  std::vector<std::string> AwaitRecorded(size_t count) {
    const absl::MutexLock lock(&mutex_);
    const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return recorded_.size() >= count;
    };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), kPatience));
    std::vector<std::string> ids;
    for (const v1::TicketEvent& event : recorded_) ids.push_back(event.event_id());
    return ids;
  }
  v1::TicketEvent recorded(size_t at) {
    const absl::MutexLock lock(&mutex_);
    return recorded_[at];
  }

 private:
  absl::Mutex mutex_;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status away_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<absl::Status>> answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::TicketEvent> recorded_ ABSL_GUARDED_BY(mutex_);
};

class ForwarderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder_.File("profile.yaml")) << kProfile;
    DiagnosticSink sink;
    connector_.name = "desk";
    connector_.tenant = "acme";
    connector_.source = "desk-1";
    connector_.profile = Profile::Load(folder_.File("profile.yaml"), {}, &sink);
    ASSERT_NE(connector_.profile, nullptr);
    OpenSpool();
    options_.first_delay = absl::Milliseconds(1);
    options_.longest_delay = absl::Milliseconds(4);
    options_.max_failures = 3;
  }

  void OpenSpool() {
    spool_.reset();
    auto spool = Spool::Open(path(), {});
    ASSERT_TRUE(spool.ok()) << spool.status();
    spool_ = *std::move(spool);
  }

  std::string path() const { return folder_.File("connect.db"); }

  // Events as ID@TICKET, of one request.
  void Add(const std::vector<std::pair<std::string, std::string>>& events,
           const std::string& connector = "desk") {
    std::string body;
    for (const auto& [id, ref] : events) {
      absl::StrAppend(&body, body.empty() ? "[" : ",", R"({"id":")", id, R"(","ref":")", ref,
                      "\"}");
    }
    Request request;
    request.body = body + "]";
    ASSERT_TRUE(spool_->Add(connector, request, absl::FromUnixSeconds(1'777'888'800)).ok());
  }

  std::unique_ptr<Forwarder> Start() {
    return std::make_unique<Forwarder>(spool_.get(), std::vector<const Connector*>{&connector_},
                                       &sink_, SystemClock(), options_);
  }

  std::vector<DeadLetter> AwaitDeadLetters(size_t count) {
    const absl::Time deadline = absl::Now() + kPatience;
    while (absl::Now() < deadline) {
      auto letters = ListDeadLetters(path());
      if (letters.ok() && letters->size() >= count) return *letters;
      spool_->WaitForAddition(spool_->additions(), absl::Milliseconds(5));
    }
    ADD_FAILURE() << "there are no " << count << " dead letters";
    return {};
  }

  TemporaryFolder folder_;
  Connector connector_;
  ForwarderOptions options_;
  std::unique_ptr<Spool> spool_;
  ScriptedSink sink_;
};

TEST_F(ForwarderTest, RecordsWhatWaitsAndWhatComesWithTenantAndSource) {
  Add({{"1", "A"}, {"2", "B"}});
  const auto forwarder = Start();
  sink_.AwaitRecorded(2);
  Add({{"3", "A"}});
  EXPECT_THAT(sink_.AwaitRecorded(3), ElementsAre("1", "2", "3"));
  EXPECT_EQ(sink_.recorded(0).tenant(), "acme");
  EXPECT_EQ(sink_.recorded(0).source(), "desk-1");
  forwarder->Stop();
  OpenSpool();
  EXPECT_EQ(spool_->requests(), 0);
}

TEST_F(ForwarderTest, AnEventThatFailsForAWhileHoldsUpItsTicketAlone) {
  sink_.Answer("1", {absl::ResourceExhaustedError("full"), absl::UnavailableError("later"),
                     absl::InternalError("oops")});
  Add({{"1", "A"}, {"2", "A"}});
  Add({{"3", "B"}});
  const auto forwarder = Start();
  const std::vector<std::string> order = sink_.AwaitRecorded(3);
  EXPECT_THAT(order, ElementsAre("3", "1", "2"));
}

TEST_F(ForwarderTest, WhatTheSidecarRefusesBecomesADeadLetterAndItsTicketGoesOn) {
  sink_.Answer("1", {absl::InvalidArgumentError("ticket.requester is missing")});
  Add({{"1", "A"}, {"2", "B"}});
  Add({{"3", "A"}});
  const auto forwarder = Start();
  EXPECT_THAT(sink_.AwaitRecorded(2), testing::UnorderedElementsAre("2", "3"));
  const std::vector<DeadLetter> letters = AwaitDeadLetters(1);
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].reason, "event 1: ticket.requester is missing");
  EXPECT_EQ(letters[0].connector, "desk");

  EXPECT_EQ(*ReplayDeadLetters(path(), letters[0].id), 1);
  EXPECT_THAT(sink_.AwaitRecorded(4), testing::UnorderedElementsAre("1", "2", "2", "3"));
}

TEST_F(ForwarderTest, GivesUpOnAnEventThatFailsEveryTime) {
  sink_.Answer("1", std::vector<absl::Status>(3, absl::InternalError("defect")));
  Add({{"1", "A"}, {"2", "A"}});
  const auto forwarder = Start();
  EXPECT_THAT(sink_.AwaitRecorded(1), ElementsAre("2"));
  EXPECT_EQ(AwaitDeadLetters(1)[0].reason, "event 1: defect");
}

TEST_F(ForwarderTest, WaitsForASidecarThatIsAwayHoweverLong) {
  sink_.SetAway(absl::UnavailableError("no sidecar"));
  Add({{"1", "A"}, {"2", "A"}, {"3", "B"}});
  const auto forwarder = Start();
  sink_.AwaitCalls(10);
  sink_.SetAway(absl::OkStatus());
  EXPECT_THAT(sink_.AwaitRecorded(3), ElementsAre("1", "3", "2"));
  EXPECT_THAT(*ListDeadLetters(path()), IsEmpty());
}

TEST_F(ForwarderTest, StoppedWhileItWaitsItLosesNothing) {
  sink_.SetAway(absl::UnavailableError("no sidecar"));
  Add({{"1", "A"}});
  auto forwarder = Start();
  sink_.AwaitCalls(2);
  forwarder.reset();
  OpenSpool();
  EXPECT_EQ(spool_->requests(), 1);
  sink_.SetAway(absl::OkStatus());
  forwarder = Start();
  EXPECT_THAT(sink_.AwaitRecorded(1), ElementsAre("1"));
}

TEST_F(ForwarderTest, WhatTheProfileCannotReadBecomesADeadLetter) {
  Request request;
  request.body = "no JSON";
  ASSERT_TRUE(spool_->Add("desk", request, absl::UnixEpoch()).ok());
  Add({{"1", "A"}}, "gone");
  const auto forwarder = Start();
  const std::vector<DeadLetter> letters = AwaitDeadLetters(2);
  EXPECT_THAT(letters[0].reason, HasSubstr("it is no JSON"));
  EXPECT_THAT(letters[1].reason, HasSubstr("no connector of this name"));
  EXPECT_EQ(forwarder->buried(), 2);
}

TEST_F(ForwarderTest, ReadsNoFurtherAheadThanItMay) {
  options_.max_requests = 4;
  options_.max_batch = 3;
  for (int at = 0; at < 20; ++at) Add({{absl::StrCat(at), absl::StrCat(at % 7)}});
  const auto forwarder = Start();
  EXPECT_EQ(sink_.AwaitRecorded(20).size(), 20u);
}

TEST_F(ForwarderTest, ARequestWithoutEventsIsDone) {
  Request request;
  request.body = "[]";
  ASSERT_TRUE(spool_->Add("desk", request, absl::UnixEpoch()).ok());
  Add({{"1", "A"}});
  const auto forwarder = Start();
  sink_.AwaitRecorded(1);
  forwarder->Stop();
  OpenSpool();
  EXPECT_EQ(spool_->requests(), 0);
}

}  // namespace
}  // namespace waypost::connectors
