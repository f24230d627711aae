// SPDX-License-Identifier: Apache-2.0
#include "sidecar/yaml/document.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::yaml {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::unique_ptr<const Document> Parse(const std::string& content, std::vector<std::string>* errors,
                                      const Limits& limits = {}) {
  DiagnosticSink sink;
  auto document = Document::Parse("f.yaml", content, limits, &sink);
  for (const Diagnostic& diagnostic : sink.Take()) {
    errors->push_back(absl::StrCat(diagnostic.location.ToString(), " ", diagnostic.code, " ",
                                   diagnostic.message));
  }
  return document;
}

TEST(DocumentTest, KeepsValuesAndPlaces) {
  std::vector<std::string> errors;
  const auto document = Parse("a: 1\nb:\n  - x\n  - {c: 'it''s'}\nd:\ne: ~\n", &errors);
  ASSERT_THAT(errors, IsEmpty());
  const Node& root = document->root();
  ASSERT_EQ(root.kind, NodeKind::kMapping);
  EXPECT_EQ(root.Find("a")->text, "1");
  EXPECT_EQ(root.Find("missing"), nullptr);
  const Node& list = *root.Find("b");
  ASSERT_EQ(list.kind, NodeKind::kSequence);
  ASSERT_EQ(list.entries.size(), 2u);
  const Node& quoted = *list.entries[1].value->Find("c");
  EXPECT_EQ(quoted.text, "it's");
  EXPECT_EQ(quoted.style, ScalarStyle::kSingleQuoted);
  EXPECT_EQ(document->source().LocationAt(quoted.offset).ToString(), "f.yaml:4:9");
  EXPECT_EQ(document->PathTo(quoted.offset), "$.b[1].c");
  EXPECT_EQ(document->PathTo(list.offset, &list), "$.b");
  EXPECT_EQ(root.Find("d")->kind, NodeKind::kNull);
  EXPECT_EQ(document->source().LocationAt(root.Find("d")->offset).ToString(), "f.yaml:5:1");
  EXPECT_EQ(document->source().LocationAt(root.Find("e")->offset).ToString(), "f.yaml:6:4");
}

TEST(DocumentTest, PathsQuoteUnusualKeys) {
  std::vector<std::string> errors;
  const auto document = Parse("\"1 - High\": {x: 1}\n", &errors);
  EXPECT_EQ(document->PathTo(document->root().entries[0].value->Find("x")->offset),
            "$[\"1 - High\"].x");
}

TEST(DocumentTest, AnchorsAndTagsDoNotMoveTheValue) {
  std::vector<std::string> errors;
  const auto document = Parse("a: &x \"q\"\nb: *x\nc: !!str 5\n", &errors);
  ASSERT_THAT(errors, IsEmpty());
  const Node& anchored = *document->root().Find("a");
  EXPECT_EQ(anchored.style, ScalarStyle::kDoubleQuoted);
  EXPECT_EQ(document->source().LocationAt(anchored.offset).column, 7);
  EXPECT_EQ(document->root().Find("b"), &anchored);
  EXPECT_EQ(TypeOf(*document->root().Find("c")), ScalarType::kText);
}

TEST(DocumentTest, ByteOrderMarkDoesNotCount) {
  std::vector<std::string> errors;
  const auto document = Parse(
      "\xef\xbb\xbf"
      "a: x\n",
      &errors);
  ASSERT_THAT(errors, IsEmpty());
  EXPECT_EQ(document->source().LocationAt(document->root().Find("a")->offset).column, 4);
}

TEST(DocumentTest, ColumnsCountCodePointsBehindNonAsciiText) {
  std::vector<std::string> errors;
  const auto document = Parse("{é: 日本, b: x}\r\n", &errors);
  ASSERT_THAT(errors, IsEmpty());
  EXPECT_EQ(document->source().LocationAt(document->root().Find("b")->offset).column, 12);
}

struct BadCase {
  std::string name;
  std::string content;
  std::vector<std::string> errors;
};

class BadDocumentTest : public testing::TestWithParam<BadCase> {};

TEST_P(BadDocumentTest, IsRefusedAtItsPlace) {
  std::vector<std::string> errors;
  EXPECT_EQ(Parse(GetParam().content, &errors), nullptr);
  EXPECT_EQ(errors, GetParam().errors);
}

std::string Bomb() {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    absl::StrAppend(&text, "a", i, ": &a", i, " [");
    for (int j = 0; j < 10; ++j) {
      absl::StrAppend(&text, j == 0 ? "" : ", ", "*a", i - 1);
    }
    text += "]\n";
  }
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, BadDocumentTest,
    testing::Values(
        BadCase{
            "Empty", "", {"f.yaml YAML_EMPTY the file holds nothing but white space and comments"}},
        BadCase{"OnlyComment",
                "# x\n",
                {"f.yaml YAML_EMPTY the file holds nothing but white space and comments"}},
        BadCase{"DuplicateKeys",
                "a: 1\nb: 2\na: 3\nb: 4\n",
                {"f.yaml:3:1 YAML_DUPLICATE_KEY the key \"a\" is there twice, first in line 1",
                 "f.yaml:4:1 YAML_DUPLICATE_KEY the key \"b\" is there twice, first in line 2"}},
        BadCase{"ListAsKey", "? [a]\n: 1\n", {"f.yaml:1:3 YAML_KEY a key must be a text"}},
        BadCase{"Tag",
                "a: !include x\n",
                {"f.yaml:1:4 YAML_TAG tags have no meaning here; only !!str does"}},
        BadCase{"SeveralDocuments",
                "a: 1\n---\nb: 2\n",
                {"f.yaml:2:1 YAML_SEVERAL_DOCUMENTS a second document starts here; a file holds "
                 "one"}},
        BadCase{"Tab",
                "a:\n\tb: 1\n",
                {"f.yaml:2:1 YAML_TAB a tab indents this line; YAML indents with spaces"}},
        BadCase{"InvalidUtf8",
                "a: caf\xe9\n",
                {"f.yaml:1:7 YAML_INVALID_UTF8 byte 0xe9 is not valid UTF-8 here"}},
        BadCase{"ControlCharacter",
                std::string("a: x\x04y\n"),
                {"f.yaml:1:5 YAML_CONTROL_CHARACTER control character 0x04 is not allowed in "
                 "YAML"}},
        BadCase{"NulByte",
                std::string("a: \0\n", 5),
                {"f.yaml:1:4 YAML_CONTROL_CHARACTER control character 0x00 is not allowed in "
                 "YAML"}},
        BadCase{"OpenQuote",
                "a: \"x\nb: 1\n",
                {"f.yaml:1:4 YAML_SYNTAX this quoted text is never closed"}},
        BadCase{"OpenList",
                "a: 1\nb: [x, {c: d}, y\ne:\n  f: 1\n",
                {"f.yaml:2:4 YAML_SYNTAX this \"[\" is not closed before line 3, or a comma is "
                 "missing"}},
        BadCase{"OpenMapping",
                "a: {c: d, e: [f]\nb: 1\n",
                {"f.yaml:1:4 YAML_SYNTAX this \"{\" is not closed before line 2, or a comma is "
                 "missing"}},
        BadCase{"WrongBracket",
                "a: [x, {c: d]\n",
                {"f.yaml:1:13 YAML_SYNTAX this bracket closes nothing that is open here"}},
        BadCase{"UndefinedAlias",
                "a: *x\n",
                {"f.yaml:1:4 YAML_SYNTAX this is not valid YAML: the referenced anchor is not "
                 "defined"}},
        BadCase{"AliasInsideItsAnchor",
                "a: &x [*x]\n",
                {"f.yaml:1:8 YAML_ALIAS_LIMIT an alias stands inside what it names"}},
        BadCase{"AliasBomb",
                Bomb(),
                {"f.yaml:5:45 YAML_ALIAS_LIMIT aliases repeat more than 100000 values in all"}},
        BadCase{"TooDeep",
                std::string(100, '[') + std::string(100, ']'),
                {"f.yaml:1:33 YAML_TOO_DEEP lists and mappings are nested more than 32 deep"}},
        BadCase{"FarTooDeep",
                std::string(100000, '['),
                {"f.yaml:1:17 YAML_TOO_DEEP lists and mappings are nested more than 32 deep"}},
        BadCase{"TooLarge",
                "a: " + std::string(1 << 20, 'x'),
                {"f.yaml FILE_TOO_LARGE the file has 1048579 bytes; at most 1048576 are read"}}),
    [](const auto& info) { return info.param.name; });

// Whatever bytes come, the reader answers; it never crashes or throws.
TEST(DocumentTest, SurvivesEveryCutOfAFile) {
  const std::string whole =
      "a: &x \"q\\u00e9\\n\"\nb: [1, {c: *x}, 'it''s']\nd: |2-\n    text\n\n  more\ne: >+\n  f\n? "
      "g\n"
      ": !!str h\n%YAML\n---\n...\n";
  for (size_t length = 0; length <= whole.size(); ++length) {
    for (const char* const end : {"", "\"", "}", "\t", "\\", "\xff"}) {
      std::vector<std::string> errors;
      const auto document = Parse(whole.substr(0, length) + end, &errors);
      EXPECT_EQ(document == nullptr, !errors.empty()) << length << end;
    }
  }
}

}  // namespace
}  // namespace waypost::yaml
