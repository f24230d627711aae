// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/read_ahead.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace waypost::cli {
namespace {

// So many events, those of every tenth line broken; then the end, or a failure.
class Numbers final : public EventReader {
 public:
  Numbers(int64_t count, absl::Status end, std::atomic<int64_t>* read)
      : count_(count), end_(std::move(end)), read_(read) {}

  absl::StatusOr<bool> Next(ReadEvent* next) override {
    if (*read_ == count_) {
      if (!end_.ok()) return end_;
      return false;
    }
    next->line = ++*read_;
    next->clamped = next->line % 7 == 0;
    next->status = next->line % 10 == 0 ? absl::DataLossError("broken") : absl::OkStatus();
    next->event.Clear();
    next->event.set_event_id(std::to_string(next->line));
    return true;
  }
  [[nodiscard]] int64_t done() const override { return *read_; }
  [[nodiscard]] int64_t size() const override { return count_; }

 private:
  const int64_t count_;
  const absl::Status end_;
  std::atomic<int64_t>* const read_;
};

class ReadAheadCountTest : public ::testing::TestWithParam<int64_t> {};

TEST_P(ReadAheadCountTest, GivesTheSameEventsInTheSameOrder) {
  std::atomic<int64_t> read = 0;
  ReadAhead ahead(std::make_unique<Numbers>(GetParam(), absl::OkStatus(), &read));
  EXPECT_EQ(ahead.size(), GetParam());
  ReadEvent next;
  for (int64_t line = 1; line <= GetParam(); ++line) {
    ASSERT_TRUE(ahead.Next(&next).value());
    ASSERT_EQ(next.line, line);
    ASSERT_EQ(next.event.event_id(), std::to_string(line));
    ASSERT_EQ(next.clamped, line % 7 == 0);
    ASSERT_EQ(next.status.ok(), line % 10 != 0);
    ASSERT_GE(ahead.done(), line);
  }
  EXPECT_FALSE(ahead.Next(&next).value());
  EXPECT_FALSE(ahead.Next(&next).value()) << "once more";
  EXPECT_EQ(ahead.done(), GetParam());
}

constexpr int64_t kBatch = ReadAhead::kBatchSize;
INSTANTIATE_TEST_SUITE_P(Counts, ReadAheadCountTest,
                         ::testing::Values(0, 1, kBatch - 1, kBatch, kBatch + 1, 20 * kBatch));

TEST(ReadAheadTest, AFailureComesAfterTheEventsBefore) {
  std::atomic<int64_t> read = 0;
  ReadAhead ahead(std::make_unique<Numbers>(3, absl::UnavailableError("torn"), &read));
  ReadEvent next;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ahead.Next(&next).value());
  EXPECT_EQ(ahead.Next(&next).status(), absl::UnavailableError("torn"));
}

TEST(ReadAheadTest, MayBeLeftInTheMiddleAndHasNotReadItAll) {
  constexpr int64_t kMany = 1'000'000;
  std::atomic<int64_t> read = 0;
  {
    ReadAhead ahead(std::make_unique<Numbers>(kMany, absl::OkStatus(), &read));
    ReadEvent next;
    ASSERT_TRUE(ahead.Next(&next).value());
  }
  EXPECT_LE(read, static_cast<int64_t>(ReadAhead::kBatches) * kBatch);
}

}  // namespace
}  // namespace waypost::cli
