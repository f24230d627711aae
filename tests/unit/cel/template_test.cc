// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/cel/program.h"
#include "tests/unit/cel/ticket_fixture.h"

namespace waypost::cel {
namespace {

using testing::ElementsAre;

struct Row {
  const char* name;
  const char* source;
  const char* text;
};

TEST(TemplateTest, RendersTextAndExpressions) {
  const Row rows[] = {
      {"plain", "nothing to see", "nothing to see"},
      {"empty", "", ""},
      {"string", "{{ticket.ref}} is back", "INC-1 is back"},
      {"spaces", "{{ ticket.ref }}!", "INC-1!"},
      {"two", "{{ticket.type}} {{ticket.priority}}", "incident P1"},
      {"number", "{{count}} days, {{double(count) * 1.5}}", "7 days, 10.5"},
      {"null is nothing", "due: {{ticket.due}}.", "due: ."},
      {"timestamp", "at {{now}}", "at 2026-03-01T09:00:00Z"},
      {"duration", "in {{duration('90m')}}", "in 5400s"},
      {"bool", "{{count > 3}}", "true"},
      {"choice", "{{count > 3 ? 'many' : 'few'}} moves", "many moves"},
      {"map within", "{{ {'a': {'b': 'deep'}}.a.b }}", "deep"},
      {"closing braces in text", "{{ 'x}}y' }}", "x}}y"},
      {"raw text", "{{ r'\\' }}{{ '\\'' }}", "\\'"},
      {"triple quotes", "{{ '''a'b}}''' }}", "a'b}}"},
      {"literal braces", "{{'{{'}}name}}", "{{name}}"},
      {"stray closing", "a }} b", "a }} b"},
      {"unicode", "für {{ticket.requester.name}} ü", "für Ada ü"},
      {"join", "{{ticket.requester.tags.join(', ')}}", "vip, remote"},
  };
  TicketWorld world;
  for (const Row& row : rows) {
    std::vector<Issue> issues;
    const std::optional<Template> text =
        Template::Compile(row.source, world.environment(), &issues);
    ASSERT_TRUE(text) << row.name << ": " << issues.front().message;
    const absl::StatusOr<std::string> rendered = text->Render(world.activation());
    ASSERT_TRUE(rendered.ok()) << row.name << ": " << rendered.status();
    EXPECT_EQ(*rendered, row.text) << row.name;
  }
}

TEST(TemplateTest, IssuesPointIntoTheTemplate) {
  const Row rows[] = {
      {"unknown field", "Grüße, {{ticket.reff}}",
       "18-22: 'ticket' has no field 'reff'; did you mean 'ref'?"},
      {"not closed", "a {{ticket.ref", "2-4: '{{' has no closing '}}'"},
      {"empty", "a {{ }} b", "5-5: expected a value but found the end of the expression"},
      {"list", "{{words}}",
       "2-7: a text cannot show a list(string); pick a field, or join() a list"},
      {"object", "{{ticket}}", "2-8: a text cannot show a ticket; pick a field, or join() a list"},
  };
  TicketWorld world;
  for (const Row& row : rows) {
    std::vector<Issue> issues;
    EXPECT_FALSE(Template::Compile(row.source, world.environment(), &issues)) << row.name;
    EXPECT_THAT(Texts(issues), ElementsAre(row.text)) << row.name;
  }
}

TEST(TemplateTest, AllExpressionsAreChecked) {
  TicketWorld world;
  std::vector<Issue> issues;
  EXPECT_FALSE(Template::Compile("{{a}} {{b}}", world.environment(), &issues));
  EXPECT_THAT(Texts(issues),
              ElementsAre("2-3: undeclared reference to 'a'", "8-9: undeclared reference to 'b'"));
}

TEST(TemplateTest, FailuresNameTheExpression) {
  TicketWorld world;
  std::vector<Issue> issues;
  const std::optional<Template> text =
      Template::Compile("x {{10 / (count - 7)}}", world.environment(), &issues);
  ASSERT_TRUE(text);
  const absl::StatusOr<std::string> rendered = text->Render(world.activation());
  EXPECT_EQ(rendered.status(),
            absl::InvalidArgumentError("division by zero in {{10 / (count - 7)}}"));
}

TEST(TemplateTest, DynamicValuesWithoutTextFail) {
  TicketWorld world;
  world.values().back() = Value::List({Value::Int(1)});
  std::vector<Issue> issues;
  const std::optional<Template> text =
      Template::Compile("{{anything}}", world.environment(), &issues);
  ASSERT_TRUE(text);
  EXPECT_FALSE(text->Render(world.activation()).ok());
}

TEST(TemplateTest, ReferencesHaveOffsetsOfTheTemplate) {
  TicketWorld world;
  std::vector<Issue> issues;
  const std::string source = "{{ticket.ref}}: {{ticket.work_notes}}";
  const std::optional<Template> text = Template::Compile(source, world.environment(), &issues);
  ASSERT_TRUE(text);
  const std::vector<FieldReference> references = text->FieldReferences();
  ASSERT_EQ(references.size(), 2u);
  EXPECT_EQ(references[1].path, "ticket.work_notes");
  EXPECT_TRUE(references[1].internal);
  EXPECT_EQ(source.substr(references[1].begin, references[1].end - references[1].begin),
            "ticket.work_notes");
}

}  // namespace
}  // namespace waypost::cel
