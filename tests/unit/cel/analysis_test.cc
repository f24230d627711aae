// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/cel/program.h"
#include "tests/unit/cel/ticket_fixture.h"

namespace waypost::cel {
namespace {

struct Row {
  const char* source;
  std::vector<std::string> expected;
};

Program CompileOrDie(TicketWorld* world, const std::string& source) {
  std::vector<Issue> issues;
  std::optional<Program> program = world->Compile(source, &issues);
  EXPECT_TRUE(program) << source << ": " << (issues.empty() ? "" : issues.front().message);
  return *std::move(program);
}

TEST(EqualityFactsTest, HoldInEveryTrueEvaluation) {
  const Row rows[] = {
      {"ticket.type == 'incident'", {"ticket.type: incident"}},
      {"'incident' == ticket.type", {"ticket.type: incident"}},
      {"ticket.type == 'incident' && count > 3 && ticket.priority in ['P1', 'P2']",
       {"ticket.type: incident", "ticket.priority: P1 P2"}},
      {"ticket.requester.name == 'Ada'", {"ticket.requester.name: Ada"}},
      {"ticket.type == 'a' || ticket.type == 'b'", {"ticket.type: a b"}},
      {"(ticket.type == 'a' || ticket.type in ['b', 'c']) && true", {"ticket.type: a b c"}},
      {"(ticket.type == 'a' && count == 1) && ticket.ref == 'b'",
       {"ticket.type: a", "ticket.ref: b"}},
      {"ticket.type in []", {"ticket.type: "}},
      {"ticket.type == 'a' || count > 1", {}},
      {"ticket.type == 'a' || ticket.ref == 'b'", {}},
      {"!(ticket.type == 'a')", {}},
      {"ticket.type != 'a'", {}},
      {"ticket.type == ticket.ref", {}},
      {"count == 1", {}},
      {"ticket.custom.site == 'a'", {R"(ticket.custom["site"]: a)"}},
      {"ticket.custom['site'] == 'a'", {R"(ticket.custom["site"]: a)"}},
      {"words.exists(w, w == 'a')", {}},
      {"count > 1 ? ticket.type == 'a' : true", {}},
      {"anything == 'a'", {"anything: a"}},
  };
  TicketWorld world;
  for (const Row& row : rows) {
    std::vector<std::string> facts;
    for (const EqualityFact& fact : CompileOrDie(&world, row.source).EqualityFacts()) {
      std::string text = fact.path + ":";
      for (const std::string& value : fact.values) {
        text += " " + value;
      }
      facts.push_back(fact.values.empty() ? text + " " : text);
    }
    EXPECT_EQ(facts, row.expected) << row.source;
  }
}

TEST(FieldReferencesTest, NameEveryFieldThatMayBeRead) {
  const Row rows[] = {
      {"1 + 1", {}},
      {"count > 1", {"count"}},
      {"ticket.type == 'a' && ticket.requester.name != ''",
       {"ticket.type", "ticket.requester.name"}},
      {"has(ticket.work_notes)", {"ticket.work_notes (internal)"}},
      {"ticket.custom.site", {"ticket.custom.site"}},
      {"ticket.custom['site']", {"ticket.custom"}},
      {"ticket.comments.exists(c, c.internal)", {"ticket.comments", "ticket.comments.internal"}},
      {"ticket.comments[0].body", {"ticket.comments.body (internal)"}},
      {"ticket.comments.filter(c, true)[0].body",
       {"ticket.comments", "ticket.comments.body (internal)"}},
      {"ticket.comments.map(c, c)[0].body", {"ticket.comments", "comment.body (internal)"}},
      {"cel.bind(t, ticket, t.work_notes)", {"ticket", "ticket.work_notes (internal)"}},
      {"(count > 1 ? ticket : ticket).work_notes",
       {"ticket.work_notes (internal)", "count", "ticket", "ticket"}},
      {"dyn(ticket).work_notes", {"dyn.work_notes (internal)", "ticket"}},
      {"ticket.?work_notes.orValue('')", {"ticket.work_notes (internal)"}},
      {"optional.of(ticket).work_notes.orValue('')",
       {"optional_type(ticket).work_notes (internal)", "ticket"}},
      {"words.map(i, ticket.ref)", {"words", "ticket.ref"}},
  };
  TicketWorld world;
  for (const Row& row : rows) {
    std::vector<std::string> found;
    for (const FieldReference& reference : CompileOrDie(&world, row.source).FieldReferences()) {
      found.push_back(reference.path + (reference.internal ? " (internal)" : ""));
    }
    EXPECT_THAT(found, testing::UnorderedElementsAreArray(row.expected)) << row.source;
  }
}

TEST(FieldReferencesTest, PointIntoTheSource) {
  TicketWorld world;
  const std::string source = "count > 1 && ticket.requester.name == 'x'";
  const std::vector<FieldReference> references = CompileOrDie(&world, source).FieldReferences();
  ASSERT_EQ(references.size(), 2u);
  EXPECT_EQ(source.substr(references[1].begin, references[1].end - references[1].begin),
            "ticket.requester.name");
}

}  // namespace
}  // namespace waypost::cel
