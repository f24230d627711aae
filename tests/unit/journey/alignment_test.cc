// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/alignment.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace waypost::journey {
namespace {

std::vector<std::string> Words(const std::string& text) {
  return absl::StrSplit(text, ' ', absl::SkipEmpty());
}

struct Row {
  std::string name;
  std::string ideal;
  std::string passed;
  double alignment;
  std::string gaps;  // "-" skipped, "+" extra, "=" repeated, before the step
};
class AlignmentTest : public testing::TestWithParam<Row> {};

TEST_P(AlignmentTest, MatchesTheIdealPath) {
  rules::JourneyDefinition definition;
  definition.ideal = Words(GetParam().ideal);
  const Alignment alignment = Align(Words(GetParam().passed), definition);
  ASSERT_TRUE(alignment.alignment.has_value());
  EXPECT_DOUBLE_EQ(*alignment.alignment, GetParam().alignment);
  const std::string gaps =
      absl::StrJoin(alignment.gaps, " ", [](std::string* out, const v1::Gap& gap) {
        const char* const signs[] = {"?", "-", "=", "+"};
        absl::StrAppend(out, signs[gap.kind()], gap.step());
      });
  EXPECT_EQ(gaps, GetParam().gaps);
}

INSTANTIATE_TEST_SUITE_P(Paths, AlignmentTest,
                         testing::ValuesIn(std::vector<Row>{
                             {"NothingYet", "a b c", "", 1, ""},
                             {"Whole", "a b c", "a b c", 1, ""},
                             {"OnTheWay", "a b c", "a b", 1, ""},
                             {"Skipped", "a b c", "a c", 2.0 / 3, "-b"},
                             {"SkippedAtTheStart", "a b c", "c", 1.0 / 3, "-a -b"},
                             {"Extra", "a b", "a x b", 2.0 / 3, "+x"},
                             {"Repeated", "a b", "a a b", 2.0 / 3, "=a"},
                             {"RepeatedLater", "a b c", "a b a b c", 3.0 / 5, "=a =b"},
                             {"ExtraTwice", "a", "x a x", 1.0 / 3, "+x =x"},
                             {"NoneMatches", "a b", "x y", 0, "+x +y"},
                             {"OutOfOrder", "a b c", "a c b", 2.0 / 3, "+c"},
                             {"Pattern", "report-* fixed", "report-phone fixed", 1, ""},
                             {"PatternRepeated", "report-* fixed", "report-phone report-mail fixed",
                              2.0 / 3, "=report-mail"},
                             {"PatternSkipped", "report-* fixed", "fixed", 1.0 / 2, "-report-*"},
                             {"PatternMatchesThePrefixItself", "report*", "report", 1, ""},
                             {"AnyText", "* b", "x b", 1, ""},
                             {"StarInsideIsLiteral", "a*b", "axb", 0, "+axb"},
                         }),
                         [](const auto& info) { return info.param.name; });

TEST(AlignmentOfNothingTest, IsAbsentWithoutAnIdealPath) {
  const Alignment alignment = Align(Words("a b"), rules::JourneyDefinition());
  EXPECT_FALSE(alignment.alignment.has_value());
  EXPECT_TRUE(alignment.gaps.empty());
}

}  // namespace
}  // namespace waypost::journey
