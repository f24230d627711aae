// SPDX-License-Identifier: Apache-2.0
// Hostile expressions: none may overflow the stack, run away or eat the memory.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/cel/program.h"
#include "tests/unit/cel/ticket_fixture.h"

namespace waypost::cel {
namespace {

using testing::HasSubstr;

std::string Repeat(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) {
    result += text;
  }
  return result;
}

struct Row {
  const char* name;
  std::string source;
};

// With room for long sources: depth must hold on its own.
void AllowLongSources(TicketWorld* world) {
  Limits limits;
  limits.max_source_bytes = 16 << 20;
  world->environment().SetLimits(limits);
}

TEST(LimitsTest, DeepNestingIsRefused) {
  constexpr int kDeep = 10'000;
  constexpr int kVeryDeep = 100'000;
  const Row rows[] = {
      {"parentheses", Repeat("(", kVeryDeep) + "1" + Repeat(")", kVeryDeep)},
      {"open parentheses", Repeat("(", kDeep)},
      {"lists", Repeat("[", kDeep) + Repeat("]", kDeep)},
      {"maps", Repeat("{1:", kDeep) + "1" + Repeat("}", kDeep)},
      {"not", Repeat("!", kDeep) + "true"},
      {"minus", Repeat("-", kDeep) + "1"},
      {"conditionals", Repeat("true ? 1 : ", kDeep) + "1"},
      {"sums", "1" + Repeat(" + 1", kDeep)},
      {"selects", "anything" + Repeat(".a", kDeep)},
      {"indexes", "anything" + Repeat("[0]", kDeep)},
      {"calls", Repeat("dyn(", kDeep) + "1" + Repeat(")", kDeep)},
      {"methods", "'a'" + Repeat(".trim()", kDeep)},
      {"macros", Repeat("[1].map(x, ", kDeep) + "x" + Repeat(")", kDeep)},
      {"messages", Repeat("a{b:", kDeep) + "1" + Repeat("}", kDeep)},
  };
  TicketWorld world;
  AllowLongSources(&world);
  for (const Row& row : rows) {
    std::vector<Issue> issues;
    EXPECT_FALSE(world.Compile(row.source, &issues)) << row.name;
    ASSERT_EQ(issues.size(), 1u) << row.name;
    EXPECT_EQ(issues[0].message, "the expression nests deeper than 250 levels") << row.name;
  }
}

TEST(LimitsTest, NestingUpToTheLimitWorks) {
  TicketWorld world;
  const Row rows[] = {
      {"parentheses", Repeat("(", 240) + "true" + Repeat(")", 240)},
      {"sums", "1" + Repeat(" + 1", 240) + " == 241"},
      {"wide logic", "true" + Repeat(" && true", 1000)},
      {"wide list", "[0" + Repeat(", 0", 4000) + "].size() == 4001"},
      {"nested macros", Repeat("[1].all(x, ", 100) + "x == 1" + Repeat(")", 100)},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(world.Evaluate(row.source).ToDisplayString(), "true") << row.name;
  }
}

TEST(LimitsTest, LongSourcesAreRefused) {
  TicketWorld world;
  std::vector<Issue> issues;
  EXPECT_FALSE(world.Compile(Repeat(" ", 16 * 1024 + 1), &issues));
  EXPECT_EQ(issues[0].message, "the expression is longer than 16384 bytes");
}

TEST(LimitsTest, CostsAreBounded) {
  const std::string ten = "[1,2,3,4,5,6,7,8,9,10]";
  const std::string hundred = ten + ".map(a, " + ten + ")";
  const Row rows[] = {
      {"nested macros", ten + ".all(a, " + ten + ".all(b, " + ten + ".all(c, " + ten + ".all(d, " +
                            ten + ".all(e, " + ten + ".all(f, true))))))"},
      {"macros behind an error that is forgiven",
       ten + ".exists(a, " + ten + ".all(b, " + ten + ".all(c, " + ten + ".all(d, " + ten +
           ".all(e, " + ten + ".all(f, 1 / 0 == 1)))))) || true"},
      {"shared lists compared",
       "cel.bind(a, " + hundred +
           ", cel.bind(b, [a,a,a,a,a,a,a,a], cel.bind(c, "
           "[b,b,b,b,b,b,b,b], cel.bind(d, [c,c,c,c,c,c,c,c], [d,d,d,d] == [d,d,d,d]))))"},
      {"doubled lists", "cel.bind(a, " + ten + ", " + Repeat("cel.bind(a, a + a, ", 40) +
                            "a.size()" + Repeat(")", 41)},
      {"shared lists formatted", "cel.bind(a, " + ten + ", " +
                                     Repeat("cel.bind(a, [a, a, a, a], ", 30) +
                                     "'%s'.format([a]).size()" + Repeat(")", 31)},
      {"patterns made in a macro",
       ten + ".all(a, " + ten + ".all(b, " + ten + ".all(c, 'x'.matches(string(a) + '|x'))))"},
      {"long list searched in a macro", "cel.bind(l, " + ten + ".map(x, 0) + " + ten + ", " + ten +
                                            ".all(a, " + ten + ".all(b, " + ten + ".all(c, " + ten +
                                            ".all(d, 10 in l)))))"},
  };
  TicketWorld world;
  for (const Row& row : rows) {
    const std::string result = world.Evaluate(row.source).ToDisplayString();
    EXPECT_TRUE(result == "error: the expression costs too much to evaluate" ||
                result == "error: the text grows too long")
        << row.name << ": " << result;
  }
}

TEST(LimitsTest, TextsAreBounded) {
  const Row rows[] = {
      {"doubled text", "cel.bind(a, '0123456789', " + Repeat("cel.bind(a, a + a, ", 40) +
                           "a.size()" + Repeat(")", 41)},
      {"doubled bytes", "cel.bind(a, b'0123456789', " + Repeat("cel.bind(a, a + a, ", 40) +
                            "a.size()" + Repeat(")", 41)},
      {"replace", "cel.bind(a, '" + Repeat("a", 4000) + "', a.replace('a', a).size())"},
      {"join", "cel.bind(a, '" + Repeat("a,", 4000) + "', a.split(',').join(a).size())"},
      {"format", "cel.bind(a, '" + Repeat("a", 8000) + "', ('" + Repeat("%s", 200) + "').format([" +
                     Repeat("a,", 200) + "]).size())"},
  };
  TicketWorld world;
  for (const Row& row : rows) {
    EXPECT_EQ(world.Evaluate(row.source).ToDisplayString(), "error: the text grows too long")
        << row.name;
  }
}

TEST(LimitsTest, ValuesCannotNestDeeperThanTheStackBears) {
  TicketWorld world;
  const std::string source =
      "cel.bind(a, [1], " + Repeat("cel.bind(a, [[[[a]]]], ", 100) + "a == a" + Repeat(")", 101);
  EXPECT_EQ(world.Evaluate(source).ToDisplayString(), "error: the value nests too deeply");
}

TEST(LimitsTest, ConstantsCannotNestDeeperThanTheStackBears) {
  TicketWorld world;
  const std::string source = Repeat("[", 200) + Repeat("]", 200) + " == 1";
  const Value value = world.EvaluateUnchecked(source);
  EXPECT_EQ(value.ToDisplayString(), "false");
}

TEST(LimitsTest, TheBudgetIsThatOfTheEnvironment) {
  TicketWorld world;
  Limits limits;
  limits.max_cost = 20;
  world.environment().SetLimits(limits);
  EXPECT_EQ(world.Evaluate("words.all(w, w != '')").ToDisplayString(), "true");
  EXPECT_EQ(world.Evaluate("words.all(w, words.all(v, v + w != ''))").ToDisplayString(),
            "error: the expression costs too much to evaluate");
}

}  // namespace
}  // namespace waypost::cel
