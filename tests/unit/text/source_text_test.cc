// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/source_text.h"

#include <string>

#include "gtest/gtest.h"

namespace waypost {
namespace {

struct PlaceCase {
  std::string name;
  std::string content;
  size_t offset;
  int line;
  int column;
  std::string snippet;
};

class SourceTextPlaceTest : public testing::TestWithParam<PlaceCase> {};

TEST_P(SourceTextPlaceTest, GivesLineColumnAndSnippet) {
  const PlaceCase& row = GetParam();
  const SourceText text("f.yaml", row.content);
  const Location location = text.LocationAt(row.offset);
  EXPECT_EQ(location.file, "f.yaml");
  EXPECT_EQ(location.line, row.line);
  EXPECT_EQ(location.column, row.column);
  EXPECT_EQ(text.SnippetAt(row.offset), row.snippet);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, SourceTextPlaceTest,
    testing::Values(PlaceCase{"FirstByte", "a: b\n", 0, 1, 1, "a: b\n^"},
                    PlaceCase{"LaterLine", "a: b\ncd: e", 9, 2, 5, "cd: e\n    ^"},
                    PlaceCase{"LineBreakItself", "ab\ncd", 2, 1, 3, "ab\n  ^"},
                    PlaceCase{"ColumnsAreCodePoints", "é日x", 5, 1, 3, "é日x\n  ^"},
                    PlaceCase{"TabsStayTabs", "\ta\tb", 3, 1, 4, "\ta\tb\n\t \t^"},
                    PlaceCase{"CarriageReturnIsNotShown", "ab\r\ncd", 1, 1, 2, "ab\n ^"},
                    PlaceCase{"BeyondTheEnd", "ab\n", 99, 2, 1, "\n^"},
                    PlaceCase{"Empty", "", 0, 1, 1, "\n^"},
                    PlaceCase{
                        "LongLine", std::string(500, 'x'), 200, 1, 201,
                        "..." + std::string(160, 'x') + "...\n" + std::string(83, ' ') + "^"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace waypost
