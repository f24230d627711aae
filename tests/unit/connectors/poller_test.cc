// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/poller.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "connectors/engine/json_value.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/cel/text_form.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/connectors/scripted_tool.h"

namespace waypost::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1'777'888'800);

constexpr const char* kProfile = R"(
apiVersion: waypost/v1
kind: connector-profile
name: desk
settings: {base_url: "http://127.0.0.1:1"}
read: {url: "{{settings.base_url}}", headers: {Authorization: "token {{secret}}"}}
poll:
  interval: 30s
  look_back: 1m
  call: {method: GET, path: [list], query: {since: "{{since}}", page: "{{page}}", now: "{{now}}"}}
  items: response.items
  id: item.id + "@" + item.at
  time: item.at
  more: response.more
events:
  - event: {event_id: payload.polled.id, occurred_at: payload.polled.at}
)";

// A desk with tickets and the times of their last changes, which lists the oldest change first, two
// on a page.
class Desk {
 public:
  static constexpr size_t kPerPage = 2;

  absl::StatusOr<ToolAnswer> Answer(const ToolCall& call) {
    const std::map<std::string, std::string> query = QueryOf(call);
    absl::Time since;
    int page = 0;
    EXPECT_TRUE(cel::ReadTimestamp(query.at("since"), &since)) << call.path;
    EXPECT_TRUE(absl::SimpleAtoi(query.at("page"), &page)) << call.path;
    asked_since_.push_back(since);
    std::vector<std::pair<absl::Time, std::string>> found;
    for (const auto& [id, time] : changed_) {
      if (time >= since) found.emplace_back(time, id);
    }
    std::sort(found.begin(), found.end());
    if (newest_first_) std::reverse(found.begin(), found.end());
    const size_t begin = std::min(found.size(), kPerPage * static_cast<size_t>(page - 1));
    const size_t end = std::min(found.size(), begin + kPerPage);
    std::string items;
    for (size_t at = begin; at < end; ++at) {
      absl::StrAppend(&items, items.empty() ? "" : ",", R"({"id":")", found[at].second,
                      R"(","at":")", cel::TimestampText(found[at].first), "\"}");
    }
    ToolAnswer answer = JsonAnswer(absl::StrCat(R"({"items":[)", items, R"(],"more":)",
                                                end < found.size() ? "true" : "false", "}"));
    answer.date = date_;
    if (after_page_ != nullptr) after_page_();
    return answer;
  }

  void Change(const std::string& id, absl::Time time) { changed_[id] = time; }
  void ListNewestFirst() { newest_first_ = true; }
  void SetDate(absl::Time time) {
    date_ = absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", time, absl::UTCTimeZone());
  }
  void AfterEachPage(std::function<void()> call) { after_page_ = std::move(call); }
  const std::vector<absl::Time>& asked_since() const { return asked_since_; }

  static std::map<std::string, std::string> QueryOf(const ToolCall& call) {
    std::map<std::string, std::string> query;
    const std::string text = call.path.substr(call.path.find('?') + 1);
    for (const auto part : absl::StrSplit(text, '&')) {
      const std::pair<std::string, std::string> pair = absl::StrSplit(part, '=');
      query[pair.first] = absl::StrReplaceAll(pair.second, {{"%3A", ":"}});
    }
    return query;
  }

 private:
  std::map<std::string, absl::Time> changed_;
  bool newest_first_ = false;
  std::string date_;
  std::function<void()> after_page_;
  std::vector<absl::Time> asked_since_;
};

class PollerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder_.File("profile.yaml")) << kProfile;
    DiagnosticSink sink;
    connector_.name = "desk";
    connector_.profile = Profile::Load(folder_.File("profile.yaml"), {}, &sink);
    for (const Diagnostic& finding : sink.Take()) ADD_FAILURE() << finding.ToString();
    connector_.reads = true;
    connector_.read_secret = "s3";
    connector_.poll = PollSettings{absl::Seconds(30), absl::Minutes(1), std::nullopt};
    ASSERT_NE(connector_.profile, nullptr);
    Open({});
  }

  // As a process that starts, also after another was killed.
  void Open(const SpoolOptions& options) {
    poller_.reset();
    spool_.reset();
    auto spool = Spool::Open(folder_.File("connect.db"), options);
    ASSERT_TRUE(spool.ok()) << spool.status();
    spool_ = *std::move(spool);
    ToolReader reader(&connector_.profile->read_rules()->address(), connector_.read_secret,
                      tool_.Client(), &clock_, ReadPatience());
    poller_ = std::make_unique<Poller>(&connector_, std::move(reader), spool_.get(), &clock_);
  }

  // What the spool holds, as ID, in order.
  std::vector<std::string> Taken() {
    std::vector<std::string> ids;
    const auto pending = spool_->ReadPending(0, 1000, 1 << 20);
    EXPECT_TRUE(pending.ok()) << pending.status();
    for (const SpooledRequest& request : *pending) {
      EXPECT_EQ(request.connector, "desk");
      const auto events = connector_.profile->Map(request.request, request.received_at);
      EXPECT_TRUE(events.ok()) << events.status();
      if (events.ok()) ids.push_back(events->front().event.event_id());
    }
    return ids;
  }

  absl::Duration PollAfter(absl::Duration step) {
    clock_.Advance(step);
    return poller_->PollOnce();
  }

  TemporaryFolder folder_;
  VirtualClock clock_{kNow};
  Desk desk_;
  ScriptedTool tool_{[this](const ToolCall& call) { return desk_.Answer(call); }};
  Connector connector_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<Poller> poller_;
};

TEST_F(PollerTest, TakesWhatChangedOnceAndAsksFromTheLookBackOn) {
  EXPECT_EQ(poller_->PollOnce(), absl::Seconds(30));
  EXPECT_THAT(Taken(), IsEmpty());
  desk_.Change("A", kNow + absl::Seconds(10));
  desk_.Change("B", kNow + absl::Seconds(12));
  EXPECT_EQ(PollAfter(absl::Seconds(30)), absl::Seconds(30));
  EXPECT_THAT(Taken(), ElementsAre("A", "B"));
  EXPECT_EQ(PollAfter(absl::Seconds(30)), absl::Seconds(30));
  EXPECT_THAT(Taken(), ElementsAre("A", "B"));
  EXPECT_THAT(desk_.asked_since(), ElementsAre(kNow - absl::Minutes(1), kNow - absl::Minutes(1),
                                               kNow + absl::Seconds(12) - absl::Minutes(1)));
  desk_.Change("A", kNow + absl::Seconds(70));
  PollAfter(absl::Seconds(30));
  EXPECT_THAT(Taken(), ElementsAre("A", "B", "A"));
}

TEST_F(PollerTest, CallsCarryTheSecret) {
  EXPECT_EQ(poller_->PollOnce(), absl::Seconds(30));
  ASSERT_EQ(tool_.calls().size(), 1u);
  EXPECT_THAT(tool_.calls()[0].headers, ElementsAre(testing::Pair("Authorization", "token s3")));
}

TEST_F(PollerTest, WhatChangedJustNowIsTakenAgainForAnotherChangeInTheSameSecond) {
  PollAfter(absl::ZeroDuration());
  desk_.Change("A", kNow + absl::Seconds(29));
  PollAfter(absl::Seconds(30));
  PollAfter(absl::Seconds(30));
  PollAfter(absl::Seconds(30));
  EXPECT_THAT(Taken(), ElementsAre("A", "A"));
}

TEST_F(PollerTest, AChangeThatComesToLightLateIsFound) {
  desk_.Change("B", kNow + absl::Seconds(10));
  PollAfter(absl::Seconds(30));
  desk_.Change("A", kNow + absl::Seconds(5));
  PollAfter(absl::Seconds(30));
  EXPECT_THAT(Taken(), ElementsAre("B", "A"));
}

TEST_F(PollerTest, ReadsAllPages) {
  PollAfter(absl::ZeroDuration());
  for (int at = 0; at < 7; ++at) desk_.Change(absl::StrCat(at), kNow + absl::Seconds(at));
  PollAfter(absl::Minutes(5));
  EXPECT_THAT(Taken(), ElementsAre("0", "1", "2", "3", "4", "5", "6"));
}

TEST_F(PollerTest, ReadsAllPagesOfOneSecond) {
  PollAfter(absl::ZeroDuration());
  for (int at = 0; at < 7; ++at) desk_.Change(absl::StrCat(at), kNow + absl::Seconds(1));
  PollAfter(absl::Minutes(5));
  EXPECT_THAT(Taken(), ElementsAre("0", "1", "2", "3", "4", "5", "6"));
}

TEST_F(PollerTest, ReadsAllPagesWithTheNewestFirst) {
  PollAfter(absl::ZeroDuration());
  desk_.ListNewestFirst();
  for (int at = 0; at < 7; ++at) desk_.Change(absl::StrCat(at), kNow + absl::Seconds(at));
  PollAfter(absl::Minutes(5));
  EXPECT_THAT(Taken(), UnorderedElementsAre("0", "1", "2", "3", "4", "5", "6"));
}

TEST_F(PollerTest, WhatMovesToTheEndBetweenPagesMakesNothingSkipped) {
  PollAfter(absl::ZeroDuration());
  for (int at = 0; at < 6; ++at) desk_.Change(absl::StrCat(at), kNow + absl::Seconds(at));
  desk_.AfterEachPage([this] { desk_.Change("0", kNow + absl::Seconds(100)); });
  PollAfter(absl::Minutes(5));
  EXPECT_THAT(Taken(), ElementsAre("0", "1", "2", "3", "4", "5", "0"));
}

TEST_F(PollerTest, FailingInTheMiddleAndStartedAnewItGoesOnWhereItWas) {
  PollAfter(absl::ZeroDuration());
  for (int at = 0; at < 6; ++at) desk_.Change(absl::StrCat(at), kNow + absl::Seconds(at));
  clock_.Advance(absl::Minutes(5));
  for (const int pages : {1, 3, 4, 100}) {
    Open({});
    int left = pages;
    desk_.AfterEachPage([&] {
      if (--left == 0) tool_.AnswerNext(absl::UnavailableError("gone"));
    });
    EXPECT_EQ(poller_->PollOnce(), pages == 100 ? absl::Seconds(30) : absl::Seconds(1));
  }
  EXPECT_THAT(Taken(), ElementsAre("0", "1", "2", "3", "4", "5"));
}

TEST_F(PollerTest, WhatIsTakenAndTheCursorAreKeptTogetherAtAnyPowerCut) {
  for (int64_t operation = 1; operation < 16; ++operation) {
    SCOPED_TRACE(operation);
    poller_.reset();
    spool_.reset();
    for (const char* end : {"", "-wal", "-shm"}) {
      std::remove((folder_.File("connect.db") + end).c_str());
    }
    for (int at = 0; at < 4; ++at) desk_.Change(absl::StrCat(at), clock_.Now());
    connector_.poll->start = clock_.Now();
    clock_.Advance(absl::Minutes(5));
    {
      store::FaultVfs vfs;
      SpoolOptions options;
      options.vfs = vfs.name();
      Open(options);
      vfs.CutPowerAt(operation);
      (void)poller_->PollOnce();
      poller_.reset();
      spool_.reset();
      vfs.RestorePower(store::Unsynced::kLost);
    }
    Open({});
    EXPECT_EQ(poller_->PollOnce(), absl::Seconds(30));
    EXPECT_THAT(Taken(), ElementsAre("0", "1", "2", "3"));
  }
}

TEST_F(PollerTest, WaitsLongerAfterEachFailureAndAsLongAsTheToolSays) {
  PollAfter(absl::ZeroDuration());
  tool_.AnswerNext(StatusAnswer(503));
  EXPECT_EQ(poller_->PollOnce(), absl::Seconds(1));
  tool_.AnswerNext(absl::UnavailableError("away"));
  EXPECT_EQ(poller_->PollOnce(), absl::Seconds(2));
  tool_.AnswerNext(StatusAnswer(500));
  EXPECT_EQ(poller_->PollOnce(), absl::Seconds(4));
  tool_.AnswerNext(StatusAnswer(429, "17"));
  EXPECT_EQ(poller_->PollOnce(), absl::Seconds(17));
  tool_.AnswerNext(JsonAnswer("<html>"));
  EXPECT_EQ(poller_->PollOnce(), absl::Seconds(16));
  tool_.AnswerNext(StatusAnswer(401));
  EXPECT_EQ(poller_->PollOnce(), absl::Minutes(5));
  for (int at = 0; at < 10; ++at) {
    tool_.AnswerNext(StatusAnswer(502));
    EXPECT_LE(poller_->PollOnce(), absl::Minutes(5));
  }
  EXPECT_EQ(poller_->PollOnce(), absl::Seconds(30));
  tool_.AnswerNext(StatusAnswer(503));
  EXPECT_EQ(poller_->PollOnce(), absl::Seconds(1));
}

TEST_F(PollerTest, WhatChangedWhileTheToolOrThisProcessWasAwayIsFound) {
  PollAfter(absl::ZeroDuration());
  desk_.Change("A", kNow + absl::Minutes(10));
  for (int at = 0; at < 5; ++at) {
    tool_.AnswerNext(absl::UnavailableError("away"));
    PollAfter(absl::Hours(5));
  }
  Open({});
  PollAfter(absl::Hours(24));
  EXPECT_THAT(Taken(), ElementsAre("A"));
}

TEST_F(PollerTest, StartsWhereTheUserSays) {
  connector_.poll->start = kNow - absl::Hours(24);
  desk_.Change("A", kNow - absl::Hours(23));
  desk_.Change("old", kNow - absl::Hours(25));
  EXPECT_EQ(poller_->PollOnce(), absl::Seconds(30));
  EXPECT_THAT(Taken(), ElementsAre("A"));
}

TEST_F(PollerTest, AFullSpoolIsLeftAloneAndNothingIsLost) {
  SpoolOptions options;
  options.max_requests = 1;
  Open(options);
  PollAfter(absl::ZeroDuration());
  desk_.Change("A", kNow + absl::Seconds(1));
  desk_.Change("B", kNow + absl::Seconds(2));
  EXPECT_EQ(PollAfter(absl::Seconds(30)), Poller::kFullRetry);
  EXPECT_THAT(Taken(), IsEmpty());
  Open({});
  PollAfter(absl::Seconds(30));
  EXPECT_THAT(Taken(), ElementsAre("A", "B"));
}

TEST_F(PollerTest, AChangeThatIsYetToComeHidesNone) {
  desk_.Change("wrong clock", kNow + absl::Hours(1000));
  PollAfter(absl::Seconds(30));
  desk_.Change("A", kNow + absl::Seconds(40));
  PollAfter(absl::Seconds(30));
  EXPECT_THAT(Taken(), testing::Contains("A"));
}

TEST_F(PollerTest, AToolWithAnotherClockIsAskedAgainByIts) {
  desk_.SetDate(kNow + absl::Minutes(10));
  EXPECT_EQ(poller_->PollOnce(), absl::Seconds(30));
  ASSERT_EQ(tool_.calls().size(), 2u);
  EXPECT_EQ(Desk::QueryOf(tool_.calls()[0]).at("now"), cel::TimestampText(kNow));
  EXPECT_EQ(Desk::QueryOf(tool_.calls()[1]).at("now"),
            cel::TimestampText(kNow + absl::Minutes(10)));
}

TEST_F(PollerTest, PollsOnAThreadOfItsOwnUntilItIsStopped) {
  connector_.poll->interval = absl::Milliseconds(1);
  poller_->Start();
  EXPECT_TRUE(tool_.AwaitCalls(3));
  poller_->Stop();
}

}  // namespace
}  // namespace waypost::connectors
