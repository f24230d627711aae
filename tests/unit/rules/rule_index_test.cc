// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/rule_index.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/rules/vocabulary.h"
#include "tests/support/rule_set_builder.h"

namespace waypost::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::waypost::testing::Condition;
using ::waypost::testing::Freeze;
using ::waypost::testing::On;

Rule MakeRule(EventTypes on, const std::string& condition) {
  Rule rule;
  rule.on = on;
  if (!condition.empty()) {
    rule.condition = Condition(condition);
  }
  return rule;
}

// The rules that the index finds for a ticket.
std::vector<uint32_t> Found(const RuleSet& rule_set, v1::EventType type, const v1::Ticket& ticket) {
  v1::TicketEvent event;
  const v1::JourneyFacts facts;
  Subject subject;
  subject.event = &event;
  subject.ticket = &ticket;
  subject.journey = &facts;
  v1::DerivedEvent derived;
  derived.set_type(type);
  Bindings bindings(subject);
  bindings.SetDerived(derived);
  FactHashes hashes;
  rule_set.index->paths().Read(bindings.activation(), &hashes);
  Candidates found;
  rule_set.index->rules().Find(type, hashes, &found);
  return {found.begin(), found.end()};
}

v1::Ticket TicketOf(const std::string& type, const std::string& priority) {
  v1::Ticket ticket;
  ticket.set_type(type);
  ticket.set_priority(priority);
  return ticket;
}

TEST(RuleIndexTest, NarrowsByTypeAndByWhatConditionsPinDown) {
  RuleSet rules;
  rules.rules.push_back(MakeRule({}, ""));
  rules.rules.push_back(MakeRule(On({v1::EVENT_TYPE_CREATED}), ""));
  rules.rules.push_back(MakeRule({}, "ticket.type == \"incident\""));
  rules.rules.push_back(
      MakeRule(On({v1::EVENT_TYPE_CREATED, v1::EVENT_TYPE_RESOLVED}),
               "ticket.type == \"incident\" && ticket.priority in [\"P1\", \"P2\"]"));
  rules.rules.push_back(MakeRule({}, "event.type == \"resolved\""));
  rules.rules.push_back(MakeRule({}, "journey.bounces >= 1"));
  rules.rules.push_back(MakeRule({}, "ticket.type == \"incident\" || journey.bounces > 0"));
  rules.rules.push_back(MakeRule({}, "ticket.type == \"incident\" && ticket.type == \"change\""));
  rules.rules.push_back(MakeRule(On({v1::EVENT_TYPE_CREATED}), "event.type == \"resolved\""));
  const auto frozen = Freeze(std::move(rules));

  EXPECT_THAT(Found(*frozen, v1::EVENT_TYPE_CREATED, TicketOf("incident", "P1")),
              ElementsAre(0, 1, 2, 3, 5, 6));
  EXPECT_THAT(Found(*frozen, v1::EVENT_TYPE_CREATED, TicketOf("incident", "P3")),
              ElementsAre(0, 1, 2, 5, 6));
  EXPECT_THAT(Found(*frozen, v1::EVENT_TYPE_CREATED, TicketOf("request", "P1")),
              ElementsAre(0, 1, 5, 6));
  EXPECT_THAT(Found(*frozen, v1::EVENT_TYPE_RESOLVED, TicketOf("incident", "P2")),
              ElementsAre(0, 2, 3, 4, 5, 6));
  EXPECT_THAT(Found(*frozen, v1::EVENT_TYPE_ASSIGNED, TicketOf("", "")), ElementsAre(0, 5, 6));
}

TEST(RuleIndexTest, TenThousandRulesThatTellTicketsApartLeaveFewToAsk) {
  RuleSet rules;
  for (int i = 0; i < 10'000; ++i) {
    rules.rules.push_back(
        MakeRule(On({v1::EVENT_TYPE_CREATED}),
                 absl::StrCat("ticket.type == \"type ", i % 100, "\" && ticket.priority == \"",
                              i / 100, "\" && journey.bounces > 0")));
  }
  const auto frozen = Freeze(std::move(rules));
  EXPECT_THAT(Found(*frozen, v1::EVENT_TYPE_CREATED, TicketOf("type 7", "31")), ElementsAre(3107));
  EXPECT_THAT(Found(*frozen, v1::EVENT_TYPE_CREATED, TicketOf("type 7", "P1")), IsEmpty());
}

TEST(RuleIndexTest, EntriesOfMapsTellTicketsApart) {
  RuleSet rules;
  rules.rules.push_back(MakeRule({}, "ticket.custom_fields[\"site\"] == \"Vienna\""));
  rules.rules.push_back(MakeRule({}, "ticket.custom_fields.site == \"Graz\""));
  const auto frozen = Freeze(std::move(rules));
  v1::Ticket ticket;
  EXPECT_THAT(Found(*frozen, v1::EVENT_TYPE_CREATED, ticket), IsEmpty());
  (*ticket.mutable_custom_fields())["site"] = "Vienna";
  EXPECT_THAT(Found(*frozen, v1::EVENT_TYPE_CREATED, ticket), ElementsAre(0));
  (*ticket.mutable_custom_fields())["site"] = "Graz";
  EXPECT_THAT(Found(*frozen, v1::EVENT_TYPE_CREATED, ticket), ElementsAre(1));
}

TEST(RuleIndexTest, ManyCombinationsStayBoundedAndAreStillFound) {
  std::vector<std::string> many;
  for (int i = 0; i < 200; ++i) {
    many.push_back(absl::StrCat("\"", i, "\""));
  }
  RuleSet rules;
  rules.rules.push_back(
      MakeRule({}, absl::StrCat("ticket.type in [", absl::StrJoin(many, ", "),
                                "] && ticket.priority in [", absl::StrJoin(many, ", "), "]")));
  const auto frozen = Freeze(std::move(rules));
  EXPECT_THAT(Found(*frozen, v1::EVENT_TYPE_CREATED, TicketOf("199", "42")), ElementsAre(0));
}

TEST(FactPathsTest, TakesTextFieldsThatEveryEventHas) {
  const struct {
    const char* name;
    const char* path;
    bool known;
  } kCases[] = {
      {"text field", "ticket.priority", true},
      {"field of a field", "ticket.assignee.id", true},
      {"number", "journey.bounces", false},
      {"entry of a map", "ticket.custom_fields[\"floor 3\"]", true},
      {"entry of a text", "ticket.priority[\"a\"]", false},
      {"map", "ticket.custom_fields", false},
      {"object", "ticket", false},
      {"unknown variable", "tickt.priority", false},
      {"unknown field", "ticket.prio", false},
      {"below a text", "ticket.priority.value", false},
      {"nothing", "", false},
  };
  FactPaths paths;
  for (const auto& row : kCases) {
    EXPECT_EQ(paths.Number(row.path) >= 0, row.known) << row.name;
  }
  EXPECT_EQ(paths.Number("ticket.priority"), 0);
  EXPECT_EQ(paths.Number("ticket.assignee.id"), 1);
}

}  // namespace
}  // namespace waypost::rules
