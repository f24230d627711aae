// SPDX-License-Identifier: Apache-2.0
#include "connectors/survey_page/visitor.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace waypost::survey_page {
namespace {

using connectors::NetworkRange;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

std::string Counted(const char* address) {
  return connectors::CountedAs(*connectors::ParseIpAddress(address));
}

TEST(VisitorTest, OnlyTrustedProxiesAreBelieved) {
  const std::vector<NetworkRange> none;
  const std::vector<NetworkRange> one = {*NetworkRange::Parse("127.0.0.1")};
  const std::vector<NetworkRange> two = {*NetworkRange::Parse("127.0.0.1"),
                                         *NetworkRange::Parse("10.0.0.0/8")};
  const struct {
    const char* name;
    const std::vector<NetworkRange>* trusted;
    const char* remote;
    const char* forwarded_for;
    const char* visitor;
  } kRows[] = {
      {"nobody is trusted", &none, "127.0.0.1", "203.0.113.5", "127.0.0.1"},
      {"a visitor of its own", &one, "203.0.113.9", "203.0.113.5", "203.0.113.9"},
      {"the proxy tells", &one, "127.0.0.1", "203.0.113.5", "203.0.113.5"},
      {"the proxy tells nothing", &one, "127.0.0.1", "", "127.0.0.1"},
      {"the visitor invents", &one, "127.0.0.1", "1.1.1.1, 2.2.2.2, 203.0.113.5", "203.0.113.5"},
      {"two proxies", &two, "127.0.0.1", "1.1.1.1, 203.0.113.5, 10.1.1.1", "203.0.113.5"},
      {"nothing but proxies", &two, "127.0.0.1", "10.1.1.1", "10.1.1.1"},
      {"no address", &one, "127.0.0.1", "unknown", "127.0.0.1"},
      {"no address behind one", &two, "127.0.0.1", "1.1.1.1, rubbish, 10.1.1.1", "10.1.1.1"},
      {"with a port", &one, "127.0.0.1", "203.0.113.5:4711", "203.0.113.5"},
      {"version 6", &one, "127.0.0.1", "2001:db8::5", "2001:db8::5"},
      {"version 6 with a port", &one, "127.0.0.1", "[2001:db8::5]:4711", "2001:db8::5"},
      {"an open bracket", &one, "127.0.0.1", "[2001:db8::5", "127.0.0.1"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(VisitorOf(row.remote, row.forwarded_for, *row.trusted), Counted(row.visitor))
        << row.name;
  }
}

TEST(VisitorLimitsTest, AMinutesWorthMayComeAtOnceAndNoMore) {
  VisitorLimits limits(60);
  for (int request = 0; request < 60; ++request) {
    EXPECT_EQ(limits.Take("a", kNow), absl::ZeroDuration()) << request;
  }
  EXPECT_EQ(limits.Take("a", kNow), absl::Seconds(1));
  EXPECT_EQ(limits.Take("b", kNow), absl::ZeroDuration());
  EXPECT_GT(limits.Take("a", kNow + absl::Milliseconds(999)), absl::ZeroDuration());
  EXPECT_EQ(limits.Take("a", kNow + absl::Seconds(1)), absl::ZeroDuration());
  EXPECT_GT(limits.Take("a", kNow + absl::Seconds(1)), absl::ZeroDuration());
  for (int request = 0; request < 60; ++request) {
    EXPECT_EQ(limits.Take("a", kNow + absl::Minutes(5)), absl::ZeroDuration());
  }
  EXPECT_GT(limits.Take("a", kNow + absl::Minutes(5)), absl::ZeroDuration());
}

TEST(VisitorLimitsTest, AClockThatIsSetBackLocksNobodyOutForLong) {
  VisitorLimits limits(60);
  for (int request = 0; request < 60; ++request) (void)limits.Take("a", kNow);
  const absl::Time earlier = kNow - absl::Hours(5);
  EXPECT_LE(limits.Take("a", earlier), absl::Seconds(1));
  EXPECT_EQ(limits.Take("a", earlier + absl::Seconds(1)), absl::ZeroDuration());
}

TEST(VisitorLimitsTest, AFloodOfAddressesSharesOneAllowance) {
  VisitorLimits limits(60);
  for (size_t visitor = 0; visitor < VisitorLimits::kMaxVisitors; ++visitor) {
    ASSERT_EQ(limits.Take(absl::StrCat("v", visitor), kNow), absl::ZeroDuration());
  }
  int passed = 0;
  for (int visitor = 0; visitor < 1000; ++visitor) {
    if (limits.Take(absl::StrCat("w", visitor), kNow) == absl::ZeroDuration()) ++passed;
  }
  EXPECT_EQ(passed, 60);
  EXPECT_EQ(limits.Take("v5", kNow), absl::ZeroDuration());  // who was here before goes on
  // Once those before are forgotten, there is room again.
  EXPECT_EQ(limits.Take("w1", kNow + absl::Minutes(2)), absl::ZeroDuration());
  EXPECT_EQ(limits.Take("w1", kNow + absl::Minutes(2)), absl::ZeroDuration());
}

}  // namespace
}  // namespace waypost::survey_page
