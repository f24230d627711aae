// SPDX-License-Identifier: Apache-2.0
// What time brings: when, how often, and across failures, new rules and clocks that jump.
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/pipeline/due_fixture.h"

namespace waypost::pipeline {
namespace {

using internal::v1::Decision;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::waypost::testing::HasCode;
using ::waypost::testing::IsOk;

TEST_F(DueTest, SpeaksWhenItIsDueAndNotBefore) {
  Start();
  Open("T1", "ann");
  EXPECT_EQ(pipeline_->stats().waiting_persons, 1);
  Pass(absl::Hours(8) - absl::Seconds(1));
  EXPECT_THAT(Sent(), IsEmpty());
  Pass(absl::Seconds(1));
  EXPECT_THAT(Sent(), ElementsAre("480 still working on T1"));
  EXPECT_EQ(pipeline_->stats().decided_by_time, 1);
  EXPECT_EQ(pipeline_->stats().events_recorded, 1);
  Pass(absl::Hours(8));
  EXPECT_THAT(Sent(), ElementsAre("480 still working on T1", "960 still working on T1"));
}

TEST_F(DueTest, SaysWhenSomethingIsDueNext) {
  Start();
  EXPECT_EQ(pipeline_->stats().next_due, absl::InfiniteFuture());
  Open("T1", "ann");
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  EXPECT_EQ(pipeline_->stats().next_due, kStart + absl::Hours(8));
  Pass(absl::Hours(7) + absl::Minutes(58));
  EXPECT_EQ(pipeline_->stats().next_due, kStart + absl::Hours(8));
}

TEST_F(DueTest, NewsMovesItAndTheEndCallsItOff) {
  Start();
  Open("T1", "ann");
  Open("T2", "bob");
  Pass(absl::Hours(7));
  ASSERT_THAT(Record(Told("T1", "news")), IsOk());
  v1::TicketEvent resolved = MakeEvent("end", "T2", "", clock_.Now());
  resolved.mutable_ticket()->set_status_category(v1::STATUS_CATEGORY_RESOLVED);
  ASSERT_THAT(Record(resolved), IsOk());
  EXPECT_EQ(pipeline_->stats().waiting_persons, 1);
  Pass(absl::Hours(7));
  EXPECT_THAT(Sent(), IsEmpty());
  Pass(absl::Hours(1));
  EXPECT_THAT(Sent(), ElementsAre("900 still working on T1"));
}

TEST_F(DueTest, SeveralTimesMissedIsSpokenOnce) {
  Start();
  Open("T1", "ann");
  Pass(absl::Hours(50));
  EXPECT_THAT(Sent(), ElementsAre("3000 still working on T1"));
  EXPECT_EQ(Decisions().front().due_at(), absl::ToUnixMicros(kStart + absl::Hours(8)));
}

TEST_F(DueTest, WhatBecameDueWhileNothingRanIsDecidedAfterTheStart) {
  Start();
  Open("T1", "ann");
  Open("T2", "bob", "P1");
  Crash();
  clock_.Advance(absl::Hours(20));
  Start();
  Settle();
  EXPECT_THAT(Sent(), ElementsAre("1200 still working on T2", "1200 still working on T1"));
}

TEST_F(DueTest, WhoIsDueLaterNeedsNoMemory) {
  options_.cache_bytes = 0;
  Start();
  for (int i = 0; i < 200; ++i) Open(absl::StrCat("T", i), absl::StrCat("p", i));
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  EXPECT_LE(pipeline_->stats().cached_persons, 64);
  EXPECT_EQ(pipeline_->stats().waiting_persons, 200);
  Pass(absl::Hours(8));
  EXPECT_THAT(Sent(), SizeIs(200));
  EXPECT_EQ(pipeline_->stats().waiting_persons, 200);
}

TEST_F(DueTest, MoreThanAPageIsDueAtOnce) {
  options_.cache_bytes = 0;
  Start();
  for (int i = 0; i < 2500; ++i) (void)Send(Opened(absl::StrCat("T", i), absl::StrCat("p", i)));
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  Pass(absl::Hours(8));
  EXPECT_THAT(Sent(), SizeIs(2500));
}

TEST_F(DueTest, ATicketThatMovesTakesItsSilenceAlong) {
  Start();
  Open("T1", "ann");
  Pass(absl::Hours(1));
  ASSERT_THAT(Record(MakeEvent("moved", "T1", "bob", clock_.Now())), IsOk());
  EXPECT_EQ(pipeline_->stats().waiting_persons, 1);
  Pass(absl::Hours(20));
  ASSERT_THAT(Decisions(), SizeIs(1));
  EXPECT_THAT(JourneysOf("ann"), IsEmpty());
  EXPECT_EQ(Decisions()[0].placement().journey_id(), JourneysOf("bob").at(0).id());
}

TEST_F(DueTest, NewRulesCountFromTheMomentTheyAreInForce) {
  options_.cache_bytes = 0;
  Start();
  for (int i = 0; i < 600; ++i) Open(absl::StrCat("T", i), absl::StrCat("p", i));
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  Pass(absl::Hours(3));
  EXPECT_THAT(Sent(), IsEmpty());
  UseRules(RulesThatKeepPosted("rules-2", absl::Hours(2)));
  pipeline_->RulesChanged();
  Settle();
  EXPECT_THAT(Sent(), SizeIs(600));
}

TEST_F(DueTest, NewRulesAtAStartCountForEverybody) {
  options_.cache_bytes = 0;
  Start();
  Settle();
  for (int i = 0; i < 600; ++i) Open(absl::StrCat("T", i), absl::StrCat("p", i));
  WAYPOST_ASSERT_OK(pipeline_->Drain(absl::Minutes(1)));
  const std::string basis = inner_->DueBasis().value();
  EXPECT_THAT(basis, ::testing::HasSubstr("rules-1"));
  UseRules(RulesThatKeepPosted("rules-2", absl::Hours(2)));
  Start();
  Settle();
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  EXPECT_NE(inner_->DueBasis().value(), basis);
  EXPECT_EQ(inner_->ListDue({}, absl::InfiniteFuture(), 1).value().at(0).due_at,
            kStart + absl::Hours(2));
  Pass(absl::Hours(2));
  EXPECT_THAT(Sent(), SizeIs(600));
}

TEST_F(DueTest, RulesWithoutSilenceCallItOff) {
  Start();
  Open("T1", "ann");
  UseRules(SmallRules());
  pipeline_->RulesChanged();
  Settle();
  EXPECT_EQ(pipeline_->stats().waiting_persons, 0);
  Pass(absl::Hours(20));
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(DueTest, AClockThatJumpsLosesAndRepeatsNothing) {
  Start();
  for (int i = 0; i < 20; ++i) Open(absl::StrCat("T", i), absl::StrCat("p", i));
  Pass(-absl::Hours(48));
  EXPECT_THAT(Sent(), IsEmpty());
  Pass(absl::Hours(48) + absl::Hours(60));
  EXPECT_THAT(Sent(), SizeIs(20));
  Pass(-absl::Hours(60));
  Pass(absl::Hours(60));
  EXPECT_THAT(Sent(), SizeIs(20));
  Pass(absl::Hours(8));
  EXPECT_THAT(Sent(), SizeIs(40));
}

TEST_F(DueTest, AClockThatIsYearsAheadForAMomentSaysNothingAndStopsNothing) {
  Start();
  for (int i = 0; i < 20; ++i) Open(absl::StrCat("T", i), absl::StrCat("p", i));
  Pass(absl::Hours(24 * 3650));
  EXPECT_THAT(Sent(), IsEmpty());
  Pass(-absl::Hours(24 * 3650));
  for (int i = 0; i < 20; ++i) {
    ASSERT_THAT(Record(Told(absl::StrCat("T", i), absl::StrCat("news ", i))), IsOk());
  }
  Pass(absl::Hours(8));
  EXPECT_THAT(Sent(), SizeIs(20));
}

TEST_F(DueTest, ABacklogIsTakenInBeforeTimeDecides) {
  options_.backlog_grace = absl::Minutes(1);
  Start();
  clock_.Advance(absl::Hours(20));
  Settle();
  v1::TicketEvent opened = Opened("T1", "ann");
  opened.mutable_occurred_at()->set_seconds(absl::ToUnixSeconds(kStart));
  ASSERT_THAT(Record(opened), IsOk());
  Pass(absl::Seconds(50));
  v1::TicketEvent told = Told("T1", "news");
  told.mutable_occurred_at()->set_seconds(absl::ToUnixSeconds(kStart + absl::Hours(2)));
  ASSERT_THAT(Record(told), IsOk());
  Pass(absl::Seconds(50));
  EXPECT_THAT(Sent(), IsEmpty());
  Pass(absl::Seconds(10));
  EXPECT_THAT(Sent(), ElementsAre("1201 still working on T1"));
}

TEST_F(DueTest, ABacklogWithoutEndDoesNotKeepTimeFromDeciding) {
  options_.backlog_grace = absl::Minutes(1);
  Start();
  clock_.Advance(absl::Hours(20));
  Settle();
  v1::TicketEvent opened = Opened("T1", "ann");
  opened.mutable_occurred_at()->set_seconds(absl::ToUnixSeconds(kStart));
  ASSERT_THAT(Record(opened), IsOk());
  for (int i = 0; i < 6; ++i) {
    EXPECT_THAT(Sent(), IsEmpty());
    Pass(absl::Seconds(50));
    v1::TicketEvent told = Told("T1", absl::StrCat("news ", i));
    told.mutable_occurred_at()->set_seconds(absl::ToUnixSeconds(kStart + absl::Minutes(i)));
    ASSERT_THAT(Record(told), IsOk());
  }
  Settle();
  EXPECT_THAT(Sent(), SizeIs(1));
}

TEST_F(DueTest, AnOutageThatIsTooLongDoesNotEndTheSilenceRule) {
  Start();
  Open("T1", "ann");
  Pass(absl::Hours(24 * 30));
  EXPECT_THAT(Sent(), IsEmpty());
  Pass(absl::Hours(8));
  EXPECT_THAT(Sent(), SizeIs(1));
}

TEST_F(DueTest, AStartWaitsForABacklog) {
  options_.backlog_grace = absl::Minutes(1);
  Start();
  Open("T1", "ann");
  Crash();
  clock_.Advance(absl::Hours(20));
  Start();
  Pass(absl::Seconds(59));
  EXPECT_THAT(Sent(), IsEmpty());
  Pass(absl::Seconds(1));
  EXPECT_THAT(Sent(), SizeIs(1));
}

TEST_F(DueTest, TimeLeavesRoomForEvents) {
  options_.max_waiting_events = 40;
  Start();
  for (int i = 0; i < 100; ++i) Open(absl::StrCat("T", i), absl::StrCat("p", i));
  faulty_->SetGate(false);
  clock_.Advance(absl::Hours(8));
  faulty_->AwaitAppendAtGate();
  std::vector<Answer> answers;
  for (int i = 0; i < 20; ++i) answers.push_back(Send(Told("T1", absl::StrCat("news ", i))));
  faulty_->SetGate(true);
  for (const Answer& answer : answers) EXPECT_THAT(answer.Await(), IsOk());
  Settle();
  std::set<std::string> texts;
  for (const std::string& sent : Sent()) EXPECT_TRUE(texts.insert(sent).second) << sent;
  EXPECT_GE(texts.size(), 99U);  // T1 got news instead, or both
  EXPECT_EQ(pipeline_->stats().events_refused, 0);
}

TEST_F(DueTest, WhatTheStoreLostIsDecidedAgainUnderTheSameIds) {
  Start();
  for (int i = 0; i < 50; ++i) Open(absl::StrCat("T", i), absl::StrCat("p", i));
  faulty_->FailAppends(absl::UnavailableError("sync failed"));
  clock_.Advance(absl::Hours(8));
  (void)pipeline_->SettleDue();
  EXPECT_THAT(Sent(), IsEmpty());
  faulty_->FailAppends(absl::OkStatus());
  while (!pipeline_->SettleDue().ok()) std::this_thread::yield();
  std::set<std::string> ids;
  for (const Decision& decision : Decisions()) {
    EXPECT_TRUE(ids.insert(decision.enrichment().decision_id()).second);
  }
  EXPECT_THAT(Sent(), SizeIs(50));
}

TEST_F(DueTest, ExplainsAnEventAfterWhichTimePassed) {
  Start();
  Open("T1", "ann");
  Pass(absl::Hours(9));
  ASSERT_THAT(Record(Told("T1", "news")), IsOk());
  Pass(absl::Hours(9));
  v1::ExplainJourneyRequest request;
  request.set_tenant("default");
  request.mutable_ticket()->set_source("desk");
  request.mutable_ticket()->set_ref("T1");
  const auto explained = pipeline_->ExplainJourney(request);
  ASSERT_THAT(explained, IsOk());
  EXPECT_EQ(explained->decision().events(0).type(), v1::EVENT_TYPE_COMMENTED);
}

TEST_F(DueTest, NothingIsDecidedAfterDraining) {
  Start();
  Open("T1", "ann");
  WAYPOST_ASSERT_OK(pipeline_->Drain(absl::Minutes(1)));
  clock_.Advance(absl::Hours(8));
  EXPECT_THAT(pipeline_->SettleDue(), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Sent(), IsEmpty());
}

}  // namespace
}  // namespace waypost::pipeline
