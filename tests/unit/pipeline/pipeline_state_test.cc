// SPDX-License-Identifier: Apache-2.0
// What is kept where: restarts, eviction, archived journeys, retention, reads.
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/pipeline/pipeline_fixture.h"

namespace waypost::pipeline {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::waypost::testing::HasCode;
using ::waypost::testing::IsOk;

// A desk's morning: tickets of few people that change, wait, move and come back, with signals,
// repeated and late events between.
std::vector<v1::TicketEvent> Morning(uint32_t seed, int count) {
  std::mt19937 random(seed);
  const auto pick = [&](int below) {
    return static_cast<int>(random() % static_cast<uint32_t>(below));
  };
  std::vector<v1::TicketEvent> events;
  for (int i = 0; i < count; ++i) {
    if (!events.empty() && pick(12) == 0) {
      events.push_back(events[static_cast<size_t>(pick(static_cast<int>(events.size())))]);
      continue;
    }
    const absl::Time at = kStart + absl::Minutes(i) - absl::Minutes(pick(9) == 0 ? pick(60) : 0);
    const std::string id = absl::StrCat("e", i);
    const std::string person = absl::StrCat("p", pick(6));
    if (pick(6) == 0) {
      events.push_back(MakeSignal(id, "login_failed", person, at));
      continue;
    }
    const int ticket = pick(12);
    // Mostly the ticket's own requester, sometimes another.
    const std::string requester = pick(10) == 0 ? person : absl::StrCat("p", ticket % 6);
    v1::TicketEvent event = MakeEvent(id, absl::StrCat("T", ticket), requester, at);
    event.mutable_ticket()->set_group(absl::StrCat("group ", pick(3)));
    event.mutable_ticket()->set_status_category(
        static_cast<v1::StatusCategory>(v1::STATUS_CATEGORY_NEW + pick(6)));
    events.push_back(std::move(event));
  }
  return events;
}

class PipelineStateTest : public PipelineFixture {
 protected:
  void RecordAll(const std::vector<v1::TicketEvent>& events) {
    for (const v1::TicketEvent& event : events) ASSERT_THAT(Record(event), IsOk());
  }
};

class CutTest : public PipelineStateTest, public ::testing::WithParamInterface<uint32_t> {};

TEST_P(CutTest, RestartsAtAnyMomentChangeNothing) {
  const std::vector<v1::TicketEvent> events = Morning(GetParam(), 250);
  Start();
  RecordAll(events);
  const std::vector<std::string> uninterrupted = Tables();
  pipeline_.reset();

  inner_ = store::MakeMemoryStore();
  std::mt19937 random(GetParam());
  Start();
  for (const v1::TicketEvent& event : events) {
    ASSERT_THAT(Record(event), IsOk());
    if (random() % 20 == 0) WAYPOST_ASSERT_OK(pipeline_->Flush());
    if (random() % 15 == 0) {
      Crash();
      Start();
    }
  }
  EXPECT_EQ(Tables(), uninterrupted);
}

TEST_P(CutTest, EvictionChangesNothing) {
  const std::vector<v1::TicketEvent> events = Morning(GetParam(), 250);
  Start();
  RecordAll(events);
  const std::vector<std::string> roomy = Tables();
  pipeline_.reset();

  inner_ = store::MakeMemoryStore();
  options_.cache_bytes = 0;
  Start();
  for (const v1::TicketEvent& event : events) {
    ASSERT_THAT(Record(event), IsOk());
    WAYPOST_ASSERT_OK(pipeline_->Flush());
  }
  EXPECT_EQ(Tables(), roomy);
  EXPECT_LE(pipeline_->stats().cached_persons, 6);
}

TEST_P(CutTest, FailuresLoseNothingAnswered) {
  const std::vector<v1::TicketEvent> events = Morning(GetParam(), 250);
  std::mt19937 random(GetParam());
  std::vector<std::string> answered;
  Start();
  for (const v1::TicketEvent& event : events) {
    const bool append_fails = random() % 20 == 0;
    if (append_fails) faulty_->FailAppends(absl::UnavailableError("sync failed"));
    const auto response = Record(event);
    faulty_->FailAppends(absl::OkStatus());
    if (response.ok() && !response->duplicate()) answered.push_back(event.event_id());
    while (!pipeline_->stats().store.ok()) std::this_thread::yield();
  }
  std::vector<std::string> logged;
  WAYPOST_ASSERT_OK(inner_->ScanLog(0, [&](const store::LogRecord& record) {
    v1::TicketEvent event;
    EXPECT_TRUE(event.ParseFromString(record.event));
    logged.push_back(event.event_id());
    return absl::OkStatus();
  }));
  EXPECT_EQ(logged, answered);
  const std::vector<std::string> survived = Tables();
  Crash();
  Start();
  EXPECT_EQ(Tables(), survived);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CutTest, ::testing::Values(1, 2, 3, 4, 5));

TEST_F(PipelineStateTest, ReplayOfALongTailWritesTheTablesOnTheWay) {
  Start();
  RecordAll(Morning(7, 100));
  Crash();
  EXPECT_EQ(*inner_->MaterializedPosition(), 0);
  options_.write_behind_persons = 3;
  Start();
  EXPECT_GT(*inner_->MaterializedPosition(), 0);
}

// Sends so many first events of persons whenever all before are answered, from the thread that
// answers: so that this thread never finds time to catch up.
class Flood {
 public:
  static constexpr int kBatch = 1'000;
  static constexpr int kBatches = 10;

  Flood(Pipeline* pipeline, const store::Store* tables) : pipeline_(pipeline), tables_(tables) {}

  // The log position up to which the tables are written when the last answer is given.
  uint64_t SendAll() {
    Send(1);
    over_.WaitForNotification();
    return written_;
  }

 private:
  void Send(int count) {
    const int first = sent_;
    sent_ += count;
    for (int i = first; i < first + count; ++i) {
      const std::string name = absl::StrCat("n", i);
      const v1::TicketEvent event = MakeEvent(name, name, name);
      pipeline_->Record(event, event.SerializeAsString(), [this](const auto& response) {
        EXPECT_THAT(response, IsOk());
        if (++answered_ < sent_) return;
        if (answered_ < kBatch * kBatches) return Send(kBatch);
        written_ = *tables_->MaterializedPosition();
        over_.Notify();
      });
    }
  }

  Pipeline* const pipeline_;
  const store::Store* const tables_;
  int sent_ = 0;
  int answered_ = 0;
  uint64_t written_ = 0;
  absl::Notification over_;
};

TEST_F(PipelineStateTest, AFloodOfNewPersonsDoesNotOutrunTheTables) {
  options_.write_behind_persons = 100;
  Start();
  Flood flood(pipeline_.get(), inner_.get());
  EXPECT_GE(flood.SendAll(), (Flood::kBatches - 4) * Flood::kBatch);
}

TEST_F(PipelineStateTest, AJourneyThatEndedLongAgoComesBackWithItsTicket) {
  Start();
  v1::TicketEvent resolved = MakeEvent("e1", "T1", "ann");
  resolved.mutable_ticket()->set_status_category(v1::STATUS_CATEGORY_CLOSED);
  WAYPOST_ASSERT_OK(Record(resolved));
  const std::string journey_id = JourneyOf("T1")->id();

  clock_.Advance(absl::Hours(24 * 40));
  WAYPOST_ASSERT_OK(Record(MakeEvent("e2", "T2", "ann", clock_.Now())));
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  EXPECT_FALSE((*inner_->FindJourney("default", journey_id))->live);
  EXPECT_THAT(*inner_->LiveJourneys("default", "ann"), SizeIs(1));
  EXPECT_EQ(JourneyOf("T1")->id(), journey_id);

  v1::TicketEvent reopened = MakeEvent("e3", "T1", "", clock_.Now());
  reopened.mutable_ticket()->set_status_category(v1::STATUS_CATEGORY_OPEN);
  WAYPOST_ASSERT_OK(Record(reopened));
  EXPECT_EQ(JourneyOf("T1")->id(), journey_id);
  EXPECT_EQ(JourneyOf("T1")->facts().reopens(), 1);
  Crash();
  Start();
  EXPECT_EQ(JourneyOf("T1")->facts().reopens(), 1);
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  EXPECT_TRUE((*inner_->FindJourney("default", journey_id))->live);
}

TEST_F(PipelineStateTest, WhatIsOlderThanTheRetentionGoes) {
  Start();
  v1::TicketEvent closed = MakeEvent("e1", "T1", "ann");
  closed.mutable_ticket()->set_status_category(v1::STATUS_CATEGORY_CLOSED);
  WAYPOST_ASSERT_OK(Record(closed));
  WAYPOST_ASSERT_OK(Record(MakeEvent("e2", "T2", "bob")));
  WAYPOST_ASSERT_OK(pipeline_->Flush());

  clock_.Advance(absl::Hours(24 * 401));
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  EXPECT_THAT(inner_->ReadRecord(1), HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(JourneyOf("T1"), HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(JourneyOf("T2"), IsOk());  // still open

  // The ticket begins anew; who waits must be told again.
  EXPECT_THAT(Record(MakeEvent("e3", "T1", "", clock_.Now())),
              HasCode(absl::StatusCode::kInvalidArgument));
  WAYPOST_ASSERT_OK(Record(MakeEvent("e4", "T1", "ann", clock_.Now())));
  EXPECT_THAT(JourneyOf("T1")->timeline(), SizeIs(1));
}

TEST_F(PipelineStateTest, AJourneyIsFoundByItsIdBeforeAndAfterTheTablesKnowIt) {
  Start();
  WAYPOST_ASSERT_OK(Record(MakeEvent("e1", "T1", "ann")));
  v1::GetJourneyRequest request;
  request.set_tenant("default");
  request.set_journey_id(JourneyOf("T1")->id());
  EXPECT_THAT(pipeline_->GetJourney(request), IsOk());
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  EXPECT_THAT(pipeline_->GetJourney(request), IsOk());
  request.set_tenant("other");
  EXPECT_THAT(pipeline_->GetJourney(request), HasCode(absl::StatusCode::kNotFound));
}

TEST_F(PipelineStateTest, AStartWritesWhatTheTablesLackAtOnce) {
  Start();
  WAYPOST_ASSERT_OK(Record(MakeEvent("e1", "T1", "ann")));
  Crash();
  EXPECT_EQ(*inner_->MaterializedPosition(), 0);
  Start();
  while (*inner_->MaterializedPosition() < 1) std::this_thread::yield();
  EXPECT_EQ(pipeline_->stats().log_position, 1);
}

TEST_F(PipelineStateTest, ReadsShowNothingThatIsNotOnDisk) {
  Start();
  WAYPOST_ASSERT_OK(Record(MakeEvent("e1", "T1", "ann")));
  faulty_->SetGate(false);
  const Answer waiting = Send(MakeEvent("e2", "T1", "ann"));
  absl::StatusOr<v1::Journey> journey = absl::UnknownError("not read");
  std::thread reader([&] { journey = JourneyOf("T1"); });
  faulty_->AwaitAppendAtGate();
  faulty_->FailAppends(absl::UnavailableError("sync failed"));
  faulty_->SetGate(true);
  reader.join();
  EXPECT_THAT(waiting.Await(), HasCode(absl::StatusCode::kUnavailable));
  ASSERT_THAT(journey, IsOk());
  EXPECT_THAT(journey->timeline(), SizeIs(1));
}

TEST_F(PipelineStateTest, ExplainsTheNewestAndEarlierEvents) {
  Start();
  WAYPOST_ASSERT_OK(Record(MakeEvent("e1", "T1", "ann")));
  v1::TicketEvent assigned = MakeEvent("e2", "T1", "", kStart + absl::Minutes(1));
  assigned.mutable_ticket()->set_group("Network");
  WAYPOST_ASSERT_OK(Record(assigned));
  v1::ExplainJourneyRequest request;
  request.set_tenant("default");
  request.mutable_ticket()->set_source("desk");
  request.mutable_ticket()->set_ref("T1");
  auto newest = pipeline_->ExplainJourney(request);
  ASSERT_THAT(newest, IsOk());
  EXPECT_EQ(newest->event_id(), "e2");
  EXPECT_EQ(newest->touchpoints(1).id(), "assigned");
  EXPECT_EQ(newest->touchpoints(1).verdict(), v1::VERDICT_FIRED);
  EXPECT_EQ(newest->decision().positions(0).touchpoint_id(), "assigned");
  request.set_event_id("e1");
  auto first = pipeline_->ExplainJourney(request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->touchpoints(0).verdict(), v1::VERDICT_FIRED);
  EXPECT_EQ(first->touchpoints(1).verdict(), v1::VERDICT_OTHER_EVENT);
  request.set_event_id("e9");
  EXPECT_THAT(pipeline_->ExplainJourney(request), HasCode(absl::StatusCode::kNotFound));
}

TEST_F(PipelineStateTest, MapsJourneysAndGroupsWhatNoTouchpointTakes) {
  Start();
  WAYPOST_ASSERT_OK(Record(MakeEvent("e1", "T1", "ann")));
  WAYPOST_ASSERT_OK(Record(MakeSignal("s1", "login_failed", "bob")));
  WAYPOST_ASSERT_OK(Record(MakeSignal("s2", "login_failed", "cid")));
  v1::GetJourneyMapRequest map_request;
  map_request.set_tenant("default");
  const auto map = pipeline_->GetJourneyMap(map_request);
  ASSERT_THAT(map, IsOk());
  EXPECT_EQ(map->cells(0).touchpoints(0).touchpoint_id(), "reported");

  v1::ListUnmappedEventsRequest request;
  request.set_tenant("default");
  const auto unmapped = pipeline_->ListUnmappedEvents(request);
  ASSERT_THAT(unmapped, IsOk());
  ASSERT_THAT(unmapped->groups(), SizeIs(1));
  EXPECT_EQ(unmapped->groups(0).signal(), "login_failed");
  EXPECT_EQ(unmapped->groups(0).count(), 2);
  EXPECT_THAT(unmapped->groups(0).suggestion(), HasSubstr("- id: login-failed\n"));
  EXPECT_THAT(unmapped->groups(0).suggestion(),
              HasSubstr("if: 'event.signal == \"login_failed\"'"));
}

TEST_F(PipelineStateTest, PagesThroughJourneys) {
  Start();
  for (int i = 0; i < 5; ++i) {
    WAYPOST_ASSERT_OK(Record(MakeEvent(absl::StrCat("e", i), absl::StrCat("T", i),
                                       absl::StrCat("p", i), kStart + absl::Minutes(i))));
  }
  v1::ListJourneysRequest request;
  request.set_tenant("default");
  request.set_page_size(3);
  const auto first = pipeline_->ListJourneys(request);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(first->journeys(), SizeIs(3));
  EXPECT_EQ(first->journeys(0).person_id(), "p4");
  request.set_page_token(first->next_page_token());
  EXPECT_THAT(pipeline_->ListJourneys(request)->journeys(), SizeIs(2));
  request.set_page_token("nonsense");
  EXPECT_THAT(pipeline_->ListJourneys(request), HasCode(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace waypost::pipeline
