// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/cel/program.h"
#include "tests/unit/cel/ticket_fixture.h"

namespace waypost::cel {
namespace {

using testing::ElementsAre;

struct TypeRow {
  const char* source;
  const char* type;
};

TEST(CheckerTest, FindsTheTypeOfEachExpression) {
  const TypeRow rows[] = {
      {"1 + 2", "int"},
      {"1.0 / 2.0", "double"},
      {"ticket.type", "string"},
      {"ticket.due", "timestamp"},
      {"now - ticket.due", "duration"},
      {"now - duration('1h')", "timestamp"},
      {"ticket.due == null", "bool"},
      {"ticket.requester", "person"},
      {"ticket.requester.tags", "list(string)"},
      {"ticket.requester.tags[0]", "string"},
      {"ticket.custom['site']", "string"},
      {"ticket.custom.site", "string"},
      {"ticket.comments.map(c, c.author)", "list(string)"},
      {"ticket.comments.filter(c, c.internal)", "list(comment)"},
      {"ticket.comments[0].internal", "bool"},
      {"anything.what.ever", "dyn"},
      {"[]", "list(dyn)"},
      {"[1, 'a']", "list(dyn)"},
      {"[[], [1]]", "list(list(int))"},
      {"{'a': 1, 'b': 2}", "map(string, int)"},
      {"{'a': 1, 2: 'b'}", "map(dyn, dyn)"},
      {"[] + [1]", "list(int)"},
      {"count > 3 ? 'many' : 'few'", "string"},
      {"type(count)", "type(int)"},
      {"optional.of(count)", "optional_type(int)"},
      {"ticket.?due.orValue(now)", "timestamp"},
      {"words.transformMap(i, w, w.size())", "map(int, int)"},
      {"cel.bind(x, count, [x])", "list(int)"},
      {"'%d'.format([count, 'x'])", "string"},
      {"'a,b'.split(',').join('-')", "string"},
  };
  TicketWorld world;
  for (const TypeRow& row : rows) {
    std::vector<Issue> issues;
    const std::optional<Program> program = world.Compile(row.source, &issues);
    ASSERT_TRUE(program) << row.source << ": " << issues.front().message;
    EXPECT_EQ(program->result_type().ToString(), row.type) << row.source;
  }
}

struct ErrorRow {
  const char* source;
  const char* issue;
};

TEST(CheckerTest, SaysWhatIsWrongAndWhere) {
  const ErrorRow rows[] = {
      {"tickt.type == 'x'", "0-5: undeclared reference to 'tickt'; did you mean 'ticket'?"},
      {"zzz == 1", "0-3: undeclared reference to 'zzz'"},
      {"ticket.priorty == 'P1'", "7-14: 'ticket' has no field 'priorty'; did you mean 'priority'?"},
      {"ticket.requester.nam == ''", "17-20: 'person' has no field 'nam'; did you mean 'name'?"},
      {"ticket.type.size > 1", "12-16: a value of type string has no field 'size'"},
      {"ticket.type == 1", "0-16: '==' does not take (string, int)"},
      {"count > '3'", "0-11: '>' does not take (int, string)"},
      {"count + 1.5", "0-11: '+' does not take (int, double)"},
      {"-ticket.type", "0-12: '-' does not take (string)"},
      {"!count", "0-6: '!' does not take (int)"},
      {"count in 5", "0-10: 'in' does not take (int, int)"},
      {"words['a']", "0-10: '[]' does not take (list(string), string)"},
      {"ticket.type.startWith('a')",
       "12-21: there is no function 'startWith'; did you mean 'startsWith'?"},
      {"ticket.type.startsWith(1)",
       "12-25: 'startsWith' does not take (int) on string; it is string.startsWith(string)"},
      {"ticket.type.contains()",
       "12-22: 'contains' does not take () on string; it is string.contains(string)"},
      {"startsWith(ticket.type, 'a')",
       "0-10: there is no function 'startsWith' without a value before it; it is called as "
       "value.startsWith(...)"},
      {"count.int()", "6-9: there is no function 'int' on a value; it is called as int(...)"},
      {"size(count)", "0-11: 'size' does not take (int)"},
      {"count && true", "0-5: '&&' needs a bool, not int"},
      {"true || ticket.type", "8-19: '||' needs a bool, not string"},
      {"count ? 1 : 2", "0-5: the condition before '?' needs a bool, not int"},
      {"true ? 1 : 'a'", "0-14: the two results of '?:' differ in type: int and string"},
      {"words.exists(w, w.size())", "16-24: the condition of 'exists' needs a bool, not int"},
      {"count.exists(c, true)", "0-5: 'exists' goes over a list or a map, not int"},
      {"words.all(word, wrd == 'a')", "16-19: undeclared reference to 'wrd'; did you mean 'word'?"},
      {"{1.5: 'a'}", "1-4: a key of a map is a bool, an integer or a string, not double"},
      {"ticket{a: 1}", "0-6: messages such as 'ticket{...}' cannot be built here; use a map"},
      {"count.optMap(c, c)", "0-5: 'optMap' needs an optional, not int"},
      {"optional.of(1).optFlatMap(x, x)",
       "29-30: 'optFlatMap' needs a result that is an optional, not int"},
      {"[?count]", "2-7: an entry with '?' needs an optional, not int"},
  };
  TicketWorld world;
  for (const ErrorRow& row : rows) {
    std::vector<Issue> issues;
    EXPECT_FALSE(world.Compile(row.source, &issues)) << row.source;
    EXPECT_THAT(Texts(issues), ElementsAre(row.issue)) << row.source;
  }
}

TEST(CheckerTest, ReportsAllIssuesInOneGo) {
  TicketWorld world;
  std::vector<Issue> issues;
  EXPECT_FALSE(world.Compile("tickt.type == 1 && count > 'a' && words.exist(w, w)", &issues));
  EXPECT_THAT(
      Texts(issues),
      ElementsAre("0-5: undeclared reference to 'tickt'; did you mean 'ticket'?",
                  "19-30: '>' does not take (int, string)", "40-45: there is no function 'exist'",
                  "46-47: undeclared reference to 'w'", "49-50: undeclared reference to 'w'"));
}

TEST(CheckerTest, LiteralsThatCanNeverWorkAreIssues) {
  const ErrorRow rows[] = {
      {"now.getHours('Europe/Londn') > 9", "13-27: unknown time zone \"Europe/Londn\""},
      {"now.getHours('/etc/passwd') > 9", "13-26: unknown time zone \"/etc/passwd\""},
      {"ticket.type.matches('a(')", "20-24: bad regular expression: missing ): a("},
      {"now > timestamp('tomorrow')",
       "16-26: \"tomorrow\" is not a timestamp such as \"2026-03-01T09:00:00Z\""},
      {"now - ticket.due > duration('3 days')",
       "28-36: \"3 days\" is not a duration such as \"1h30m\""},
  };
  TicketWorld world;
  for (const ErrorRow& row : rows) {
    std::vector<Issue> issues;
    EXPECT_FALSE(world.Compile(row.source, &issues)) << row.source;
    EXPECT_THAT(Texts(issues), ElementsAre(row.issue)) << row.source;
  }
  world.environment().SetCheckLiterals(false);
  for (const ErrorRow& row : rows) {
    std::vector<Issue> issues;
    EXPECT_TRUE(world.Compile(row.source, &issues)) << row.source;
  }
}

TEST(CheckerTest, TheResultMustHaveTheExpectedType) {
  TicketWorld world;
  std::vector<Issue> issues;
  EXPECT_FALSE(world.Compile("count + 1", &issues, TypeKind::kBool));
  EXPECT_THAT(Texts(issues), ElementsAre("0-9: the expression must be of type bool, not int"));
  EXPECT_TRUE(world.Compile("anything", &issues, TypeKind::kBool));
  EXPECT_TRUE(world.Compile("count > 1", &issues, TypeKind::kBool));
}

TEST(CheckerTest, ContainersAndQualifiedNames) {
  Environment environment;
  environment.SetContainer("a.b");
  environment.AddVariable("a.b.x", TypeKind::kInt);
  environment.AddVariable("a.y", TypeKind::kString);
  environment.AddVariable("x", TypeKind::kBool);
  const std::pair<const char*, const char*> rows[] = {
      {"x", "int"}, {".x", "bool"}, {"y", "string"}, {"b.x", "int"}, {"a.b.x", "int"}};
  for (const auto& [source, type] : rows) {
    std::vector<Issue> issues;
    const std::optional<Program> program = Program::Compile(source, environment, {}, &issues);
    ASSERT_TRUE(program) << source;
    EXPECT_EQ(program->result_type().ToString(), type) << source;
  }
}

}  // namespace
}  // namespace waypost::cel
