// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/suggest.h"

#include <string>

#include "gtest/gtest.h"

namespace waypost {
namespace {

struct SuggestCase {
  std::string name;
  std::string input;
  std::string want;
};

class SuggestTest : public testing::TestWithParam<SuggestCase> {};

TEST_P(SuggestTest, FindsWhatWasMeant) {
  EXPECT_EQ(Suggest(GetParam().input, {"severity", "owner", "text", "co_create", "on", "if"}),
            GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Rows, SuggestTest,
                         testing::Values(SuggestCase{"LetterLeftOut", "sevrity", "severity"},
                                         SuggestCase{"LetterAdded", "ownner", "owner"},
                                         SuggestCase{"LetterReplaced", "tezt", "text"},
                                         SuggestCase{"NeighboursSwapped", "onwer", "owner"},
                                         SuggestCase{"OtherCase", "Severity", "severity"},
                                         SuggestCase{"OtherHyphen", "co-create", "co_create"},
                                         SuggestCase{"TooFar", "priority", ""},
                                         SuggestCase{"NothingInCommon", "xy", ""},
                                         SuggestCase{"Empty", "", ""},
                                         SuggestCase{"VeryLong", std::string(100000, 'o'), ""}),
                         [](const auto& info) { return info.param.name; });

TEST(DidYouMeanTest, IsASentenceOrNothing) {
  EXPECT_EQ(DidYouMean("onwer", {"owner"}), "; did you mean \"owner\"?");
  EXPECT_EQ(DidYouMean("severity", {"owner"}), "");
}

}  // namespace
}  // namespace waypost
