// SPDX-License-Identifier: Apache-2.0
// Random decisions, pulls, words, ends of leases, failures of the disk, restarts and crashes: no
// action is lost, none is invented or delivered under two ids, none that is done is delivered
// again, and those of a ticket come in the order of their decisions.
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/pipeline/outbox_fixture.h"

namespace waypost::pipeline {
namespace {

using ::testing::IsEmpty;

constexpr int kTickets = 5;
constexpr int kPriorities = 9;  // the tenth is in shadow mode

class OutboxPropertyTest : public OutboxFixture, public ::testing::WithParamInterface<int> {
 protected:
  struct Known {
    std::string ticket;
    std::string text;
    bool settled = false;  // done or dead by a word that was accepted
    int deliveries = 0;
  };

  OutboxPropertyTest() {
    options_.on_store_change = [this](const absl::Status& status) {
      const absl::MutexLock lock(&mutex_);
      store_works_ = status.ok();
    };
  }

  void TearDown() override { pipeline_.reset(); }

  void Restart(bool crash) {
    if (crash) {
      Crash();
    } else {
      WAYPOST_ASSERT_OK(pipeline_->Drain(absl::Hours(1)));
    }
    pipeline_.reset();
    leases_.clear();
    {
      // The former pipeline may have ended before it could say so.
      const absl::MutexLock lock(&mutex_);
      store_works_ = true;
    }
    Start();
    ASSERT_NE(pipeline_, nullptr);
  }

  void Decide() {
    const std::string ref = absl::StrCat("T", random_() % kTickets);
    int& priority = priorities_[ref];
    if (priority == kPriorities) return;
    const v1::TicketEvent event = Change(ref, priority);
    Answer answer;
    const bool to_caller = random_() % 3 == 0;
    pipeline_->Record(event, event.SerializeAsString(),
                      to_caller ? Delivery::kCaller : Delivery::kPullers, answer.Callback());
    const auto response = answer.Await();
    if (!response.ok()) return;  // the disk failed: the event is sent again some time
    ++priority;
    ASSERT_EQ(response->enrichment().alerts_size(), 1);
    const v1::ExperienceAlert& alert = response->enrichment().alerts(0);
    const bool is_new =
        known_.emplace(alert.id(), Known{.ticket = ref, .text = alert.text()}).second;
    ASSERT_EQ(is_new, !response->duplicate());
    if (is_new) order_[ref].push_back(alert.id());
    for (const v1::ActionLease& lease : response->leases()) Delivered(lease);
  }

  void PullSome() {
    for (const v1::LeasedAction& action : Pull(Request(1 + static_cast<int>(random_() % 4)))) {
      ASSERT_EQ(known_.count(action.action().id()), 1) << "nobody decided this";
      EXPECT_EQ(known_[action.action().id()].text, action.action().alert().text());
      EXPECT_EQ(known_[action.action().id()].ticket, action.action().ticket_ref());
      Delivered(action.lease());
    }
  }

  void Delivered(const v1::ActionLease& lease) {
    Known& action = known_[lease.action_id()];
    EXPECT_FALSE(action.settled) << "it is settled";
    ++action.deliveries;
    for (const std::string& id : order_[action.ticket]) {
      if (id == lease.action_id()) break;
      EXPECT_TRUE(known_[id].settled) << "an earlier one of its ticket is not settled";
    }
    leases_[lease.action_id()] = lease.lease_id();
  }

  void Tell(v1::ActionOutcome outcome) {
    if (leases_.empty()) return;
    auto lease = leases_.begin();
    std::advance(lease, random_() % leases_.size());
    const auto code = Acknowledge(Result(lease->first, outcome, lease->second));
    if (!code.ok()) return;  // the disk failed
    const bool accepted = *code == v1::ACKNOWLEDGE_CODE_ACCEPTED;
    EXPECT_TRUE(accepted || *code == v1::ACKNOWLEDGE_CODE_LEASE_LOST) << *code;
    if (outcome == v1::ACTION_OUTCOME_DONE) EXPECT_TRUE(accepted);
    if (accepted && outcome != v1::ACTION_OUTCOME_FAILED) known_[lease->first].settled = true;
    leases_.erase(lease);
  }

  void Step() {
    switch (random_() % 20) {
      case 0:
      case 1:
      case 2:
      case 3:
        return Decide();
      case 4:
      case 5:
      case 6:
        return PullSome();
      case 7:
      case 8:
      case 9:
        return Tell(v1::ACTION_OUTCOME_DONE);
      case 10:
        return Tell(v1::ACTION_OUTCOME_FAILED);
      case 11:
        return Tell(v1::ACTION_OUTCOME_DEAD);
      case 12:
        return clock_.Advance(absl::Seconds(random_() % 90));
      case 13:
        return (void)pipeline_->Flush();
      case 14:
        return Restart(random_() % 2 == 0);
      case 15:
        return FailOnce();
      default:
        return random_() % 2 == 0 ? Decide() : PullSome();
    }
  }

  // The disk refuses one word or one event.
  void FailOnce() {
    faulty_->FailAppends(absl::UnavailableError("no disk"));
    if (random_() % 2 == 0) {
      Decide();
    } else {
      Tell(v1::ACTION_OUTCOME_DONE);
    }
    faulty_->FailAppends(absl::OkStatus());
    const absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&store_works_));
  }

  absl::Mutex mutex_;
  bool store_works_ ABSL_GUARDED_BY(mutex_) = true;
  std::mt19937 random_{static_cast<unsigned>(GetParam())};
  std::map<std::string, int> priorities_;
  std::map<std::string, Known> known_;
  std::map<std::string, std::vector<std::string>> order_;  // ids by ticket
  std::map<std::string, std::string> leases_;              // lease ids by action
};

TEST_P(OutboxPropertyTest, NothingIsLostInventedOrDoubled) {
  Start();
  for (int i = 0; i < 300 && !HasFatalFailure(); ++i) {
    SCOPED_TRACE(i);
    Step();
  }
  // What is left is carried out.
  Restart(false);
  for (int i = 0; i < kTickets * kPriorities; ++i) {
    clock_.Advance(absl::Minutes(20));
    for (const v1::LeasedAction& action : Pull()) Delivered(action.lease());
    while (!leases_.empty() && !HasFailure()) Tell(v1::ACTION_OUTCOME_DONE);
  }
  EXPECT_THAT(Pull(), IsEmpty());
  for (const auto& [id, action] : known_) {
    EXPECT_TRUE(action.settled) << id << " of " << action.ticket << " is lost";
    EXPECT_GE(action.deliveries, 1) << id;
  }
  EXPECT_EQ(List(v1::ACTION_STATE_DONE).size() + List(v1::ACTION_STATE_DEAD).size(), known_.size());
  EXPECT_THAT(List(v1::ACTION_STATE_WAITING), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, OutboxPropertyTest, ::testing::Range(0, 10));

}  // namespace
}  // namespace waypost::pipeline
