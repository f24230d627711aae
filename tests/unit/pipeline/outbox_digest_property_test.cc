// SPDX-License-Identifier: Apache-2.0
// Random alerts, ends of alerts, pulls, words, failures of the disk, restarts and crashes: each
// alert is told under one id and no other, by itself or in one digest, or is over before anybody
// had it; its end is told when the alert was, and after it; and no owner is told more often in any
// hour than they are to be.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/base/proto_time.h"
#include "tests/unit/pipeline/outbox_fixture.h"

namespace waypost::pipeline {
namespace {

using ::testing::IsEmpty;

constexpr int kCap = 3;
constexpr int kSteps = 400;

class OutboxDigestPropertyTest : public OutboxFixture, public ::testing::WithParamInterface<int> {
 protected:
  struct Alert {
    std::string ticket;
    bool ended = false;
    std::string told_by;  // the id of the action that brought it first
    bool done = false;
  };

  OutboxDigestPropertyTest() {
    UseRules(RulesThatAlertOwners(kCap));
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
      const absl::MutexLock lock(&mutex_);
      store_works_ = true;
    }
    Start();
    ASSERT_NE(pipeline_, nullptr);
  }

  absl::StatusOr<v1::RecordEventResponse> RecordOne(const v1::TicketEvent& event) {
    Answer answer;
    pipeline_->Record(event, event.SerializeAsString(),
                      random_() % 4 == 0 ? Delivery::kCaller : Delivery::kPullers,
                      answer.Callback());
    return answer.Await();
  }

  void RaiseOne() {
    const std::string ref = absl::StrCat("T", tickets_);
    const auto response = RecordOne(Change(ref, random_() % 8 == 0 ? 0 : 1));
    if (!response.ok()) return;  // the disk failed: another ticket comes some time
    ++tickets_;
    ASSERT_EQ(response->enrichment().alerts_size(), 1);
    const v1::ExperienceAlert& alert = response->enrichment().alerts(0);
    alerts_[alert.id()].ticket = ref;
    if (alert.severity() == v1::SEVERITY_CRITICAL) critical_.insert(alert.id());
    for (const v1::ActionLease& lease : response->leases()) {
      ToldByItself(lease, alert.id(), clock_.Now());
    }
  }

  void EndOne() {
    std::vector<std::string> open;
    for (const auto& [id, alert] : alerts_) {
      if (!alert.ended) open.push_back(id);
    }
    if (open.empty()) return;
    const std::string id = open[random_() % open.size()];
    const auto response = RecordOne(Change(alerts_[id].ticket, 5));
    if (!response.ok()) return;
    ASSERT_EQ(response->enrichment().resolved_alerts_size(), 1);
    ASSERT_EQ(response->enrichment().resolved_alerts(0).alert_id(), id);
    alerts_[id].ended = true;
    for (const v1::ActionLease& lease : response->leases()) NoteLease(lease);
  }

  void Bring(const std::string& alert_id, const std::string& action_id) {
    ASSERT_EQ(alerts_.count(alert_id), 1) << "nobody decided " << alert_id;
    Alert& alert = alerts_[alert_id];
    EXPECT_FALSE(alert.done) << alert_id << " is done";
    if (alert.told_by.empty()) alert.told_by = action_id;
    EXPECT_EQ(alert.told_by, action_id) << alert_id << " is told under two ids";
  }

  void ToldByItself(const v1::ActionLease& lease, const std::string& alert_id, absl::Time at) {
    Bring(alert_id, lease.action_id());
    if (critical_.count(alert_id) == 0) told_[lease.action_id()] = at;
    NoteLease(lease);
  }

  void NoteLease(const v1::ActionLease& lease) { leases_[lease.action_id()] = lease.lease_id(); }

  void PullSome(int max) {
    for (const v1::LeasedAction& leased : Pull(Request(max))) {
      const v1::Action& action = leased.action();
      const absl::Time at = FromProto(action.decided_at());
      contents_[action.id()].clear();
      switch (action.kind()) {
        case v1::ACTION_KIND_ALERT:
          ToldByItself(leased.lease(), action.alert().id(), at);
          break;
        case v1::ACTION_KIND_ALERT_DIGEST:
          for (const v1::ExperienceAlert& alert : action.alert_digest().alerts()) {
            EXPECT_EQ(critical_.count(alert.id()), 0);
            Bring(alert.id(), action.id());
            contents_[action.id()].push_back(alert.id());
          }
          told_[action.id()] = at;
          NoteLease(leased.lease());
          break;
        case v1::ACTION_KIND_ALERT_RESOLUTION: {
          const std::string& alert_id = action.alert_resolution().alert_id();
          EXPECT_TRUE(alerts_[alert_id].done) << alert_id << " ends before it is told";
          EXPECT_FALSE(ends_done_.count(alert_id)) << "the end of " << alert_id << " is done";
          NoteLease(leased.lease());
          break;
        }
        default:
          FAIL() << action.ShortDebugString();
      }
    }
  }

  void NoteDone(const std::string& action_id) {
    if (absl::EndsWith(action_id, "/resolved")) {
      ends_done_.insert(action_id.substr(0, action_id.size() - 9));
      return;
    }
    if (alerts_.count(action_id) > 0) alerts_[action_id].done = true;
    for (const std::string& alert_id : contents_[action_id]) alerts_[alert_id].done = true;
  }

  void Tell(v1::ActionOutcome outcome) {
    if (leases_.empty()) return;
    auto lease = leases_.begin();
    std::advance(lease, random_() % leases_.size());
    const auto code = Acknowledge(Result(lease->first, outcome, lease->second));
    if (!code.ok()) return;  // the disk failed
    const bool accepted = *code == v1::ACKNOWLEDGE_CODE_ACCEPTED;
    EXPECT_TRUE(accepted || *code == v1::ACKNOWLEDGE_CODE_LEASE_LOST) << *code;
    if (outcome == v1::ACTION_OUTCOME_DONE) {
      EXPECT_TRUE(accepted) << lease->first << " " << *code;
      NoteDone(lease->first);
    }
    leases_.erase(lease);
  }

  // The disk refuses one event, one word or one digest.
  void FailOnce() {
    faulty_->FailAppends(absl::UnavailableError("no disk"));
    switch (random_() % 4) {
      case 0:
        RaiseOne();
        break;
      case 1:
        EndOne();
        break;
      case 2:
        Tell(v1::ACTION_OUTCOME_DONE);
        break;
      default:
        clock_.Advance(absl::Hours(1));
        PullSome(3);
    }
    faulty_->FailAppends(absl::OkStatus());
    const absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&store_works_));
  }

  void Step() {
    const unsigned dice = random_() % 32;
    if (dice < 11) return RaiseOne();
    if (dice < 15) return EndOne();
    if (dice < 19) return PullSome(1 + static_cast<int>(random_() % 4));
    if (dice < 25) return Tell(v1::ACTION_OUTCOME_DONE);
    if (dice == 25) return Tell(v1::ACTION_OUTCOME_FAILED);
    if (dice < 28) return clock_.Advance(absl::Seconds(random_() % 1500));
    if (dice == 28) return (void)pipeline_->Flush();
    if (dice == 29) return Restart(random_() % 3 == 0);
    if (dice == 30) return Restart(true);
    FailOnce();
  }

  // What is left is carried out.
  void CarryOutTheRest() {
    Restart(false);
    for (int idle = 0; idle < 3 && !HasFailure();) {
      clock_.Advance(absl::Minutes(25));
      PullSome(100);
      idle = leases_.empty() ? idle + 1 : 0;
      while (!leases_.empty() && !HasFailure()) Tell(v1::ACTION_OUTCOME_DONE);
    }
  }

  void ExpectTheRateKept() {
    std::vector<absl::Time> times;
    for (const auto& [id, at] : told_) times.push_back(at);
    std::sort(times.begin(), times.end());
    for (size_t i = kCap; i < times.size(); ++i) {
      EXPECT_GE(times[i] - times[i - kCap], absl::Hours(1)) << times[i];
    }
  }

  absl::Mutex mutex_;
  bool store_works_ ABSL_GUARDED_BY(mutex_) = true;
  std::mt19937 random_{static_cast<unsigned>(GetParam())};
  int tickets_ = 0;
  std::map<std::string, Alert> alerts_;
  std::set<std::string> critical_;
  std::map<std::string, absl::Time> told_;  // when what told a warning was decided, by action
  std::map<std::string, std::vector<std::string>> contents_;  // of digests
  std::set<std::string> ends_done_;                           // ids of alerts
  std::map<std::string, std::string> leases_;                 // lease ids by action
};

TEST_P(OutboxDigestPropertyTest, EachAlertIsToldUnderOneIdAndNoOwnerTooOften) {
  Start();
  for (int i = 0; i < kSteps && !HasFatalFailure(); ++i) {
    SCOPED_TRACE(i);
    Step();
  }
  CarryOutTheRest();
  EXPECT_THAT(List(v1::ACTION_STATE_WAITING), IsEmpty());
  int digested = 0;
  int over = 0;
  for (const auto& [id, alert] : alerts_) {
    EXPECT_EQ(alert.done, !alert.told_by.empty()) << id;
    EXPECT_TRUE(alert.done || alert.ended) << id << " is lost";
    EXPECT_EQ(ends_done_.count(id) == 1, alert.done && alert.ended) << id;
    digested += alert.told_by != id && alert.done ? 1 : 0;
    over += alert.done ? 0 : 1;
  }
  ExpectTheRateKept();
  EXPECT_GT(digested, 10);
  EXPECT_GT(over, 0);
  EXPECT_THAT(List(v1::ACTION_STATE_DEAD), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, OutboxDigestPropertyTest, ::testing::Range(0, 20));

}  // namespace
}  // namespace waypost::pipeline
