// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/glob.h"

#include <string>

#include "gtest/gtest.h"

namespace waypost::rules {
namespace {

struct GlobCase {
  std::string name;
  std::string pattern;
  std::string text;
  bool want;
};

class GlobTest : public testing::TestWithParam<GlobCase> {};

TEST_P(GlobTest, StarStandsForAnyText) {
  EXPECT_EQ(GlobMatches(GetParam().pattern, GetParam().text), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, GlobTest,
    testing::Values(GlobCase{"Same", "L1", "L1", true}, GlobCase{"OtherCase", "L1", "l1", false},
                    GlobCase{"StarAtEnd", "Network*", "Network EMEA", true},
                    GlobCase{"StarForNothing", "Network*", "Network", true},
                    GlobCase{"StarAtStart", "*desk", "Service desk", true},
                    GlobCase{"StarInside", "a*c*e", "abcde", true},
                    GlobCase{"NeedsBacktracking", "*ab", "aab", true},
                    GlobCase{"NoMatch", "Network*", "Desk", false},
                    GlobCase{"OnlyStar", "*", "", true}, GlobCase{"Empty", "", "", true},
                    GlobCase{"EmptyPattern", "", "x", false},
                    GlobCase{"Hostile", "*a*a*a*a*a*a*a*b", std::string(10000, 'a'), false}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace waypost::rules
