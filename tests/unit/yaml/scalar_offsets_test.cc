// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "sidecar/yaml/document.h"

namespace waypost::yaml {
namespace {

struct OffsetCase {
  std::string name;
  std::string content;  // the value of key "a" is looked into
  std::string needle;   // the first of it in the value
  int line;
  int column;
};

class OffsetInScalarTest : public testing::TestWithParam<OffsetCase> {};

TEST_P(OffsetInScalarTest, LeadsToTheWrittenCharacter) {
  const OffsetCase& row = GetParam();
  DiagnosticSink sink;
  const auto document = Document::Parse("f.yaml", row.content, {}, &sink);
  ASSERT_NE(document, nullptr) << sink.Take()[0].ToString();
  const Node& scalar = *document->root().Find("a");
  const size_t offset = row.needle == "END" ? scalar.text.size() : scalar.text.find(row.needle);
  ASSERT_NE(offset, std::string::npos) << scalar.text;
  const Location location = document->source().LocationAt(document->OffsetInScalar(scalar, offset));
  EXPECT_EQ(location.line, row.line);
  EXPECT_EQ(location.column, row.column);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, OffsetInScalarTest,
    testing::Values(OffsetCase{"PlainStart", "a: xy\n", "x", 1, 4},
                    OffsetCase{"PlainEnd", "a: xy\n", "END", 1, 6},
                    OffsetCase{"PlainInFlow", "{b: 1, a: x == z, c: 2}", "z", 1, 16},
                    OffsetCase{"PlainFolded", "a: é x\n   y\n\n   z\nb: 1\n", "z", 4, 4},
                    OffsetCase{"PlainAnchored", "a: &n é x\n", "x", 1, 9},
                    OffsetCase{"Single", "a: 'é == ''b'' && z'\n", "z", 1, 19},
                    OffsetCase{"SingleOnTheQuote", "a: 'é == ''b'''\n", "'b", 1, 10},
                    OffsetCase{"Double", "a: \"é == \\\"b\\\" && z\"\n", "z", 1, 19},
                    OffsetCase{"DoubleOnTheEscape", "a: \"x\\u00e9y\"\n", "é", 1, 6},
                    OffsetCase{"DoubleBehindTheEscape", "a: \"x\\u00e9y\"\n", "y", 1, 12},
                    OffsetCase{"DoubleLongEscape", "a: \"\\U0001F600\\x41 z\"\n", "z", 1, 20},
                    OffsetCase{"DoubleEscapedSpace", "a: \"x\\n\\t\\ y\"\n", "y", 1, 12},
                    OffsetCase{"DoubleContinued", "a: \"x \\\n    y\"\n", "y", 2, 5},
                    OffsetCase{"DoubleFolded", "a: \"x\n\n    y\"\n", "y", 3, 5},
                    OffsetCase{"DoubleBackslash", "a: \"\\\\ x\"\n", "x", 1, 8},
                    OffsetCase{"Literal", "a: |\n  é x\n    y\n\n  z\n", "z", 5, 3},
                    OffsetCase{"LiteralIndented", "a: |2-  # comment\n    é x\n  z\n", "x", 2, 7},
                    OffsetCase{"LiteralEnd", "a: |\n  x y\n", "END", 2, 6},
                    OffsetCase{"Folded", "a: >-\n  é x\n  y ||\n\n  z\nb: 1\n", "z", 5, 3}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace waypost::yaml
