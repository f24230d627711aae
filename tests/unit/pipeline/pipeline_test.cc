// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/pipeline.h"

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "sidecar/pipeline/errors.h"
#include "tests/unit/pipeline/pipeline_fixture.h"

namespace waypost::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::waypost::testing::HasCode;
using ::waypost::testing::IsError;
using ::waypost::testing::IsOk;

std::string ReasonOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  if (!payload.has_value() || !info.ParseFromString(std::string(*payload))) return "";
  return info.reason();
}

bool HasRetryInfo(const absl::Status& status) {
  return status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value();
}

class PipelineTest : public PipelineFixture {};

TEST_F(PipelineTest, AnswersOnceTheEventIsInTheLog) {
  Start();
  const auto response = Record(MakeEvent("e1", "T1", "ann"));
  ASSERT_THAT(response, IsOk());
  EXPECT_FALSE(response->duplicate());
  EXPECT_EQ(response->enrichment().events(0).type(), v1::EVENT_TYPE_CREATED);
  EXPECT_EQ(response->enrichment().positions(0).touchpoint_id(), "reported");
  EXPECT_EQ(*inner_->LastPosition(), 1);
  EXPECT_EQ(inner_->ReadRecord(1)->person_id, "ann");
  EXPECT_EQ(pipeline_->stats().events_recorded, 1);
}

TEST_F(PipelineTest, AnEventSentAgainGetsTheFirstAnswerAgain) {
  Start();
  const v1::TicketEvent event = MakeEvent("e1", "T1", "ann");
  const auto first = Send(event).Bytes();
  ASSERT_THAT(first, IsOk());
  const auto again = Record(event);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->duplicate());
  v1::RecordEventResponse without = *again;
  without.set_duplicate(false);
  EXPECT_EQ(without.SerializeAsString(), *first);
  EXPECT_EQ(*inner_->LastPosition(), 1);

  Crash();
  Start();
  EXPECT_EQ(Send(event).Bytes().value(), *first + again->SerializeAsString().substr(first->size()));
  EXPECT_EQ(*inner_->LastPosition(), 1);
}

TEST_F(PipelineTest, AnIdOfAnotherTicketOrSourceIsRefused) {
  v1::TicketEvent other_source = MakeEvent("e1", "T1", "ann");
  other_source.set_source("other");
  for (const bool waiting : {true, false}) {
    inner_ = store::MakeMemoryStore();
    Start();
    const v1::TicketEvent event = MakeEvent("e1", "T1", "ann");
    if (waiting) faulty_->SetGate(false);
    const Answer first = Send(event);
    if (!waiting) {
      EXPECT_THAT(first.Await(), IsOk());
    }
    for (const v1::TicketEvent& reusing :
         {MakeEvent("e1", "T2", "ann"), other_source, MakeSignal("e1", "login_failed", "ann")}) {
      const Answer refused = Send(reusing);
      EXPECT_TRUE(refused.given()) << "it does not wait for the disk";
      if (!refused.given()) faulty_->SetGate(true);
      const absl::Status status = refused.Await().status();
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_EQ(ReasonOf(status), "EVENT_ID_REUSED");
      EXPECT_THAT(std::string(status.message()), ::testing::StartsWith("event.event_id: "));
      EXPECT_EQ(status.message().find("ann"), absl::string_view::npos);
    }
    const Answer again = Send(event);
    if (waiting) faulty_->SetGate(true);
    EXPECT_TRUE(again.Await()->duplicate());
    EXPECT_THAT(Record(MakeEvent("e2", "T2", "ann")), IsOk()) << "the ticket is not taken";
    EXPECT_EQ(*inner_->LastPosition(), 2);
    pipeline_.reset();
  }
}

TEST_F(PipelineTest, TheSameIdOfTwoPersonsGivesActionsAndDecisionsOfTheirOwn) {
  Start();
  const auto ann = Record(MakeEvent("e1", "T1", "ann"));
  const auto bob = Record(MakeEvent("e1", "T2", "bob"));
  const auto cyd = Record(MakeSignal("e1", "login_failed", "cyd"));
  const auto dan = Record(MakeSignal("e1", "login_failed", "dan"));
  std::set<std::string> ids;
  for (const auto& answer : {ann, bob, cyd, dan}) {
    ASSERT_THAT(answer, IsOk());
    EXPECT_FALSE(answer->duplicate());
    ids.insert(answer->enrichment().decision_id());
  }
  EXPECT_EQ(ids.size(), 4);
}

TEST_F(PipelineTest, AnEventSentAgainAfterItsTicketMovedIsFoundAmongThoseOfBothPersons) {
  Start();
  const v1::TicketEvent event = MakeEvent("e1", "T1", "ann");
  ASSERT_THAT(Record(event), IsOk());
  ASSERT_THAT(Record(MakeEvent("e1", "T2", "bob")), IsOk());
  ASSERT_THAT(Record(MakeEvent("e3", "T1", "bob")), IsOk());
  EXPECT_TRUE(Record(event)->duplicate());
}

TEST_F(PipelineTest, AnEventSentAgainWhileItWaitsGetsTheSameAnswer) {
  Start();
  faulty_->SetGate(false);
  const v1::TicketEvent event = MakeEvent("e1", "T1", "ann");
  const Answer first = Send(event);
  const Answer again = Send(event);
  EXPECT_FALSE(first.given());
  EXPECT_FALSE(again.given());
  faulty_->SetGate(true);
  EXPECT_FALSE(first.Await()->duplicate());
  EXPECT_TRUE(again.Await()->duplicate());
  EXPECT_EQ(again.Await()->enrichment().decision_id(), first.Await()->enrichment().decision_id());
  EXPECT_EQ(*inner_->LastPosition(), 1);
}

TEST_F(PipelineTest, WhatWaitsIsCommittedTogether) {
  Start();
  faulty_->SetGate(false);
  std::vector<Answer> answers = {Send(MakeEvent("first", "T0", "ann"))};
  faulty_->AwaitAppendAtGate();
  for (int i = 0; i < 100; ++i) {
    answers.push_back(Send(MakeEvent(absl::StrCat("e", i), absl::StrCat("T", i % 7), "ann")));
  }
  faulty_->SetGate(true);
  for (const Answer& answer : answers) EXPECT_THAT(answer.Await(), IsOk());
  EXPECT_THAT(faulty_->batches(), ElementsAre(1, 100));
}

TEST_F(PipelineTest, FirstEventOfATicketNeedsARequester) {
  Start();
  const absl::Status status = Record(MakeEvent("e1", "T1", "")).status();
  EXPECT_THAT(status,
              IsError(absl::StatusCode::kInvalidArgument, HasSubstr("event.ticket.requester.id")));
  EXPECT_EQ(ReasonOf(status), "EVENT_INVALID");
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.BadRequest").has_value());
  EXPECT_EQ(*inner_->LastPosition(), 0);
  EXPECT_THAT(JourneyOf("T1"), HasCode(absl::StatusCode::kNotFound));

  WAYPOST_EXPECT_OK(Record(MakeEvent("e2", "T1", "ann")));
  WAYPOST_EXPECT_OK(Record(MakeEvent("e3", "T1", "")));
  EXPECT_THAT(JourneyOf("T1")->timeline(), SizeIs(2));
}

TEST_F(PipelineTest, TenantsDoNotSeeEachOther) {
  Start();
  WAYPOST_EXPECT_OK(Record(MakeEvent("e1", "T1", "ann")));
  v1::TicketEvent other = MakeEvent("e1", "T1", "ann");
  other.set_tenant("other");
  const auto response = Record(other);
  ASSERT_THAT(response, IsOk());
  EXPECT_FALSE(response->duplicate());
  EXPECT_THAT(JourneyOf("T1")->timeline(), SizeIs(1));
}

TEST_F(PipelineTest, EventsOfAPersonAreTakenInTheOrderOfTheCalls) {
  Start();
  constexpr int kEvents = 300;
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([this, thread] {
      const std::string person = absl::StrCat("p", thread);
      for (int i = 0; i < kEvents; ++i) {
        v1::TicketEvent event =
            MakeEvent(absl::StrCat(person, "-", i), absl::StrCat("T", thread), person);
        event.mutable_ticket()->set_status(absl::StrCat("status ", i));
        Send(event);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  for (int thread = 0; thread < kThreads; ++thread) {
    const auto journey = JourneyOf(absl::StrCat("T", thread));
    ASSERT_THAT(journey, IsOk());
    ASSERT_THAT(journey->timeline(), SizeIs(kEvents));
    for (int i = 0; i < kEvents; ++i) {
      EXPECT_EQ(journey->timeline(i).event_id(), absl::StrCat("p", thread, "-", i));
    }
  }
  EXPECT_EQ(*inner_->LastPosition(), kEvents * kThreads);
}

TEST_F(PipelineTest, OneEventSentByManyAtOnceIsRecordedOnce) {
  Start();
  std::vector<std::thread> threads;
  std::atomic<int> originals = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, &originals] {
      for (int i = 0; i < 200; ++i) {
        const auto response = Record(
            MakeEvent(absl::StrCat("e", i), absl::StrCat("T", i % 5), absl::StrCat("p", i % 3)));
        EXPECT_THAT(response, IsOk());
        if (response.ok() && !response->duplicate()) ++originals;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(originals, 200);
  EXPECT_EQ(*inner_->LastPosition(), 200);
}

TEST_F(PipelineTest, ATicketFollowsItsRequester) {
  Start();
  WAYPOST_EXPECT_OK(Record(MakeEvent("e1", "T1", "ann")));
  const std::string journey_id = JourneyOf("T1")->id();
  WAYPOST_EXPECT_OK(Record(MakeEvent("e2", "T1", "bob", kStart + absl::Minutes(1))));
  EXPECT_EQ(JourneyOf("T1")->person_id(), "bob");
  EXPECT_EQ(JourneyOf("T1")->id(), journey_id);
  EXPECT_THAT(JourneyOf("T1")->timeline(), SizeIs(2));
  EXPECT_THAT(JourneysOf("ann"), IsEmpty());
  EXPECT_THAT(JourneysOf("bob"), SizeIs(1));

  const auto again = Record(MakeEvent("e1", "T1", "ann"));
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->duplicate());
  EXPECT_EQ(JourneyOf("T1")->person_id(), "bob");

  // Told late, a former requester does not take the ticket back.
  WAYPOST_EXPECT_OK(Record(MakeEvent("e0", "T1", "ann", kStart - absl::Minutes(1))));
  EXPECT_EQ(JourneyOf("T1")->person_id(), "bob");
  EXPECT_THAT(JourneyOf("T1")->timeline(), SizeIs(3));
}

TEST_F(PipelineTest, TicketsThatMoveToAndFroWhileOthersWorkStayWhole) {
  Start();
  constexpr int kEvents = 100;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, thread] {
      for (int i = 0; i < kEvents; ++i) {
        const std::string id = absl::StrCat("e", thread, "-", i);
        const std::string person = absl::StrCat("p", (thread + i) % 3);
        EXPECT_THAT(Record(MakeEvent(id, absl::StrCat("T", i % 3), person)), IsOk());
        if (i % 25 == 0) EXPECT_THAT(pipeline_->Flush(), IsOk());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int steps = 0;
  for (const char* ref : {"T0", "T1", "T2"}) steps += JourneyOf(ref)->timeline_size();
  EXPECT_EQ(steps, 4 * kEvents);
  const std::vector<std::string> before = Tables();
  Crash();
  Start();
  EXPECT_EQ(Tables(), before);
}

TEST_F(PipelineTest, RefusesAtOnceWhatDoesNotFitTheQueue) {
  options_.max_waiting_events = 4;
  Start();
  faulty_->SetGate(false);
  std::vector<Answer> answers;
  for (int i = 0; i < 4; ++i) {
    answers.push_back(Send(MakeEvent(absl::StrCat("e", i), "T1", "ann")));
  }
  const Answer refused = Send(MakeEvent("e4", "T1", "ann"));
  ASSERT_TRUE(refused.given());
  EXPECT_THAT(refused.Await(), HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(ReasonOf(refused.Await().status()), "QUEUE_FULL");
  EXPECT_TRUE(HasRetryInfo(refused.Await().status()));
  EXPECT_EQ(pipeline_->stats().events_refused, 1);
  EXPECT_EQ(pipeline_->stats().events_waiting, 4);
  faulty_->SetGate(true);
  for (const Answer& answer : answers) EXPECT_THAT(answer.Await(), IsOk());
  const auto again = Record(MakeEvent("e4", "T1", "ann"));
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->duplicate());
}

TEST_F(PipelineTest, AFullDiskForgetsNothingAnsweredAndKeepsNothingElse) {
  std::vector<absl::StatusCode> changes;
  options_.on_store_change = [&](const absl::Status& status) { changes.push_back(status.code()); };
  Start();
  WAYPOST_ASSERT_OK(Record(MakeEvent("e1", "T1", "ann")));
  faulty_->FailRecovery(absl::ResourceExhaustedError("/data/waypost.db: disk full"));
  faulty_->FailAppends(absl::ResourceExhaustedError("/data/waypost.db: disk full"));

  const absl::Status status = Record(MakeEvent("e2", "T1", "ann")).status();
  EXPECT_THAT(status, HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(ReasonOf(status), "DISK_FULL");
  EXPECT_TRUE(HasRetryInfo(status));
  EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("/data")));
  // Refused without waiting now, and what was answered can be read.
  EXPECT_EQ(ReasonOf(Record(MakeEvent("e3", "T2", "bob")).status()), "DISK_FULL");
  EXPECT_THAT(pipeline_->stats().store, HasCode(absl::StatusCode::kResourceExhausted));
  const auto journey = JourneyOf("T1");
  ASSERT_THAT(journey, IsOk());
  EXPECT_THAT(journey->timeline(), SizeIs(1));
  EXPECT_THAT(JourneyOf("T2"), HasCode(absl::StatusCode::kNotFound));
  EXPECT_EQ(pipeline_->stats().events_refused, 2);

  faulty_->FailAppends(absl::OkStatus());
  faulty_->FailRecovery(absl::OkStatus());
  absl::StatusOr<v1::RecordEventResponse> response = status;
  while (!response.ok()) response = Record(MakeEvent("e2", "T1", "ann"));
  EXPECT_FALSE(response->duplicate());
  EXPECT_THAT(JourneyOf("T1")->timeline(), SizeIs(2));
  EXPECT_THAT(pipeline_->stats().store, IsOk());
  pipeline_.reset();
  EXPECT_THAT(changes, ElementsAre(absl::StatusCode::kResourceExhausted, absl::StatusCode::kOk));
}

TEST_F(PipelineTest, AFailureAnswersEverybodyWhoWaits) {
  Start();
  faulty_->SetGate(false);
  faulty_->FailAppends(absl::UnavailableError("sync failed"));
  faulty_->FailRecovery(absl::UnavailableError("sync failed"));
  std::vector<Answer> answers;
  for (int i = 0; i < 50; ++i) {
    answers.push_back(
        Send(MakeEvent(absl::StrCat("e", i), absl::StrCat("T", i), absl::StrCat("p", i % 9))));
  }
  answers.push_back(Send(MakeEvent("e7", "T7", "p7")));  // again
  faulty_->SetGate(true);
  for (const Answer& answer : answers) {
    EXPECT_THAT(answer.Await(), HasCode(absl::StatusCode::kUnavailable));
    EXPECT_EQ(ReasonOf(answer.Await().status()), "STORE_UNAVAILABLE");
  }
  EXPECT_EQ(*inner_->LastPosition(), 0);
}

TEST_F(PipelineTest, TablesThatCannotBeWrittenLoseNothing) {
  Start();
  WAYPOST_ASSERT_OK(Record(MakeEvent("e1", "T1", "ann")));
  faulty_->FailTables(absl::ResourceExhaustedError("disk full"));
  EXPECT_THAT(pipeline_->Flush(), HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(JourneyOf("T1"), IsOk());
  faulty_->FailTables(absl::OkStatus());
  while (!pipeline_->stats().store.ok()) std::this_thread::yield();
  WAYPOST_EXPECT_OK(Record(MakeEvent("e2", "T1", "ann")));
  WAYPOST_EXPECT_OK(pipeline_->Flush());
  EXPECT_THAT(JourneyOf("T1")->timeline(), SizeIs(2));
}

// Ann's first journey is in the tables; what came after is in the log and in memory alone.
TEST_F(PipelineTest, WhileTablesCannotBeWrittenListsTakeWhatTheyLackFromMemory) {
  Start();
  const auto at = [](int hours) { return kStart + absl::Hours(hours); };
  for (int i = 0; i < 5; ++i) {
    WAYPOST_ASSERT_OK(
        Record(MakeEvent(absl::StrCat("e", i), absl::StrCat("T", i), absl::StrCat("p", i), at(i))));
  }
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  for (const int i : {5, 1, 6}) {
    WAYPOST_ASSERT_OK(Record(MakeEvent(absl::StrCat("later", i), absl::StrCat("T", i),
                                       absl::StrCat("p", i), at(10 + i))));
  }
  faulty_->FailTables(absl::ResourceExhaustedError("disk full"));
  EXPECT_THAT(pipeline_->Flush(), HasCode(absl::StatusCode::kResourceExhausted));

  v1::ListJourneysRequest request;
  request.set_tenant("default");
  for (const int page_size : {1, 2, 3, 7, 100}) {
    request.set_page_size(page_size);
    std::vector<std::string> refs;
    do {
      const auto page = pipeline_->ListJourneys(request);
      ASSERT_THAT(page, IsOk());
      EXPECT_LE(page->journeys_size(), page_size);
      for (const v1::Journey& journey : page->journeys()) {
        refs.push_back(journey.tickets(0).ticket().ref());
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    EXPECT_THAT(refs, ElementsAre("T6", "T5", "T1", "T4", "T3", "T2", "T0")) << page_size;
  }
  request.set_person_id("p1");
  EXPECT_THAT(pipeline_->ListJourneys(request)->journeys(), SizeIs(1));
  request.set_stage("nowhere");
  EXPECT_THAT(pipeline_->ListJourneys(request)->journeys(), SizeIs(0));
  EXPECT_THAT(JourneysOf("p9"), SizeIs(0));

  v1::GetJourneyRequest by_id;
  by_id.set_tenant("default");
  for (const char* ref : {"T0", "T1", "T6"}) {
    by_id.set_journey_id(JourneyOf(ref)->id());
    EXPECT_THAT(pipeline_->GetJourney(by_id), IsOk()) << ref;
  }
  by_id.set_journey_id("j-0");
  EXPECT_THAT(pipeline_->GetJourney(by_id), HasCode(absl::StatusCode::kNotFound));
  v1::GetJourneyMapRequest map;
  map.set_tenant("default");
  EXPECT_EQ(pipeline_->GetJourneyMap(map)->journeys(), 7);
}

TEST_F(PipelineTest, DrainAnswersWhatWasAcceptedAndRefusesTheRest) {
  Start();
  std::vector<Answer> answers;
  for (int i = 0; i < 20; ++i) {
    answers.push_back(Send(MakeEvent(absl::StrCat("e", i), "T1", "ann")));
  }
  WAYPOST_EXPECT_OK(pipeline_->Drain(absl::Seconds(10)));
  for (const Answer& answer : answers) EXPECT_THAT(answer.Await(), IsOk());
  const absl::Status status = Record(MakeEvent("late", "T1", "ann")).status();
  EXPECT_EQ(ReasonOf(status), "SHUTTING_DOWN");
  EXPECT_EQ(*inner_->MaterializedPosition(), 20);
  EXPECT_THAT(JourneyOf("T1")->timeline(), SizeIs(20));
}

TEST_F(PipelineTest, DrainSaysWhatAStoreThatCannotBeWrittenMeans) {
  Start();
  WAYPOST_ASSERT_OK(Record(MakeEvent("e1", "T1", "ann")));
  faulty_->FailTables(absl::ResourceExhaustedError("disk full"));
  EXPECT_THAT(pipeline_->Flush(), HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(pipeline_->Drain(absl::Seconds(10)),
              IsError(absl::StatusCode::kResourceExhausted,
                      HasSubstr("what was answered is on disk. The cause: the disk under the")));
}

TEST_F(PipelineTest, DrainGivesUpAtItsDeadline) {
  Start();
  faulty_->SetGate(false);
  const Answer answer = Send(MakeEvent("e1", "T1", "ann"));
  EXPECT_THAT(pipeline_->Drain(absl::ZeroDuration()), HasCode(absl::StatusCode::kDeadlineExceeded));
  faulty_->SetGate(true);
  EXPECT_THAT(answer.Await(), IsOk());
}

}  // namespace
}  // namespace waypost::pipeline
