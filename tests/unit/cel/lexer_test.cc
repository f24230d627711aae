// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/lexer.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cel/ticket_fixture.h"

namespace waypost::cel {
namespace {

using testing::ElementsAre;

TEST(LexerTest, TokensKnowTheirBytes) {
  std::vector<Issue> issues;
  const std::vector<Token> tokens = Tokenize("a >= 'é' // rest\n  && b", &issues);
  ASSERT_TRUE(issues.empty());
  ASSERT_EQ(tokens.size(), 6u);
  EXPECT_EQ(tokens[2].kind, TokenKind::kString);
  EXPECT_EQ(tokens[2].text, "é");
  EXPECT_EQ(tokens[2].begin, 5u);
  EXPECT_EQ(tokens[2].end, 9u);
  EXPECT_EQ(tokens[3].kind, TokenKind::kAnd);
  EXPECT_EQ(tokens[3].begin, 20u);
  EXPECT_EQ(tokens[5].kind, TokenKind::kEnd);
}

TEST(LexerTest, NumbersAndSelectorsAreToldApart) {
  std::vector<Issue> issues;
  const std::vector<Token> tokens = Tokenize("1.5e3 0x1Fu .5 7.size a.b", &issues);
  ASSERT_TRUE(issues.empty());
  std::vector<TokenKind> kinds;
  for (const Token& token : tokens) {
    kinds.push_back(token.kind);
  }
  EXPECT_THAT(kinds,
              ElementsAre(TokenKind::kDouble, TokenKind::kUint, TokenKind::kDouble, TokenKind::kInt,
                          TokenKind::kDot, TokenKind::kIdentifier, TokenKind::kIdentifier,
                          TokenKind::kDot, TokenKind::kIdentifier, TokenKind::kEnd));
}

struct ErrorRow {
  const char* name;
  const char* source;
  const char* issue;
};

TEST(LexerTest, WrongTokensAreReportedWhereTheyAre) {
  const ErrorRow rows[] = {
      {"single equals", "a = b", "2-3: unexpected character '='; equality is '=='"},
      {"single ampersand", "a & b", "2-3: unexpected character '&'; did you mean '&&'?"},
      {"single bar", "a | b", "2-3: unexpected character '|'; did you mean '||'?"},
      {"euro", "a € b", "2-5: unexpected character '€'"},
      {"open text", "a == 'b", "5-7: the text has no closing quote"},
      {"text over lines", "'a\nb'", "0-2: the text has no closing quote"},
      {"escape", "'a\\qb'", "2-4: unknown escape '\\q'"},
      {"short escape", "'\\u12'", "1-5: the escape '\\u' needs 4 hexadecimal digits"},
      {"octal escape", "'\\09'", "1-4: the escape '\\0' needs 3 octal digits"},
      {"surrogate", "'\\ud800'", "1-7: the escape is not a Unicode character"},
      {"unicode in bytes", "b'\\u0041'", "2-4: unknown escape '\\u'"},
      {"number and name", "12abc", "0-5: '12abc' is neither a number nor a name"},
      {"quoted name", "a.`b", "2-4: the quoted name is empty or has no closing `"},
  };
  for (const ErrorRow& row : rows) {
    std::vector<Issue> issues;
    Tokenize(row.source, &issues);
    ASSERT_FALSE(issues.empty()) << row.name;
    EXPECT_EQ(Texts(issues).front(), row.issue) << row.name;
  }
}

TEST(LexerTest, EveryWrongTokenIsReported) {
  std::vector<Issue> issues;
  Tokenize("a = b & '\\q'", &issues);
  EXPECT_EQ(issues.size(), 3u);
}

}  // namespace
}  // namespace waypost::cel
