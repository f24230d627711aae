// SPDX-License-Identifier: Apache-2.0
// Owners get no more alerts in an hour than they are to, and none that is over.
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/pipeline/outbox_fixture.h"

namespace waypost::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class OutboxDigestTest : public OutboxFixture {
 protected:
  void StartWith(int cap, bool again = false) {
    options_.backlog_grace = absl::ZeroDuration();
    UseRules(RulesThatAlertOwners(cap, again));
    Start();
  }

  void Restart() {
    Crash();
    Start();
  }

  // Warnings to "lead" about the tickets, a minute apart. Gives their ids.
  std::vector<std::string> RaiseSome(const std::vector<std::string>& refs) {
    std::vector<std::string> ids;
    for (const std::string& ref : refs) {
      ids.push_back(Raise(ref, 1));
      clock_.Advance(absl::Minutes(1));
    }
    return ids;
  }

  // The id of the end of the ticket's alert.
  std::string End(const std::string& ref) {
    const auto response = Record(Change(ref, 5));
    if (!response.ok()) return std::string(response.status().message());
    if (response->enrichment().resolved_alerts().empty()) return "nothing ended";
    return response->enrichment().resolved_alerts(0).alert_id() + "/resolved";
  }

  void AdvanceTo(absl::Duration since_start) { clock_.Set(kStart + since_start); }

  static std::vector<std::string> TextsOf(const v1::Action& action) {
    std::vector<std::string> texts;
    if (action.has_alert()) texts.push_back(action.alert().text());
    for (const auto& alert : action.alert_digest().alerts()) texts.push_back(alert.text());
    return texts;
  }

  std::vector<std::string> PullIds() {
    std::vector<std::string> ids;
    for (const v1::LeasedAction& action : Pull()) ids.push_back(action.action().id());
    return ids;
  }

  // The ids of what is done without having been carried out, with the reasons.
  std::vector<std::string> DoneBecause() {
    std::vector<std::string> done;
    for (const v1::ActionStatus& action : List(v1::ACTION_STATE_DONE)) {
      if (action.reason_code().empty()) continue;
      done.push_back(action.action().id() + " " + action.reason_code());
    }
    return done;
  }
};

TEST_F(OutboxDigestTest, AlertsBeyondTheRateAreToldTogether) {
  StartWith(3);
  const std::vector<std::string> ids = RaiseSome({"T1", "T2", "T3", "T4", "T5", "T6"});
  EXPECT_THAT(PullIds(), ElementsAre(ids[0], ids[1], ids[2]));
  for (int i = 0; i < 3; ++i) Finish(ids[static_cast<size_t>(i)]);
  const std::vector<v1::ActionStatus> waiting = List(v1::ACTION_STATE_WAITING);
  ASSERT_THAT(waiting, SizeIs(3));
  for (const v1::ActionStatus& action : waiting) {
    EXPECT_EQ(action.reason_code(), "OWNER_RATE");
    EXPECT_EQ(action.retry_at().seconds(), absl::ToUnixSeconds(kStart + absl::Hours(1)));
  }
  AdvanceTo(absl::Hours(1) - absl::Milliseconds(1));
  EXPECT_THAT(PullIds(), IsEmpty());

  AdvanceTo(absl::Hours(1));
  const std::vector<v1::LeasedAction> pulled = Pull();
  ASSERT_THAT(pulled, SizeIs(1));
  const v1::Action& digest = pulled[0].action();
  EXPECT_EQ(digest.id(), ids[3] + "/digest");
  EXPECT_EQ(digest.kind(), v1::ACTION_KIND_ALERT_DIGEST);
  EXPECT_EQ(digest.alert_digest().owner_id(), "lead");
  EXPECT_THAT(TextsOf(digest), ElementsAre("T4 is P1", "T5 is P1", "T6 is P1"));
  EXPECT_EQ(digest.alert_digest().alerts(0).id(), ids[3]);
  EXPECT_EQ(digest.ticket_ref(), "");
  EXPECT_EQ(digest.person_id(), "");
  EXPECT_EQ(digest.decided_at().seconds(), absl::ToUnixSeconds(kStart + absl::Hours(1)));
  EXPECT_EQ(digest.deadline().seconds(), absl::ToUnixSeconds(kStart + absl::Hours(25)));
  EXPECT_THAT(DoneBecause(),
              ElementsAre(ids[3] + " IN_DIGEST", ids[4] + " IN_DIGEST", ids[5] + " IN_DIGEST"));
  Finish(digest.id());
  EXPECT_THAT(List(v1::ACTION_STATE_WAITING), IsEmpty());
  AdvanceTo(absl::Hours(3));
  EXPECT_THAT(PullIds(), IsEmpty());
}

TEST_F(OutboxDigestTest, ADigestCountsAsOne) {
  StartWith(2);
  const std::vector<std::string> ids = RaiseSome({"T1", "T2", "T3"});  // at 0, 1 and 2 minutes
  AdvanceTo(absl::Minutes(60));
  EXPECT_THAT(PullIds(), ElementsAre(ids[0], ids[1], ids[2] + "/digest"));
  const std::string fourth = Raise("T4", 1);
  EXPECT_THAT(PullIds(), IsEmpty());
  AdvanceTo(absl::Minutes(61));
  EXPECT_THAT(PullIds(), ElementsAre(ids[0], ids[1], ids[2] + "/digest", fourth + "/digest"));
  AdvanceTo(absl::Minutes(121));
  const std::string fifth = Raise("T5", 1);
  EXPECT_THAT(List(v1::ACTION_STATE_WAITING).back().reason_code(), "");
  EXPECT_EQ(List(v1::ACTION_STATE_WAITING).back().action().id(), fifth);
}

TEST_F(OutboxDigestTest, CriticalAlertsAreFreeOfTheRate) {
  StartWith(1);
  EXPECT_NE(Raise("T1", 0), "no alert");
  EXPECT_NE(Raise("T2", 0), "no alert");
  (void)RaiseSome({"T3", "T4"});
  (void)Raise("T5", 0);
  EXPECT_THAT(PullTexts(), ElementsAre("T1 is P0", "T2 is P0", "T3 is P1", "T5 is P0"));
}

TEST_F(OutboxDigestTest, EachOwnerHasTheirOwnRate) {
  StartWith(1);
  (void)Raise("T1", 1);
  (void)Raise("T2", 2);
  (void)Raise("T3", 1);
  (void)Raise("T4", 2);
  EXPECT_THAT(PullTexts(), ElementsAre("T1 is P1", "T2 is P2"));
  AdvanceTo(absl::Hours(1));
  std::vector<std::string> owners;
  for (const v1::LeasedAction& action : Pull()) {
    if (!action.action().has_alert_digest()) continue;
    owners.push_back(action.action().alert_digest().owner_id());
  }
  EXPECT_THAT(owners, UnorderedElementsAre("lead", "other"));
}

TEST_F(OutboxDigestTest, NoRateHoldsNothing) {
  StartWith(0);
  for (int i = 0; i < 30; ++i) (void)Raise(absl::StrCat("T", i), 1);
  EXPECT_THAT(PullTexts(), SizeIs(30));
}

TEST_F(OutboxDigestTest, AnAlertThatIsHeldHoldsUpNothingAndIsLeasedToNobody) {
  StartWith(1);
  const std::string first = Raise("T1", 1);
  const v1::TicketEvent event = Change("T2", 1);
  Answer answer;
  pipeline_->Record(event, event.SerializeAsString(), Delivery::kCaller, answer.Callback());
  EXPECT_EQ(answer.Await()->leases_size(), 0);
  (void)Raise("T2", 0);
  EXPECT_THAT(PullTexts(), ElementsAre("T1 is P1", "T2 is P0"));
}

TEST_F(OutboxDigestTest, WhatIsDecidedLaterOnItsTicketsWaitsForTheDigest) {
  StartWith(1);
  const std::vector<std::string> ids = RaiseSome({"T1", "T2", "T3"});
  Finish(ids[0]);
  AdvanceTo(absl::Hours(1));
  const std::string digest = ids[1] + "/digest";
  EXPECT_THAT(PullIds(), ElementsAre(digest));
  const std::string end = End("T3");
  EXPECT_EQ(end, ids[2] + "/resolved");
  for (const bool restarted : {false, true}) {
    SCOPED_TRACE(restarted);
    if (restarted) {
      WAYPOST_ASSERT_OK(pipeline_->Flush());
      Restart();
      EXPECT_THAT(PullIds(), ElementsAre(digest));
    }
    EXPECT_THAT(PullIds(), IsEmpty());
  }
  Finish(digest);
  EXPECT_THAT(PullIds(), ElementsAre(end));
}

TEST_F(OutboxDigestTest, WhatIsHeldIsNeverDeliveredUnderItsOwnIdWhateverCrashes) {
  for (const bool with_tables : {false, true}) {
    SCOPED_TRACE(with_tables);
    pipeline_.reset();
    inner_ = store::MakeMemoryStore();
    clock_.Set(kStart);
    StartWith(1);
    const std::vector<std::string> ids = RaiseSome({"T1", "T2", "T3"});
    Finish(ids[0]);
    if (with_tables) WAYPOST_ASSERT_OK(pipeline_->Flush());
    Restart();
    EXPECT_THAT(PullIds(), IsEmpty());
    // More is allowed by now, but what is held stays held.
    UseRules(RulesThatAlertOwners(10));
    EXPECT_THAT(PullIds(), IsEmpty());
    AdvanceTo(absl::Hours(1));
    ASSERT_THAT(PullIds(), ElementsAre(ids[1] + "/digest"));
    if (with_tables) WAYPOST_ASSERT_OK(pipeline_->Flush());
    Restart();
    const std::vector<v1::LeasedAction> again = Pull();
    ASSERT_THAT(again, SizeIs(1));
    EXPECT_EQ(again[0].action().id(), ids[1] + "/digest");
    EXPECT_THAT(TextsOf(again[0].action()), ElementsAre("T2 is P1", "T3 is P1"));
    Finish(again[0].action().id());
    Restart();
    clock_.Advance(absl::Hours(2));
    EXPECT_THAT(PullIds(), IsEmpty());
  }
}

TEST_F(OutboxDigestTest, ARestartKnowsWhoWasTold) {
  for (const bool with_tables : {false, true}) {
    SCOPED_TRACE(with_tables);
    pipeline_.reset();
    inner_ = store::MakeMemoryStore();
    clock_.Set(kStart);
    StartWith(2);
    for (const std::string& id : RaiseSome({"T1", "T2"})) Finish(id);
    if (with_tables) WAYPOST_ASSERT_OK(pipeline_->Flush());
    Restart();
    (void)Raise("T3", 1);
    EXPECT_THAT(PullTexts(), IsEmpty());
    EXPECT_THAT(List(v1::ACTION_STATE_WAITING).at(0).retry_at().seconds(),
                absl::ToUnixSeconds(kStart + absl::Hours(1)));
  }
}

TEST_F(OutboxDigestTest, ADigestThatIsNotOnDiskIsGatheredAgain) {
  absl::Notification failed;
  absl::Notification works_again;
  options_.on_store_change = [&](const absl::Status& status) {
    (status.ok() ? works_again : failed).Notify();
  };
  StartWith(1);
  const std::vector<std::string> ids = RaiseSome({"T1", "T2"});
  Finish(ids[0]);
  faulty_->FailAppends(absl::UnavailableError("no disk"));
  AdvanceTo(absl::Hours(1));
  failed.WaitForNotification();
  EXPECT_THAT(PullIds(), IsEmpty());
  faulty_->FailAppends(absl::OkStatus());
  works_again.WaitForNotification();
  v1::PullActionsRequest request = Request();
  request.mutable_wait()->set_seconds(60);
  const std::vector<v1::LeasedAction> actions = Pull(request);
  ASSERT_THAT(actions, SizeIs(1));
  EXPECT_EQ(actions[0].action().id(), ids[1] + "/digest");
}

TEST_F(OutboxDigestTest, OfWhatIsHeldOnlyTheWordCountsThatItWasDone) {
  StartWith(1);
  const std::vector<std::string> ids = RaiseSome({"T1", "T2", "T3"});
  Finish(ids[0]);
  for (const auto outcome : {v1::ACTION_OUTCOME_FAILED, v1::ACTION_OUTCOME_DEAD}) {
    EXPECT_EQ(*Acknowledge(Result(ids[1], outcome)), v1::ACKNOWLEDGE_CODE_LEASE_LOST);
  }
  Finish(ids[1]);  // by a caller that acts on what answers say
  AdvanceTo(absl::Hours(1));
  const std::vector<v1::LeasedAction> actions = Pull();
  ASSERT_THAT(actions, SizeIs(1));
  EXPECT_THAT(TextsOf(actions[0].action()), ElementsAre("T3 is P1"));
}

TEST_F(OutboxDigestTest, WhatIsOverBeforeAnybodyHadItIsNotTold) {
  StartWith(1);
  const std::string id = Raise("T1", 1);
  const std::string held = Raise("T2", 1);
  EXPECT_EQ(End("T1"), id + "/resolved");
  EXPECT_EQ(End("T2"), held + "/resolved");
  AdvanceTo(absl::Hours(2));
  EXPECT_THAT(PullIds(), IsEmpty());
  const std::vector<std::string> settled = {id + " RESOLVED", held + " RESOLVED",
                                            id + "/resolved RESOLVED", held + "/resolved RESOLVED"};
  EXPECT_EQ(DoneBecause(), settled);
  EXPECT_THAT(List(v1::ACTION_STATE_WAITING), IsEmpty());
  Restart();
  EXPECT_THAT(PullIds(), IsEmpty());
  EXPECT_EQ(DoneBecause(), settled);
}

TEST_F(OutboxDigestTest, WhatSomebodyHadIsToldWithItsEnd) {
  StartWith(1);
  const std::string id = Raise("T1", 1);
  ASSERT_THAT(PullIds(), ElementsAre(id));
  (void)End("T1");
  clock_.Advance(absl::Minutes(1));  // the lease ends
  EXPECT_THAT(PullIds(), ElementsAre(id));
  Finish(id);
  EXPECT_THAT(PullIds(), ElementsAre(id + "/resolved"));
}

TEST_F(OutboxDigestTest, WhatSomebodyMayHaveHadBeforeACrashIsToldWithItsEnd) {
  StartWith(1);
  const std::string id = Raise("T1", 1);
  const std::string held = Raise("T2", 1);
  Restart();
  (void)End("T1");
  (void)End("T2");  // nobody had that one
  EXPECT_THAT(PullIds(), ElementsAre(id));
  Finish(id);
  EXPECT_THAT(PullIds(), ElementsAre(id + "/resolved"));
  AdvanceTo(absl::Hours(2));
  EXPECT_THAT(DoneBecause(), ElementsAre(held + " RESOLVED", held + "/resolved RESOLVED"));
}

TEST_F(OutboxDigestTest, AnEndThatIsNotOnDiskChangesNothing) {
  absl::Notification works_again;
  options_.on_store_change = [&](const absl::Status& status) {
    if (status.ok()) works_again.Notify();
  };
  StartWith(1);
  const std::string id = Raise("T1", 1);
  faulty_->FailAppends(absl::UnavailableError("no disk"));
  EXPECT_NE(End("T1"), id + "/resolved");
  faulty_->FailAppends(absl::OkStatus());
  works_again.WaitForNotification();
  EXPECT_THAT(PullIds(), ElementsAre(id));
}

TEST_F(OutboxDigestTest, ARepetitionThatIsOverIsNotToldButItsEndIs) {
  for (const bool restarted : {false, true}) {
    SCOPED_TRACE(restarted);
    pipeline_.reset();
    inner_ = store::MakeMemoryStore();
    clock_.Set(kStart);
    StartWith(1, true);
    const std::string id = Raise("T1", 1);
    Finish(id);
    AdvanceTo(absl::Minutes(10));
    const std::string held = Raise("T2", 1);
    AdvanceTo(absl::Minutes(30));
    WAYPOST_ASSERT_OK(pipeline_->SettleDue());
    ASSERT_THAT(List(v1::ACTION_STATE_WAITING), SizeIs(2));  // T2, and T1 again
    if (restarted) Restart();
    EXPECT_EQ(End("T1"), id + "/resolved");
    EXPECT_THAT(PullIds(), ElementsAre(id + "/resolved"));
    EXPECT_THAT(DoneBecause(), SizeIs(1));
    AdvanceTo(absl::Minutes(60));
    const std::vector<v1::LeasedAction> actions = Pull();
    ASSERT_FALSE(actions.empty());
    EXPECT_EQ(actions.back().action().id(), held + "/digest");
    EXPECT_EQ(TextsOf(actions.back().action()).front(), "T2 is P1");
  }
}

}  // namespace
}  // namespace waypost::pipeline
