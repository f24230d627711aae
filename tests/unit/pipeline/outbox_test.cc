// SPDX-License-Identifier: Apache-2.0
// What connectors get, when, how often, and what their word changes.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/pipeline/action_queue.h"
#include "tests/unit/pipeline/due_fixture.h"
#include "tests/unit/pipeline/outbox_fixture.h"

namespace waypost::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::waypost::testing::HasCode;
using ::waypost::testing::IsOk;

class OutboxTest : public OutboxFixture {};

TEST_F(OutboxTest, HandsOutWhatADecisionBrought) {
  Start();
  const std::string id = Raise("T1", 1);
  const std::vector<v1::LeasedAction> actions = Pull();
  ASSERT_THAT(actions, SizeIs(1));
  const v1::Action& action = actions[0].action();
  EXPECT_EQ(action.id(), id);
  EXPECT_EQ(action.kind(), v1::ACTION_KIND_ALERT);
  EXPECT_EQ(action.alert().id(), id);
  EXPECT_EQ(action.alert().text(), "T1 is P1");
  EXPECT_EQ(action.source(), "desk");
  EXPECT_EQ(action.ticket_ref(), "T1");
  EXPECT_EQ(action.person_id(), "owner of T1");
  EXPECT_EQ(action.journey_id(), JourneyOf("T1")->id());
  EXPECT_EQ(action.decided_at().seconds(), absl::ToUnixSeconds(kStart));
  EXPECT_EQ(action.deadline().seconds(), absl::ToUnixSeconds(kStart + absl::Hours(24)));
  EXPECT_EQ(actions[0].attempt(), 1);
  EXPECT_EQ(actions[0].lease().action_id(), id);
  EXPECT_EQ(actions[0].lease().expires_at().seconds(),
            absl::ToUnixSeconds(kStart + absl::Minutes(1)));
  EXPECT_THAT(Pull(), IsEmpty());
}

TEST_F(OutboxTest, WhatIsOnlyDecidedInShadowIsNoAction) {
  Start();
  EXPECT_NE(Raise("T1", 9), "no alert");
  EXPECT_THAT(Pull(), IsEmpty());
}

TEST_F(OutboxTest, ActionsOfATicketComeOneAfterTheOther) {
  Start();
  const std::string first = Raise("T1", 1);
  (void)Raise("T1", 2);
  (void)Raise("T2", 3);
  EXPECT_THAT(PullTexts(), ElementsAre("T1 is P1", "T2 is P3"));
  EXPECT_THAT(PullTexts(), IsEmpty());
  Finish(first);
  EXPECT_THAT(PullTexts(), ElementsAre("T1 is P2"));
}

TEST_F(OutboxTest, AnActionThatIsTriedAgainHoldsUpItsTicketOnly) {
  Start();
  (void)Raise("T1", 1);
  (void)Raise("T1", 2);
  const v1::LeasedAction failed = Pull().at(0);
  EXPECT_EQ(*Acknowledge(
                Result(failed.action().id(), v1::ACTION_OUTCOME_FAILED, failed.lease().lease_id())),
            v1::ACKNOWLEDGE_CODE_ACCEPTED);
  (void)Raise("T2", 1);
  EXPECT_THAT(PullTexts(), ElementsAre("T2 is P1"));
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(PullTexts(), ElementsAre("T1 is P1"));
}

TEST_F(OutboxTest, ALeaseThatEndsWithoutAWordBringsTheSameActionAgain) {
  Start();
  const std::string id = Raise("T1", 1);
  v1::PullActionsRequest request = Request();
  request.mutable_lease_duration()->set_seconds(30);
  ASSERT_THAT(Pull(request), SizeIs(1));
  clock_.Advance(absl::Seconds(29));
  EXPECT_THAT(Pull(), IsEmpty());
  clock_.Advance(absl::Seconds(1));
  const std::vector<v1::LeasedAction> again = Pull();
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].action().id(), id);
  EXPECT_EQ(again[0].attempt(), 2);
}

TEST_F(OutboxTest, WhatIsDoneStaysDoneAfterACrash) {
  Start();
  Finish(Raise("T1", 1));
  (void)Raise("T2", 2);
  Crash();
  Start();
  EXPECT_THAT(PullTexts(), ElementsAre("T2 is P2"));
}

TEST_F(OutboxTest, WhatSomebodyHadIsDeliveredUnderTheSameIdAfterACrash) {
  for (const bool with_tables : {false, true}) {
    SCOPED_TRACE(with_tables);
    pipeline_.reset();
    inner_ = store::MakeMemoryStore();
    Start();
    const std::string id = Raise("T1", 1);
    ASSERT_THAT(Pull(), SizeIs(1));
    if (with_tables) WAYPOST_ASSERT_OK(pipeline_->Flush());
    Crash();
    Start();
    const std::vector<v1::LeasedAction> again = Pull();
    ASSERT_THAT(again, SizeIs(1));
    EXPECT_EQ(again[0].action().id(), id);
    // Whoever had it before the crash may have carried it out.
    EXPECT_EQ(*Acknowledge(Result(id, v1::ACTION_OUTCOME_DONE, "lease before the crash")),
              v1::ACKNOWLEDGE_CODE_ACCEPTED);
    clock_.Advance(absl::Hours(2));
    EXPECT_THAT(Pull(), IsEmpty());
  }
}

TEST_F(OutboxTest, FailuresAreTriedAgainLaterAndLater) {
  Start();
  const std::string id = Raise("T1", 1);
  for (const int seconds : {10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600}) {
    SCOPED_TRACE(seconds);
    const std::vector<v1::LeasedAction> actions = Pull();
    ASSERT_THAT(actions, SizeIs(1));
    v1::ActionResult result = Result(id, v1::ACTION_OUTCOME_FAILED, actions[0].lease().lease_id());
    result.set_error("503");
    ASSERT_EQ(*Acknowledge(result), v1::ACKNOWLEDGE_CODE_ACCEPTED);
    clock_.Advance(absl::Seconds(seconds) - absl::Milliseconds(1));
    ASSERT_THAT(Pull(), IsEmpty());
    clock_.Advance(absl::Milliseconds(1));
  }
  EXPECT_EQ(List(v1::ACTION_STATE_WAITING).at(0).error(), "503");
}

TEST_F(OutboxTest, AConnectorMaySayWhenToTryAgain) {
  Start();
  const std::string id = Raise("T1", 1);
  v1::ActionResult result = Result(id, v1::ACTION_OUTCOME_FAILED, Pull().at(0).lease().lease_id());
  result.mutable_retry_after()->set_seconds(7200);
  ASSERT_EQ(*Acknowledge(result), v1::ACKNOWLEDGE_CODE_ACCEPTED);
  Crash();
  Start();
  clock_.Advance(absl::Minutes(119));
  EXPECT_THAT(Pull(), IsEmpty());
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(Pull(), SizeIs(1));
}

TEST_F(OutboxTest, AnActionDiesAfterTwentyDeliveriesInVainAndFreesTheWay) {
  Start();
  const std::string id = Raise("T1", 1);
  (void)Raise("T1", 2);
  for (int i = 0; i < kMaxDeliveries; ++i) {
    ASSERT_THAT(PullTexts(), ElementsAre("T1 is P1")) << i;
    clock_.Advance(absl::Minutes(1));
  }
  EXPECT_THAT(PullTexts(), ElementsAre("T1 is P2"));
  const std::vector<v1::ActionStatus> dead = List(v1::ACTION_STATE_DEAD);
  ASSERT_THAT(dead, SizeIs(1));
  EXPECT_EQ(dead[0].action().id(), id);
  EXPECT_EQ(dead[0].reason_code(), "ATTEMPTS");
  EXPECT_EQ(dead[0].attempts(), kMaxDeliveries);
}

TEST_F(OutboxTest, TheTwentiethFailureIsTheLast) {
  Start();
  const std::string id = Raise("T1", 1);
  for (int i = 0; i < kMaxDeliveries; ++i) {
    const std::vector<v1::LeasedAction> actions = Pull();
    ASSERT_THAT(actions, SizeIs(1)) << i;
    v1::ActionResult result = Result(id, v1::ACTION_OUTCOME_FAILED, actions[0].lease().lease_id());
    result.mutable_retry_after()->set_seconds(0);
    ASSERT_EQ(*Acknowledge(result), v1::ACKNOWLEDGE_CODE_ACCEPTED);
  }
  EXPECT_THAT(Pull(), IsEmpty());
  EXPECT_EQ(List(v1::ACTION_STATE_DEAD).at(0).reason_code(), "ATTEMPTS");
}

TEST_F(OutboxTest, WhatIsWorthNothingAnyMoreIsADeadLetter) {
  Start();
  (void)Raise("T1", 1);
  clock_.Advance(absl::Hours(24) - absl::Seconds(10));
  const v1::LeasedAction late = Pull().at(0);
  (void)Raise("T1", 2);
  clock_.Advance(absl::Seconds(20));
  EXPECT_THAT(Pull(), IsEmpty());  // somebody has it still
  clock_.Advance(absl::Seconds(40));
  EXPECT_THAT(PullTexts(), ElementsAre("T1 is P2"));
  const std::vector<v1::ActionStatus> dead = List(v1::ACTION_STATE_DEAD);
  ASSERT_THAT(dead, SizeIs(1));
  EXPECT_EQ(dead[0].action().id(), late.action().id());
  EXPECT_EQ(dead[0].reason_code(), "EXPIRED");
  // It was carried out after all.
  EXPECT_EQ(*Acknowledge(Result(late.action().id(), v1::ACTION_OUTCOME_DONE)),
            v1::ACKNOWLEDGE_CODE_ACCEPTED);
  EXPECT_THAT(List(v1::ACTION_STATE_DEAD), IsEmpty());
  EXPECT_THAT(List(v1::ACTION_STATE_DONE), SizeIs(1));
}

TEST_F(OutboxTest, EachWordIsAnsweredByItself) {
  Start();
  const std::string done = Raise("T1", 1);
  const std::string rejected = Raise("T2", 2);
  const std::string leased = Raise("T3", 3);
  Finish(done);
  ASSERT_EQ(*Acknowledge(Result(rejected, v1::ACTION_OUTCOME_DEAD)), v1::ACKNOWLEDGE_CODE_ACCEPTED);
  const std::string lease_id = Pull().at(0).lease().lease_id();
  struct Case {
    const char* name;
    v1::ActionResult result;
    v1::AcknowledgeCode want;
  };
  const std::vector<Case> settled = {
      {"done again", Result(done, v1::ACTION_OUTCOME_DONE), v1::ACKNOWLEDGE_CODE_ALREADY_DONE},
      {"failed after done", Result(done, v1::ACTION_OUTCOME_FAILED),
       v1::ACKNOWLEDGE_CODE_ALREADY_DONE},
      {"failed after dead", Result(rejected, v1::ACTION_OUTCOME_FAILED),
       v1::ACKNOWLEDGE_CODE_ALREADY_DEAD},
      {"dead again", Result(rejected, v1::ACTION_OUTCOME_DEAD), v1::ACKNOWLEDGE_CODE_ALREADY_DEAD},
      {"unknown", Result("a-nothing", v1::ACTION_OUTCOME_DONE),
       v1::ACKNOWLEDGE_CODE_UNKNOWN_ACTION},
  };
  for (const bool forgotten : {false, true}) {
    if (forgotten) WAYPOST_ASSERT_OK(pipeline_->Flush());  // the rows are all that is left
    for (const Case& row : settled) {
      EXPECT_EQ(*Acknowledge(row.result), row.want) << row.name << ", forgotten: " << forgotten;
    }
  }
  const std::vector<Case> held = {
      {"another lease", Result(leased, v1::ACTION_OUTCOME_FAILED, "other"),
       v1::ACKNOWLEDGE_CODE_LEASE_LOST},
      {"no lease, while somebody has it", Result(leased, v1::ACTION_OUTCOME_DEAD),
       v1::ACKNOWLEDGE_CODE_LEASE_LOST},
      {"in time", Result(leased, v1::ACTION_OUTCOME_FAILED, lease_id),
       v1::ACKNOWLEDGE_CODE_ACCEPTED},
      {"in time again", Result(leased, v1::ACTION_OUTCOME_FAILED, lease_id),
       v1::ACKNOWLEDGE_CODE_ACCEPTED},
      {"no lease, while nobody has it", Result(leased, v1::ACTION_OUTCOME_DEAD),
       v1::ACKNOWLEDGE_CODE_ACCEPTED},
  };
  for (const Case& row : held) EXPECT_EQ(*Acknowledge(row.result), row.want) << row.name;
}

TEST_F(OutboxTest, ABatchOfWordsIsAnsweredInItsOrder) {
  Start();
  v1::AcknowledgeActionsRequest request;
  request.set_tenant("default");
  *request.add_results() = Result("a-nothing", v1::ACTION_OUTCOME_DONE);
  *request.add_results() = Result(Raise("T1", 1), v1::ACTION_OUTCOME_DONE);
  *request.add_results() = Result(Raise("T2", 2), v1::ACTION_OUTCOME_DEAD);
  const size_t records = pipeline_->stats().log_position;
  const auto response = pipeline_->AcknowledgeActions(request);
  ASSERT_THAT(response, IsOk());
  ASSERT_EQ(response->acknowledgements_size(), 3);
  EXPECT_EQ(response->acknowledgements(0).code(), v1::ACKNOWLEDGE_CODE_UNKNOWN_ACTION);
  EXPECT_NE(response->acknowledgements(0).message(), "");
  EXPECT_EQ(response->acknowledgements(1).code(), v1::ACKNOWLEDGE_CODE_ACCEPTED);
  EXPECT_EQ(response->acknowledgements(1).message(), "");
  EXPECT_EQ(response->acknowledgements(2).code(), v1::ACKNOWLEDGE_CODE_ACCEPTED);
  EXPECT_EQ(pipeline_->stats().log_position, records + 1);  // one record for all
  EXPECT_EQ(pipeline_->stats().events_recorded, 2);
  EXPECT_EQ(pipeline_->stats().decided_by_time, 0);
}

TEST_F(OutboxTest, ALeaseThatSomebodyElseGotIsLost) {
  Start();
  const std::string id = Raise("T1", 1);
  const std::string mine = Pull().at(0).lease().lease_id();
  clock_.Advance(absl::Minutes(1));
  const std::string theirs = Pull().at(0).lease().lease_id();
  EXPECT_NE(mine, theirs);
  EXPECT_EQ(*Acknowledge(Result(id, v1::ACTION_OUTCOME_FAILED, mine)),
            v1::ACKNOWLEDGE_CODE_LEASE_LOST);
  EXPECT_EQ(*Acknowledge(Result(id, v1::ACTION_OUTCOME_DONE, mine)), v1::ACKNOWLEDGE_CODE_ACCEPTED);
  EXPECT_EQ(*Acknowledge(Result(id, v1::ACTION_OUTCOME_FAILED, theirs)),
            v1::ACKNOWLEDGE_CODE_ALREADY_DONE);
}

TEST_F(OutboxTest, ACallerThatDeliversGetsItsActionsLeased) {
  Start();
  const auto record = [&](int priority) {
    const v1::TicketEvent event = Change("T1", priority);
    Answer answer;
    pipeline_->Record(event, event.SerializeAsString(), Delivery::kCaller, answer.Callback());
    return *answer.Await();
  };
  const v1::RecordEventResponse first = record(1);
  ASSERT_EQ(first.leases_size(), 1);
  const std::string id = first.enrichment().alerts(0).id();
  EXPECT_EQ(first.leases(0).action_id(), id);
  EXPECT_THAT(Pull(), IsEmpty());
  // An earlier action of the ticket is not settled, and an event that is known leases nothing.
  const v1::RecordEventResponse second = record(2);
  EXPECT_EQ(second.enrichment().alerts_size(), 1);
  EXPECT_EQ(second.leases_size(), 0);
  EXPECT_TRUE(record(1).duplicate());
  EXPECT_EQ(record(1).leases_size(), 0);

  EXPECT_EQ(*Acknowledge(Result(id, v1::ACTION_OUTCOME_FAILED, first.leases(0).lease_id())),
            v1::ACKNOWLEDGE_CODE_ACCEPTED);
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(PullTexts(), ElementsAre("T1 is P1"));
  Finish(id);
  EXPECT_THAT(PullTexts(), ElementsAre("T1 is P2"));
}

TEST_F(OutboxTest, ACallerThatOnlyReadsLeavesTheActionsToWhoeverPulls) {
  Start();
  const auto response = Record(Change("T1", 1));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->leases_size(), 0);
  EXPECT_THAT(Pull(), SizeIs(1));
}

TEST_F(OutboxTest, APullWaitsForTheNextAction) {
  Start();
  v1::PullActionsRequest request = Request();
  request.mutable_wait()->set_seconds(600);
  const PullAnswer waiting = StartPull(request);
  EXPECT_THAT(Pull(), IsEmpty());  // the thread has looked at the one before
  EXPECT_FALSE(waiting.given());
  (void)Raise("T1", 1);
  EXPECT_EQ(waiting.Await()->actions_size(), 1);
}

TEST_F(OutboxTest, APullThatWaitsHearsOfLeasesThatEnd) {
  Start();
  (void)Raise("T1", 1);
  ASSERT_THAT(Pull(), SizeIs(1));
  v1::PullActionsRequest request = Request();
  request.mutable_wait()->set_seconds(600);
  const PullAnswer waiting = StartPull(request);
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(waiting.Await()->actions_size(), 1);
}

TEST_F(OutboxTest, AShutdownEndsPullsThatWait) {
  Start();
  v1::PullActionsRequest request = Request();
  request.mutable_wait()->set_seconds(600);
  const PullAnswer waiting = StartPull(request);
  pipeline_->EndPulls();
  const auto answer = waiting.Await();
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->actions_size(), 0);
  EXPECT_THAT(StartPull(Request()).Await(), HasCode(absl::StatusCode::kUnavailable));
}

TEST_F(OutboxTest, RefusesMorePullsThanMayWait) {
  Start();
  v1::PullActionsRequest request = Request();
  request.mutable_wait()->set_seconds(600);
  std::vector<PullAnswer> waiting;
  for (int i = 0; i < 16; ++i) waiting.push_back(StartPull(request));
  EXPECT_THAT(StartPull(request).Await(), HasCode(absl::StatusCode::kResourceExhausted));
  pipeline_->EndPulls();
  for (const PullAnswer& pull : waiting) EXPECT_THAT(pull.Await(), IsOk());
}

TEST_F(OutboxTest, HandsOutOnlyTheKindsThatAreAskedForAndOfThatTenant) {
  Start();
  (void)Raise("T1", 1);
  v1::PullActionsRequest request = Request();
  request.add_kinds(v1::ACTION_KIND_SURVEY);
  EXPECT_THAT(Pull(request), IsEmpty());
  request.add_kinds(v1::ACTION_KIND_ALERT);
  request.set_tenant("other");
  EXPECT_THAT(Pull(request), IsEmpty());
  request.set_tenant("default");
  EXPECT_THAT(Pull(request), SizeIs(1));
}

TEST_F(OutboxTest, AWordThatIsNotOnDiskIsRefusedAndChangesNothing) {
  absl::Notification works_again;
  options_.on_store_change = [&](const absl::Status& status) {
    if (status.ok()) works_again.Notify();
  };
  Start();
  const std::string id = Raise("T1", 1);
  (void)Raise("T2", 2);
  ASSERT_THAT(Pull(Request(1)), SizeIs(1));
  faulty_->FailRecovery(absl::UnavailableError("no disk"));
  faulty_->FailAppends(absl::UnavailableError("no disk"));
  EXPECT_THAT(Acknowledge(Result(id, v1::ACTION_OUTCOME_DONE)),
              HasCode(absl::StatusCode::kUnavailable));
  faulty_->FailAppends(absl::OkStatus());
  faulty_->FailRecovery(absl::OkStatus());
  works_again.WaitForNotification();
  // Leases outlive the failure.
  EXPECT_THAT(PullTexts(), ElementsAre("T2 is P2"));
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(PullTexts(), ElementsAre("T1 is P1", "T2 is P2"));
  Finish(id);
  Crash();
  Start();
  EXPECT_THAT(PullTexts(), ElementsAre("T2 is P2"));
}

TEST_F(OutboxTest, ShowsWhatWaitsAndCountsIt) {
  Start();
  (void)Raise("T1", 1);
  clock_.Advance(absl::Minutes(5));
  for (int i = 2; i < 6; ++i) (void)Raise(absl::StrCat("T", i), i);
  ASSERT_THAT(Pull(Request(1)), SizeIs(1));
  const std::vector<v1::ActionStatus> waiting = List(v1::ACTION_STATE_UNSPECIFIED);
  ASSERT_THAT(waiting, SizeIs(5));
  EXPECT_EQ(waiting[0].state(), v1::ACTION_STATE_LEASED);
  EXPECT_TRUE(waiting[0].has_lease_expires_at());
  EXPECT_EQ(waiting[0].action().content_case(), v1::Action::CONTENT_NOT_SET);
  EXPECT_EQ(waiting[4].state(), v1::ACTION_STATE_WAITING);
  EXPECT_EQ(waiting[4].action().ticket_ref(), "T5");
  const Stats stats = pipeline_->stats();
  EXPECT_EQ(stats.actions_waiting, 4);
  EXPECT_EQ(stats.actions_leased, 1);
  EXPECT_EQ(stats.actions_dead, 0);
  EXPECT_EQ(stats.oldest_action, kStart);
}

TEST_F(OutboxTest, AnActionWhoseDecisionWasPrunedIsADeadLetter) {
  Start();
  v1::TicketEvent old = Change("T1", 1);
  old.mutable_occurred_at()->set_seconds(absl::ToUnixSeconds(kStart - absl::Hours(24 * 500)));
  ASSERT_THAT(Record(old), IsOk());
  clock_.Advance(absl::Hours(2));
  WAYPOST_ASSERT_OK(pipeline_->Flush());  // which deletes what is too old
  ASSERT_THAT(inner_->ReadRecord(1).status(), HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(Pull(), IsEmpty());
  EXPECT_EQ(List(v1::ACTION_STATE_DEAD).at(0).reason_code(), "EXPIRED");
}

TEST_F(OutboxTest, SettledActionsAreKeptForAMonth) {
  Start();
  const std::string id = Raise("T1", 1);
  Finish(id);
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  clock_.Advance(absl::Hours(24 * 29));
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  EXPECT_THAT(List(v1::ACTION_STATE_DONE), SizeIs(1));
  clock_.Advance(absl::Hours(24 * 2));
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  EXPECT_THAT(List(v1::ACTION_STATE_DONE), IsEmpty());
  EXPECT_EQ(*Acknowledge(Result(id, v1::ACTION_OUTCOME_DONE)), v1::ACKNOWLEDGE_CODE_UNKNOWN_ACTION);
}

TEST_F(OutboxTest, WhatTimeBringsIsPulledToo) {
  UseRules(RulesThatKeepPosted("rules-1", absl::Hours(8)));
  options_.backlog_grace = absl::ZeroDuration();
  Start();
  v1::TicketEvent event = MakeEvent("e1", "T1", "ann");
  event.mutable_ticket()->set_status_category(v1::STATUS_CATEGORY_NEW);
  ASSERT_THAT(Record(event), IsOk());
  EXPECT_THAT(Pull(), IsEmpty());
  clock_.Advance(absl::Hours(8));
  WAYPOST_ASSERT_OK(pipeline_->SettleDue());
  const std::vector<v1::LeasedAction> actions = Pull();
  ASSERT_THAT(actions, SizeIs(1));
  EXPECT_EQ(actions[0].action().kind(), v1::ACTION_KIND_STATUS_UPDATE);
  EXPECT_EQ(actions[0].action().status_update().text(), "still working on T1");
  EXPECT_EQ(actions[0].action().source(), "desk");
  EXPECT_EQ(actions[0].action().ticket_ref(), "T1");
}

}  // namespace
}  // namespace waypost::pipeline
