// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/utf8.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace waypost {
namespace {

struct Utf8Case {
  std::string name;
  std::string input;
  std::optional<size_t> invalid_at;
};

class FindInvalidUtf8Test : public testing::TestWithParam<Utf8Case> {};

TEST_P(FindInvalidUtf8Test, FindsTheFirstBadByte) {
  EXPECT_EQ(FindInvalidUtf8(GetParam().input), GetParam().invalid_at);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, FindInvalidUtf8Test,
    testing::Values(Utf8Case{"Empty", "", std::nullopt}, Utf8Case{"Ascii", "abc", std::nullopt},
                    Utf8Case{"AllLengths", "aé日😀", std::nullopt},
                    Utf8Case{"LoneContinuation", "ab\x80", 2}, Utf8Case{"CutShort", "a\xe6\x97", 1},
                    Utf8Case{"Latin1", "caf\xe9 x", 3}, Utf8Case{"OverlongSlash", "\xc0\xaf", 0},
                    Utf8Case{"OverlongThree", "\xe0\x80\xaf", 0},
                    Utf8Case{"Surrogate", "x\xed\xa0\x80", 1},
                    Utf8Case{"BeyondUnicode", "\xf4\x90\x80\x80", 0}),
    [](const auto& info) { return info.param.name; });

TEST(CountCodePointsTest, CountsCharactersNotBytes) { EXPECT_EQ(CountCodePoints("é日x"), 3u); }

}  // namespace
}  // namespace waypost
