// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/action_queue.h"

#include <random>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace waypost::pipeline {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'777'888'800);
constexpr absl::Duration kLease = absl::Minutes(1);

internal::v1::ActionRecord Record(const std::string& id, const std::string& ticket,
                                  uint64_t position, absl::Duration life = absl::Hours(24)) {
  internal::v1::ActionRecord record;
  record.set_tenant("default");
  record.mutable_action()->set_id(id);
  record.mutable_action()->set_kind(v1::ACTION_KIND_ALERT);
  record.mutable_action()->set_source("desk");
  record.mutable_action()->set_ticket_ref(ticket);
  record.mutable_action()->set_deadline(absl::ToUnixMicros(kStart + life));
  record.set_position(position);
  record.set_changed_at_position(position);
  record.set_decided_at(absl::ToUnixMicros(kStart));
  record.set_state(v1::ACTION_STATE_WAITING);
  return record;
}

std::string Ids(const std::vector<TakenAction>& actions) {
  std::string ids;
  for (const TakenAction& action : actions) ids += action.record.action().id() + " ";
  return ids;
}

std::string TakeIds(ActionQueue* queue, absl::Time now) {
  return Ids(queue->Take("default", {}, 100, kLease, now));
}

internal::v1::ActionChange ChangeTo(const std::string& id, v1::ActionState state) {
  internal::v1::ActionChange change;
  change.set_action_id(id);
  change.set_state(state);
  return change;
}

TEST(ActionQueueTest, TheOrderIsThatOfTheDecisionsHoweverRowsAreLoaded) {
  ActionQueue queue("e");
  for (const uint64_t position : {5, 2, 9, 7}) {
    queue.Load(Record(std::to_string(position), position < 6 ? "T1" : "T2", position), kStart);
  }
  EXPECT_EQ(TakeIds(&queue, kStart), "2 7 ");
}

TEST(ActionQueueTest, WhatConcernsNoTicketWaitsForNothing) {
  ActionQueue queue("e");
  queue.Add(Record("a", "", 1), kStart);
  queue.Add(Record("b", "", 2), kStart);
  EXPECT_EQ(TakeIds(&queue, kStart), "a b ");
}

TEST(ActionQueueTest, ARecordThatIsReplayedOnANewerRowChangesNothing) {
  ActionQueue queue("e");
  internal::v1::ActionRecord record = Record("a", "T1", 1);
  record.set_changed_at_position(8);
  record.set_retry_at(absl::ToUnixMicros(kStart + absl::Hours(1)));
  queue.Load(record, kStart);
  queue.Add(Record("a", "T1", 1), kStart);
  queue.Change("default", ChangeTo("a", v1::ACTION_STATE_DEAD), 8, 1, kStart);
  EXPECT_EQ(queue.changed(), 0U);
  EXPECT_EQ(TakeIds(&queue, kStart), "");
  EXPECT_EQ(TakeIds(&queue, kStart + absl::Hours(1)), "a ");
}

TEST(ActionQueueTest, OnlyBeingDoneChangesWhatIsDead) {
  ActionQueue queue("e");
  queue.Add(Record("a", "T1", 1), kStart);
  queue.Change("default", ChangeTo("a", v1::ACTION_STATE_DEAD), 2, 1, kStart);
  queue.Change("default", ChangeTo("a", v1::ACTION_STATE_WAITING), 3, 1, kStart);
  EXPECT_EQ(queue.Find("default", "a")->state(), v1::ACTION_STATE_DEAD);
  queue.Change("default", ChangeTo("a", v1::ACTION_STATE_DONE), 4, 1, kStart);
  queue.Change("default", ChangeTo("a", v1::ACTION_STATE_DEAD), 5, 1, kStart);
  EXPECT_EQ(queue.Find("default", "a")->state(), v1::ACTION_STATE_DONE);
  EXPECT_EQ(queue.unsettled(), 0);
}

TEST(ActionQueueTest, WhatCouldNotBeDeliveredWasNotTried) {
  ActionQueue queue("e");
  queue.Add(Record("a", "T1", 1), kStart);
  const TakenAction taken = queue.Take("default", {}, 1, kLease, kStart).at(0);
  EXPECT_EQ(queue.leased(), 1);
  queue.Return(taken, kStart);
  EXPECT_EQ(queue.leased(), 0);
  const TakenAction again = queue.Take("default", {}, 1, kLease, kStart).at(0);
  EXPECT_EQ(again.record.attempts(), 1);
  queue.Return(taken, kStart);  // that lease is over
  EXPECT_EQ(queue.leased(), 1);
}

TEST(ActionQueueTest, SaysWhenThereIsSomethingToDo) {
  ActionQueue queue("e");
  EXPECT_EQ(queue.next(), absl::InfiniteFuture());
  queue.Add(Record("a", "T1", 1), kStart);
  EXPECT_EQ(queue.next(), kStart + absl::Hours(24));
  (void)TakeIds(&queue, kStart);
  EXPECT_EQ(queue.next(), kStart + kLease);
  queue.Advance(kStart + absl::Hours(24));
  EXPECT_EQ(queue.next(), absl::InfiniteFuture());
  EXPECT_EQ(queue.Find("default", "a")->reason_code(), "EXPIRED");
}

TEST(ActionQueueTest, ForgetsWhatIsSettledOnceItsRowIsWritten) {
  ActionQueue queue("e");
  queue.Add(Record("a", "T1", 1), kStart);
  queue.Add(Record("b", "T2", 2), kStart);
  queue.Change("default", ChangeTo("a", v1::ACTION_STATE_DONE), 3, 7, kStart);
  std::vector<store::ActionRow> rows;
  queue.TakeChanged(10, &rows);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].state, store::ActionState::kDone);
  EXPECT_EQ(rows[0].settled_at, absl::FromUnixMicros(7));
  queue.NotWritten(rows);
  EXPECT_EQ(queue.changed(), 2U);
  rows.clear();
  queue.TakeChanged(10, &rows);
  // Something happens to it while it is being written.
  queue.Change("default", ChangeTo("b", v1::ACTION_STATE_DEAD), 4, 8, kStart);
  queue.Written(rows);
  EXPECT_EQ(queue.Find("default", "a"), nullptr);
  EXPECT_NE(queue.Find("default", "b"), nullptr);
  EXPECT_EQ(queue.changed(), 1U);
}

// Against what the header says, told plainly: of each ticket the oldest that is not settled may be
// handed out, unless somebody has it or it waits to be tried again.
TEST(ActionQueueTest, RandomCallsHandOutTheOldestOfEachTicketAndNothingTwice) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    struct Model {
      std::string id;
      std::string ticket;
      bool settled = false;
      absl::Time busy_until = absl::InfinitePast();
    };
    std::vector<Model> model;
    ActionQueue queue("e");
    absl::Time now = kStart;
    uint64_t position = 0;
    for (int step = 0; step < 200 && !::testing::Test::HasFailure(); ++step) {
      ++position;
      const unsigned what = random() % 5;
      if (what == 0) {
        Model action{std::to_string(position), "T" + std::to_string(random() % 4)};
        queue.Add(Record(action.id, action.ticket, position, absl::Hours(1000)), now);
        model.push_back(action);
      } else if (what == 1) {
        now += absl::Seconds(random() % 50);
      } else if (what == 2 && !model.empty()) {
        Model& action = model[random() % model.size()];
        if (action.settled) continue;
        action.settled = random() % 2 == 0;
        internal::v1::ActionChange change =
            ChangeTo(action.id, action.settled ? v1::ACTION_STATE_DONE : v1::ACTION_STATE_WAITING);
        if (!action.settled) {
          action.busy_until = now + absl::Seconds(20);
          change.set_retry_at(absl::ToUnixMicros(action.busy_until));
        }
        queue.Change("default", change, position, absl::ToUnixMicros(now), now);
      } else {
        std::string want;
        std::set<std::string> tickets;
        for (Model& action : model) {
          if (action.settled || !tickets.insert(action.ticket).second) continue;
          if (action.busy_until > now) continue;
          want += action.id + " ";
          action.busy_until = now + kLease;
        }
        EXPECT_EQ(TakeIds(&queue, now), want);
      }
      // Not more deliveries than an action survives.
      if (step % 40 == 39) {
        for (Model& action : model) {
          if (action.settled) continue;
          action.settled = true;
          ++position;
          queue.Change("default", ChangeTo(action.id, v1::ACTION_STATE_DEAD), position, 1, now);
        }
        EXPECT_EQ(queue.unsettled(), 0);
        EXPECT_EQ(queue.leased(), 0);
      }
    }
  }
}

}  // namespace
}  // namespace waypost::pipeline
