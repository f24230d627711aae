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

}  // namespace
}  // namespace waypost
