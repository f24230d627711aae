// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/duration_text.h"

#include <string>

#include "gtest/gtest.h"

namespace waypost {
namespace {

TEST(DurationTextTest, LeavesOutWhatNobodyWouldSay) {
  const struct {
    absl::Duration length;
    std::string text;
  } kCases[] = {
      {absl::ZeroDuration(), "0"},
      {absl::Milliseconds(45'900), "45s"},
      {absl::Minutes(20) + absl::Seconds(5), "20m5s"},
      {absl::Hours(3) + absl::Minutes(5) + absl::Seconds(59), "3h5m"},
      {absl::Hours(24), "24h"},
      {absl::Hours(48) - absl::Nanoseconds(1), "47h59m"},
      {absl::Hours(48), "2 days"},
      {absl::Hours(1409) + absl::Minutes(40), "58 days"},
      {-absl::Hours(3), "3h"},
      {absl::InfiniteDuration(), "inf"},
  };
  for (const auto& [length, text] : kCases) EXPECT_EQ(DurationText(length), text);
}

}  // namespace
}  // namespace waypost
