// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "gtest/gtest.h"
#include "sidecar/cel/program.h"
#include "tests/unit/cel/ticket_fixture.h"

namespace waypost::cel {
namespace {

struct Row {
  const char* source;
  const char* text;
  const char* left;
  const char* right;
  const char* error;
};

TEST(ExplainTest, NamesTheFirstPartThatDecided) {
  const Row rows[] = {
      {"ticket.type == 'request'", "ticket.type == 'request'", "\"incident\"", "\"request\"", ""},
      {"ticket.type == 'incident' && count >= 9", "count >= 9", "7", "9", ""},
      {"count >= 9 && ticket.type == 'request'", "count >= 9", "7", "9", ""},
      {"(count > 1 && (count > 2 && count > 8))", "count > 8", "7", "8", ""},
      {"count > 8 || count < 2", "count > 8 || count < 2", "", "", ""},
      {"!(count > 1)", "!(count > 1)", "", "", ""},
      {"count > 1 ? count > 8 : true", "count > 8", "7", "8", ""},
      {"ticket.ref.startsWith('REQ')", "ticket.ref.startsWith('REQ')", "\"INC-1\"", "\"REQ\"", ""},
      {"'x' in words", "'x' in words", "\"x\"", "[\"alpha\", \"beta\"]", ""},
      {"words.exists(w, w == 'x')", "words.exists(w, w == 'x')", "[\"alpha\", \"beta\"]", "", ""},
      {"has(ticket.due)", "has(ticket.due)", "", "", ""},
      {"false", "false", "", "", ""},
      {"count / 0 > 1 && true", "count / 0 > 1", "error: division by zero", "1",
       "division by zero"},
      {"count / 0 > 1 && count > 8", "count > 8", "7", "8", ""},
      {"anything", "anything", "", "", "the condition gives null, not a bool"},
      {"cel.bind(n, count + 1, n > 9)", "cel.bind(n, count + 1, n > 9)", "", "", ""},
  };
  TicketWorld world;
  for (const Row& row : rows) {
    std::vector<Issue> issues;
    const std::optional<Program> program = world.Compile(row.source, &issues);
    ASSERT_TRUE(program) << row.source;
    const std::optional<FalsePart> part = program->Explain(world.activation());
    ASSERT_TRUE(part) << row.source;
    EXPECT_EQ(part->text, row.text) << row.source;
    EXPECT_EQ(part->left, row.left) << row.source;
    EXPECT_EQ(part->right, row.right) << row.source;
    EXPECT_EQ(part->error, row.error) << row.source;
    EXPECT_EQ(std::string(row.source).substr(part->begin, part->end - part->begin), row.text);
  }
}

TEST(ExplainTest, SaysNothingOfConditionsThatHold) {
  TicketWorld world;
  std::vector<Issue> issues;
  const std::optional<Program> program = world.Compile("count > 1", &issues);
  ASSERT_TRUE(program);
  EXPECT_FALSE(program->Explain(world.activation()));
}

}  // namespace
}  // namespace waypost::cel
