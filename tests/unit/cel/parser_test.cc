// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cel/parser.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/unit/cel/ticket_fixture.h"

namespace waypost::cel {
namespace {

// The tree as text, every node in parentheses, so that precedence shows.
std::string Shape(const Expr& expr) {
  std::string text;
  switch (expr.kind) {
    case ExprKind::kConstant:
      return expr.constant.ToDisplayString();
    case ExprKind::kIdentifier:
      return (expr.absolute ? "." : "") + expr.name;
    case ExprKind::kSelect:
      text = Shape(*expr.target) + (expr.optional ? ".?" : ".") + expr.name;
      return expr.test_only ? "has(" + text + ")" : text;
    case ExprKind::kAnd:
      text = "&&";
      break;
    case ExprKind::kOr:
      text = "||";
      break;
    case ExprKind::kConditional:
      text = "?:";
      break;
    case ExprKind::kList:
      text = "list";
      break;
    case ExprKind::kMap:
      text = "map";
      break;
    default:
      text = expr.name;
  }
  text = "(" + text;
  if (expr.target != nullptr) {
    text += " " + Shape(*expr.target);
  }
  if (!expr.variable.empty()) {
    text += " " + expr.variable + (expr.second_variable.empty() ? "" : "," + expr.second_variable);
  }
  for (const auto& argument : expr.arguments) {
    text += " " + Shape(*argument);
  }
  return text + ")";
}

struct ShapeRow {
  const char* name;
  const char* source;
  const char* shape;
};

TEST(ParserTest, BuildsTheTreeOfTheGrammar) {
  const ShapeRow rows[] = {
      {"multiplication first", "1 + 2 * 3", "(_+_ 1 (_*_ 2 3))"},
      {"left to right", "1 - 2 - 3", "(_-_ (_-_ 1 2) 3)"},
      {"parentheses", "(1 + 2) * 3", "(_*_ (_+_ 1 2) 3)"},
      {"and before or", "a || b && c || d", "(|| a (&& b c) d)"},
      {"flat and", "a && b && c", "(&& a b c)"},
      {"relations", "a + 1 < b == c", "(_==_ (_<_ (_+_ a 1) b) c)"},
      {"conditional to the right", "a ? b : c ? d : e", "(?: a b (?: c d e))"},
      {"negative number", "-1 - -2", "(_-_ -1 -2)"},
      {"negation", "-a.b", "(-_ a.b)"},
      {"not not", "!!a", "(!_ (!_ a))"},
      {"least int", "-9223372036854775808", "-9223372036854775808"},
      {"in", "a in [1, 2,]", "(@in a (list 1 2))"},
      {"map", "{'a': 1, 2: b}", "(map \"a\" 1 2 b)"},
      {"index and select", "a.b[0].c", "(_[_] a.b 0).c"},
      {"call", "a.f(1, 2).g()", "(g (f a 1 2))"},
      {"leading dot", ".a.b", ".a.b"},
      {"reserved selector", "a.namespace", "a.namespace"},
      {"quoted selector", "a.`b-c`", "a.b-c"},
      {"has", "has(a.b.c)", "has(a.b.c)"},
      {"exists", "a.exists(t, t == 1)", "(exists a t (_==_ t 1))"},
      {"map with filter", "a.map(t, t > 1, t)", "(map a t (_>_ t 1) t)"},
      {"two variables", "a.all(k, v, k == v)", "(all a k,v (_==_ k v))"},
      {"bind", "cel.bind(x, 1, x + x)", "(bind x 1 (_+_ x x))"},
      {"comment", "a // b\n+ c", "(_+_ a c)"},
  };
  for (const ShapeRow& row : rows) {
    std::vector<Issue> issues;
    const std::unique_ptr<Expr> expr = Parse(row.source, Limits(), &issues);
    ASSERT_NE(expr, nullptr) << row.name << ": " << issues.front().message;
    EXPECT_EQ(Shape(*expr), row.shape) << row.name;
  }
}

TEST(ParserTest, NodesSpanTheirSource) {
  std::vector<Issue> issues;
  const std::string source = "a == 1 && (b + 2) * c >= 3";
  const std::unique_ptr<Expr> expr = Parse(source, Limits(), &issues);
  ASSERT_NE(expr, nullptr);
  const Expr& second = *expr->arguments[1];
  EXPECT_EQ(source.substr(second.begin, second.end - second.begin), "(b + 2) * c >= 3");
  EXPECT_EQ(source.substr(second.name_begin, second.name_end - second.name_begin), ">=");
}

struct ErrorRow {
  const char* name;
  const char* source;
  const char* issue;
};

TEST(ParserTest, FirstWrongTurnIsReportedWhereItIs) {
  const ErrorRow rows[] = {
      {"empty", "", "0-0: expected a value but found the end of the expression"},
      {"operand missing", "a && ", "5-5: expected a value but found the end of the expression"},
      {"two values", "a b", "2-3: expected the end of the expression but found 'b'"},
      {"open parenthesis", "(a", "2-2: expected ')' but found the end of the expression"},
      {"open call", "f(a", "3-3: expected ',' or ')' but found the end of the expression"},
      {"open list", "[1, 2", "5-5: expected ',' or ']' but found the end of the expression"},
      {"colon missing", "a ? b", "5-5: expected ':' but found the end of the expression"},
      {"map without value", "{'a'}", "4-5: expected ':' but found '}'"},
      {"field missing", "a.",
       "2-2: expected the name of a field but found the end of the expression"},
      {"field is a number", "a.'b'", "2-5: expected the name of a field but found ''b''"},
      {"reserved", "if == 1", "0-2: 'if' is a reserved word"},
      {"too large", "9223372036854775808",
       "0-19: the number 9223372036854775808 does not fit into 64 bits"},
      {"has of a variable", "has(a)", "0-6: has() takes one field, as in has(ticket.due)"},
      {"exists with one argument", "a.exists(t)",
       "0-11: 'exists' is used as list.exists(variable, condition)"},
      {"variable is no name", "a.all(b.c, true)",
       "6-9: 'all' needs a plain name for its variable here"},
      {"same variables", "a.all(k, k, true)", "9-10: the two variables of 'all' must differ"},
      {"not UTF-8", "a == '\xff'", "6-7: the text is not valid UTF-8 here"},
  };
  for (const ErrorRow& row : rows) {
    std::vector<Issue> issues;
    const std::unique_ptr<Expr> expr = Parse(row.source, Limits(), &issues);
    EXPECT_EQ(expr, nullptr) << row.name;
    ASSERT_EQ(issues.size(), 1u) << row.name;
    EXPECT_EQ(Texts(issues)[0], row.issue) << row.name;
  }
}

}  // namespace
}  // namespace waypost::cel
