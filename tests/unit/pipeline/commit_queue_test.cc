// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/commit_queue.h"

#include "gtest/gtest.h"

namespace waypost::pipeline {
namespace {

TEST(CommitQueueTest, WhoeverWaitsForWhatWasForgottenIsTold) {
  CommitQueue queue(10, 1000);
  ASSERT_EQ(*queue.Reserve(1), 1);
  const int64_t before = queue.generation();
  (void)queue.Reset(1);
  // The position exists no more, so nothing would ever end the waiting.
  EXPECT_FALSE(queue.AwaitDurable(1, before));
  EXPECT_TRUE(queue.AwaitDurable(0, queue.generation()));
}

TEST(CommitQueueTest, CountsWhomItForgetsAsRefused) {
  CommitQueue queue(10, 1000);
  const auto ignore = [](auto) {};
  for (const uint64_t position : {1, 2}) {
    ASSERT_EQ(*queue.Reserve(1), position);
    store::LogRecord record;
    record.position = position;
    // The second one only fills a hole: nobody waits for it.
    if (position == 1) {
      queue.Fill(record, "e1", ignore);
    } else {
      queue.Fill(record, "", nullptr);
    }
  }
  RecordCallback again = ignore;
  ASSERT_EQ(queue.Join(1, "e1", &again), CommitQueue::Joined::kYes);
  EXPECT_EQ(queue.Reset(1).size(), 2);
  EXPECT_EQ(queue.refused(), 2);
  EXPECT_EQ(queue.waiting(), 0);
}

}  // namespace
}  // namespace waypost::pipeline
