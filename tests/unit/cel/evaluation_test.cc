// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "gtest/gtest.h"
#include "sidecar/cel/program.h"
#include "tests/unit/cel/ticket_fixture.h"

namespace waypost::cel {
namespace {

struct Row {
  const char* source;
  const char* result;  // as ToDisplayString() shows it
};

void ExpectResults(TicketWorld* world, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(world->Evaluate(row.source).ToDisplayString(), row.result) << row.source;
  }
}

TEST(EvaluationTest, ReadsHostObjects) {
  TicketWorld world;
  ExpectResults(&world, {
                            {"ticket.type", "\"incident\""},
                            {"ticket.requester.name", "\"Ada\""},
                            {"ticket.requester.tags", "[\"vip\", \"remote\"]"},
                            {"ticket.requester.tags.exists(t, t == 'vip')", "true"},
                            {"ticket.requester.tags.size()", "2"},
                            {"'remote' in ticket.requester.tags", "true"},
                            {"ticket.custom.site", "\"Leeds\""},
                            {"'site' in ticket.custom", "true"},
                            {"ticket.custom.floor", "error: no such key: 'floor'"},
                            {"ticket.comments.filter(c, !c.internal)[0].author", "\"Cy\""},
                            {"ticket.comments.map(c, c.author)", "[\"Ben\", \"Cy\"]"},
                            {"ticket.requester == ticket.requester", "true"},
                            {"type(ticket) == type(ticket.requester)", "false"},
                            {"dyn(ticket).type", "\"incident\""},
                            {"dyn(ticket).nothing", "error: no such key: 'nothing'"},
                        });
}

TEST(EvaluationTest, UnsetFieldsAreNullAndHasTells) {
  TicketWorld unset;
  ExpectResults(&unset, {{"ticket.due", "null"},
                         {"has(ticket.due)", "false"},
                         {"has(ticket.type)", "true"},
                         {"has(ticket.custom.floor)", "false"},
                         {"ticket.due == null", "true"},
                         {"ticket.due != null && ticket.due < now", "false"},
                         {"ticket.due < now",
                          "error: '<' does not take (null_type, google.protobuf.Timestamp)"}});
  TicketData data;
  data.due = absl::FromUnixSeconds(1772355600 - 3600);
  TicketWorld set(data);
  ExpectResults(&set, {{"has(ticket.due) && now - ticket.due == duration('1h')", "true"},
                       {"ticket.due == null", "false"},
                       {"(now - ticket.due).getMinutes()", "60"}});
}

TEST(EvaluationTest, LogicForgivesErrorsThatDoNotMatter) {
  TicketWorld world;
  ExpectResults(&world, {{"1 / 0 == 1 || true", "true"},
                         {"false && 1 / 0 == 1", "false"},
                         {"1 / 0 == 1 && false", "false"},
                         {"1 / 0 == 1 || false", "error: division by zero"},
                         {"[0, 2].exists(x, 4 / x == 2)", "true"},
                         {"[0, 2].all(x, 4 / x == 2)", "error: division by zero"},
                         {"[0, 1].all(x, 4 / x == 2)", "false"},
                         {"true ? 1 : 1 / 0", "1"}});
}

TEST(EvaluationTest, ArithmeticIsChecked) {
  TicketWorld world;
  ExpectResults(&world,
                {{"9223372036854775807 + 1", "error: the result does not fit into 64 bits"},
                 {"-9223372036854775808 / -1", "error: the result does not fit into 64 bits"},
                 {"-9223372036854775808 % -1", "error: the result does not fit into 64 bits"},
                 {"0u - 1u", "error: the result does not fit into 64 bits"},
                 {"7 % 0", "error: modulus by zero"},
                 {"1.0 / 0.0", "Infinity"},
                 {"1 < 1.5 && 2u > 1 && 1.0 <= 1u", "true"},
                 {"timestamp('9999-12-31T23:59:59Z') + duration('1s')",
                  "error: the timestamp is out of range"},
                 {"int('0x10')", "error: \"0x10\" is not an int"},
                 {"int(1e30)", "error: the number does not fit into int"}});
}

TEST(EvaluationTest, TimesInZones) {
  TicketWorld world;
  ExpectResults(
      &world,
      {{"timestamp('2026-07-01T23:30:00Z').getHours('Europe/London')", "0"},
       {"timestamp('2026-07-01T23:30:00Z').getDate('Europe/London')", "2"},
       {"timestamp('2026-01-01T23:30:00Z').getHours('Europe/London')", "23"},
       {"timestamp('2026-03-01T09:00:00Z').getDayOfWeek()", "0"},
       {"timestamp('2026-03-01T09:00:00+02:00').getHours('+05:30')", "12"},
       {"now.getHours('Mars/' + 'Base')", "error: unknown time zone \"Mars/Base\""},
       {"now.getHours('../' + '../etc/passwd')", "error: unknown time zone \"../../etc/passwd\""},
       {"string(duration('1h30m'))", "\"5400s\""},
       {"string(timestamp('2026-03-01T09:00:00.250Z'))", "\"2026-03-01T09:00:00.25Z\""}});
}

TEST(EvaluationTest, StringsExtension) {
  TicketWorld world;
  ExpectResults(
      &world,
      {{"'Zürich'.charAt(1)", "\"ü\""},
       {"'Zürich'.size()", "6"},
       {"'Zürich'.substring(1, 3)", "\"ür\""},
       {"'Zürich'.indexOf('r')", "2"},
       {"'Zürich'.reverse()", "\"hcirüZ\""},
       {"'abc'.substring(2, 1)", "error: the substring ends before it starts: 2 to 1"},
       {"'abc'.charAt(4)", "error: the index 4 is out of range"},
       {"'a-b-c'.split('-', 2)", "[\"a\", \"b-c\"]"},
       {"'abc'.split('')", "[\"a\", \"b\", \"c\"]"},
       {"'aaa'.replace('a', 'b', 2)", "\"bba\""},
       {"'ab'.replace('', '-')", "\"-a-b-\""},
       {"' x '.trim() + '|'", "\"x|\""},
       {"words.join(', ')", "\"alpha, beta\""},
       {"'%s has %d (%.1f%%)'.format([ticket.ref, count, 12.345])", "\"INC-1 has 7 (12.3%)\""},
       {"'%d'.format(['x'])", "error: %d takes integers, not string"},
       {"'%s %s'.format(['x'])", "error: the format has more clauses than the list has values"},
       {"'%.999f'.format([1.0])", "error: format() needs a precision from 0 to 100 after '%.'"},
       {"'%'.format([])", "error: the format ends within a clause"},
       {"strings.quote('a\\nb')", "\"\\\"a\\\\nb\\\"\""}});
}

TEST(EvaluationTest, OptionalsMacrosAndBinds) {
  TicketWorld world;
  ExpectResults(&world, {{"ticket.?due.orValue(now) == now", "true"},
                         {"ticket.custom[?'floor'].orValue('none')", "\"none\""},
                         {"ticket.custom.?site.value()", "\"Leeds\""},
                         {"words[?5].hasValue()", "false"},
                         {"optional.of(2).optMap(x, x * 3)", "optional.of(6)"},
                         {"optional.none().optMap(x, x)", "optional.none()"},
                         {"optional.of({'a': 1}).optFlatMap(x, x.?b)", "optional.none()"},
                         {"optional.none().value()", "error: the optional has no value"},
                         {"[1, ?optional.none(), ?optional.of(2)]", "[1, 2]"},
                         {"words.exists_one(w, w.startsWith('a'))", "true"},
                         {"words.transformList(i, w, string(i) + w)", "[\"0alpha\", \"1beta\"]"},
                         {"ticket.custom.all(k, v, k == 'site' && v == 'Leeds')", "true"},
                         {"cel.bind(n, count + 1, n * n)", "64"},
                         {"[1, 2].map(x, [10, 20].map(y, x * y))", "[[10, 20], [20, 40]]"},
                         {"[1, 2, 3].map(x, x > 1, x * x)", "[4, 9]"}});
}

TEST(EvaluationTest, MatchesUsesRe2) {
  TicketWorld world;
  ExpectResults(&world, {{"ticket.ref.matches('^INC-[0-9]+$')", "true"},
                         {"ticket.ref.matches(ticket.ref)", "true"},
                         {"ticket.ref.matches(words[0] + '(')",
                          "error: bad regular expression: missing ): alpha("}});
}

TEST(EvaluationTest, ErrorsPointIntoTheSource) {
  TicketWorld world;
  const std::string source = "ticket.type == 'incident' && 10 / (count - 7) > 1";
  const Value value = world.Evaluate(source);
  ASSERT_TRUE(value.is_error());
  EXPECT_EQ(source.substr(value.ErrorBegin(), value.ErrorEnd() - value.ErrorBegin()),
            "10 / (count - 7)");
}

TEST(EvaluationTest, UncheckedProgramsFailWhenTheyAreEvaluated) {
  TicketWorld world;
  const std::vector<Row> rows = {
      {"nothing == 1", "error: undeclared reference to 'nothing'"},
      {"nothing || true", "true"},
      {"unknown(1)", "error: there is no function 'unknown' with these arguments"},
      {"count + 'a'", "error: '+' does not take (int, string)"},
      {"count && true", "error: '&&' needs a bool, not int"},
      {"ticket.type.size.x", "error: a value of type string has no field 'size'"},
      {"words['a']", "error: \"a\" is no index of a list"},
      {"{1: 2, 1u: 3}", "error: the key 1u occurs twice"},
      {"count.map(x, x)", "error: 'map' goes over a list or a map, not int"}};
  for (const Row& row : rows) {
    EXPECT_EQ(world.EvaluateUnchecked(row.source).ToDisplayString(), row.result) << row.source;
  }
}

TEST(EvaluationTest, VariablesWithoutValueFail) {
  TicketWorld world;
  std::vector<Issue> issues;
  const std::optional<Program> program = world.Compile("count > 1 || ticket.type == 'x'", &issues);
  ASSERT_TRUE(program);
  EXPECT_EQ(program->Evaluate({}).ToDisplayString(), "error: there is no value for 'count'");
}

}  // namespace
}  // namespace waypost::cel
