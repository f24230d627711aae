// SPDX-License-Identifier: Apache-2.0
#include "sidecar/base/clock.h"

#include "gtest/gtest.h"

namespace waypost {
namespace {

TEST(VirtualClockTest, StandsStillUntilMoved) {
  VirtualClock clock(absl::FromUnixSeconds(100));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(100));
  clock.Advance(absl::Hours(-1));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(100 - 3600));
  clock.Set(absl::UnixEpoch());
  EXPECT_EQ(clock.Now(), absl::UnixEpoch());
}

class Counter final : public ClockListener {
 public:
  void ClockWasSet() override { ++calls; }
  int calls = 0;
};

TEST(VirtualClockTest, TellsWhoListens) {
  VirtualClock clock(absl::UnixEpoch());
  Counter counter;
  clock.Advance(absl::Hours(1));
  clock.AddListener(&counter);
  clock.Advance(absl::Hours(1));
  clock.Set(absl::UnixEpoch());
  EXPECT_EQ(counter.calls, 2);
  clock.RemoveListener(&counter);
  clock.Advance(absl::Hours(1));
  EXPECT_EQ(counter.calls, 2);
}

}  // namespace
}  // namespace waypost
