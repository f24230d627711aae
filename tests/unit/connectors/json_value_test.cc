// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/json_value.h"

#include <string>

#include "gtest/gtest.h"

namespace waypost::connectors {
namespace {

struct Reading {
  const char* name;
  std::string text;
  const char* want;  // as displayed, or the failure
};

class ParseJsonValueTest : public testing::TestWithParam<Reading> {};

TEST_P(ParseJsonValueTest, ReadsOrRefuses) {
  const absl::StatusOr<cel::Value> value = ParseJsonValue(GetParam().text);
  EXPECT_EQ(value.ok() ? value->ToDisplayString() : std::string(value.status().message()),
            GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, ParseJsonValueTest,
    testing::Values(
        Reading{"object", R"({"a": [1, null, true, "x"]})", R"({"a": [1, null, true, "x"]})"},
        Reading{"large_whole_number", "9007199254740993", "9007199254740993"},
        Reading{"beyond_int", "18446744073709551615", "18446744073709551615u"},
        Reading{"fraction", "1.5", "1.5"}, Reading{"escapes", R"("\u00fc\n")", "\"ü\\n\""},
        Reading{"key_twice", R"({"a": 1, "a": 2})", "an object has the key \"a\" twice"},
        Reading{"cut_off", R"({"a": )", "it is no JSON from byte 7 on"},
        Reading{"nothing", "", "it is no JSON from byte 1 on"},
        Reading{"more_behind", "1 2", "it is no JSON from byte 3 on"},
        Reading{"single_quotes", "{'a': 1}", "it is no JSON from byte 2 on"},
        Reading{"lone_surrogate", R"("\ud800")", "it is no JSON from byte 8 on"},
        Reading{"not_utf8", "\"\xff\"", "it is no JSON from byte 2 on"},
        Reading{"too_deep", std::string(65, '[') + std::string(65, ']'),
                "it nests more than 64 deep"}),
    [](const auto& info) { return info.param.name; });

TEST(ParseJsonValueTest, TakesTheDeepestThatIsAllowed) {
  EXPECT_TRUE(ParseJsonValue(std::string(64, '[') + std::string(64, ']')).ok());
}

TEST(ParseJsonValueTest, RefusesAMillionBracketsWithoutHarm) {
  EXPECT_FALSE(ParseJsonValue(std::string(1'000'000, '[')).ok());
}

}  // namespace
}  // namespace waypost::connectors
