// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/due_queue.h"

#include <string>

#include "gtest/gtest.h"

namespace waypost::pipeline {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'772'442'000);
const PersonName kAnn("acme", "ann");
const PersonName kBob("acme", "bob");

absl::Time In(int minutes) { return kNow + absl::Minutes(minutes); }

std::string TakeName(DueQueue* queue, absl::Time now) {
  const auto person = queue->Take(now);
  return person.has_value() ? person->person_id : "nobody";
}

TEST(DueQueueTest, HoldsOnlyWhoIsDueBeforeTheHorizon) {
  DueQueue queue;
  queue.Change(kAnn, absl::InfiniteFuture(), In(1));
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.MoveHorizon(In(5)), absl::FromUnixMicros(INT64_MIN));
  queue.Change(kAnn, In(1), In(2));
  queue.Change(kBob, absl::InfiniteFuture(), In(6));
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.next(), In(2));
  EXPECT_EQ(queue.waiting(), 2);
}

TEST(DueQueueTest, TakesTheEarliestOnceItIsDue) {
  DueQueue queue;
  (void)queue.MoveHorizon(In(60));
  queue.Change(kAnn, absl::InfiniteFuture(), In(2));
  queue.Change(kBob, absl::InfiniteFuture(), In(1));
  EXPECT_EQ(TakeName(&queue, In(0)), "nobody");
  EXPECT_EQ(TakeName(&queue, In(1)), "bob");
  EXPECT_EQ(TakeName(&queue, In(1)), "nobody");
  EXPECT_EQ(TakeName(&queue, In(2)), "ann");
  EXPECT_EQ(queue.next(), absl::InfiniteFuture());
}

TEST(DueQueueTest, AChangedTimeReplacesTheOneBefore) {
  DueQueue queue;
  (void)queue.MoveHorizon(In(60));
  queue.Change(kAnn, absl::InfiniteFuture(), In(1));
  queue.Change(kAnn, In(1), In(90));
  EXPECT_EQ(queue.size(), 0U);
  queue.Change(kAnn, In(90), In(3));
  EXPECT_EQ(queue.next(), In(3));
  queue.Change(kAnn, In(3), absl::InfiniteFuture());
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.waiting(), 0);
}

TEST(DueQueueTest, SomebodyWhoIsFoundTwiceIsThereOnce) {
  DueQueue queue;
  (void)queue.MoveHorizon(In(60));
  queue.Change(kAnn, absl::InfiniteFuture(), In(1));
  queue.Add({In(1), "acme", "ann"});
  EXPECT_EQ(queue.size(), 1U);
}

TEST(DueQueueTest, AWakeIsNotLostAndAnEarlierPersonWakes) {
  DueQueue queue;
  (void)queue.MoveHorizon(In(60));
  queue.Wake();
  queue.Await(absl::InfiniteDuration());
  queue.Change(kAnn, absl::InfiniteFuture(), In(5));
  queue.Await(absl::InfiniteDuration());
  queue.Change(kBob, absl::InfiniteFuture(), In(4));
  queue.Await(absl::InfiniteDuration());
}

TEST(DueQueueTest, ForgetsEverythingAndItsHorizon) {
  DueQueue queue;
  (void)queue.MoveHorizon(In(60));
  queue.Change(kAnn, absl::InfiniteFuture(), In(1));
  queue.Forget();
  queue.SetWaiting(7);
  queue.Change(kBob, absl::InfiniteFuture(), In(1));
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.waiting(), 8);
}

}  // namespace
}  // namespace waypost::pipeline
