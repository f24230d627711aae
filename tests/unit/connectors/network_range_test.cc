// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/network_range.h"

#include "gtest/gtest.h"

namespace waypost::connectors {
namespace {

TEST(NetworkRangeTest, ContainsTheAddressesThatBeginWithItsBits) {
  const struct {
    const char* range;
    const char* address;
    bool contains;
  } kRows[] = {
      {"10.0.0.0/8", "10.255.0.1", true},       {"10.0.0.0/8", "11.0.0.1", false},
      {"10.1.2.3", "10.1.2.3", true},           {"10.1.2.3", "10.1.2.4", false},
      {"192.0.2.128/25", "192.0.2.1", false},   {"192.0.2.128/25", "192.0.2.200", true},
      {"0.0.0.0/0", "203.0.113.9", true},       {"0.0.0.0/0", "2001:db8::1", false},
      {"2001:db8::/32", "2001:db8:7::1", true}, {"2001:db8::/32", "2001:db9::1", false},
      {"127.0.0.1", "::ffff:127.0.0.1", true},  {"::/0", "127.0.0.1", true},
  };
  for (const auto& row : kRows) {
    const auto range = NetworkRange::Parse(row.range);
    const auto address = ParseIpAddress(row.address);
    ASSERT_TRUE(range.has_value() && address.has_value()) << row.range << " " << row.address;
    EXPECT_EQ(range->Contains(*address), row.contains) << row.range << " " << row.address;
  }
}

TEST(NetworkRangeTest, WhatIsNoRangeIsNotRead) {
  for (const char* text : {"", "localhost", "10.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x",
                           "::/129", "10.0.0.1 ", "10.0.0.1/8/8", "/8"}) {
    EXPECT_FALSE(NetworkRange::Parse(text).has_value()) << text;
  }
}

TEST(NetworkRangeTest, AHouseholdCountsOnce) {
  const auto counted = [](const char* text) { return CountedAs(*ParseIpAddress(text)); };
  EXPECT_EQ(counted("2001:db8::1"), counted("2001:db8::ffff:1"));
  EXPECT_NE(counted("2001:db8::1"), counted("2001:db8:0:1::1"));
  EXPECT_NE(counted("192.0.2.1"), counted("192.0.2.2"));
  EXPECT_EQ(counted("192.0.2.1"), counted("::ffff:192.0.2.1"));
}

}  // namespace
}  // namespace waypost::connectors
