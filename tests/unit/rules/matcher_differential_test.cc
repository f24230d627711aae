// SPDX-License-Identifier: Apache-2.0
// The matcher, which asks the index first, gives what a plain loop over all conditions gives: over
// random rule sets and random events. Only failures over a map entry that is not there may differ.
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/rules/matcher.h"
#include "tests/support/rule_set_builder.h"

namespace waypost::rules {
namespace {

using ::waypost::testing::Condition;
using ::waypost::testing::DefaultStages;
using ::waypost::testing::Freeze;

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}

  // 0 to sides - 1.
  int Roll(int sides) { return std::uniform_int_distribution<int>(0, sides - 1)(engine_); }
  bool OneIn(int sides) { return Roll(sides) == 0; }
  const std::string& Pick(const std::vector<std::string>& choices) {
    return choices[static_cast<size_t>(Roll(static_cast<int>(choices.size())))];
  }

 private:
  std::mt19937 engine_;
};

struct PathValues {
  std::string path;
  std::vector<std::string> values;
};

const std::vector<PathValues>& Paths() {
  static const auto* const kPaths = new std::vector<PathValues>{
      {"ticket.type", {"incident", "request", "", "change"}},
      {"ticket.priority", {"P1", "P2", "P3", "P4"}},
      {"ticket.category", {"network", "mail", "password", "printer", ""}},
      {"ticket.group", {"Service Desk", "Network", ""}},
      {"ticket.assignee.id", {"a1", "a2", ""}},
      {"requester.id", {"u1", "u2"}},
      {"event.type", {"created", "assigned", "resolved", "signal", "no_such_type"}},
      {"event.signal", {"login_failed", "search_no_result", ""}},
      {"event.to", {"Network", "P1", ""}},
      {"actor.role", {"customer", "agent", "waypost"}},
      {"journey.stage", {"engage", "co_create", ""}},
      {"ticket.custom_fields[\"floor\"]", {"2", "3", "4"}},
  };
  return *kPaths;
}

std::string Quoted(const std::string& text) { return absl::StrCat("\"", text, "\""); }

std::string RandomComparison(Dice* dice) {
  const PathValues& path =
      Paths()[static_cast<size_t>(dice->Roll(static_cast<int>(Paths().size())))];
  switch (dice->Roll(6)) {
    case 0: {
      std::vector<std::string> values;
      for (int i = dice->Roll(5); i >= 0; --i) {
        values.push_back(Quoted(dice->Pick(path.values)));
      }
      return absl::StrCat(path.path, " in [", absl::StrJoin(values, ", "), "]");
    }
    case 1:
      return absl::StrCat(path.path, " != ", Quoted(dice->Pick(path.values)));
    case 2:
      return absl::StrCat(Quoted(dice->Pick(path.values)), " == ", path.path);
    default:
      return absl::StrCat(path.path, " == ", Quoted(dice->Pick(path.values)));
  }
}

std::string RandomOther(Dice* dice) {
  switch (dice->Roll(5)) {
    case 0:
      return absl::StrCat("journey.bounces >= ", dice->Roll(3));
    case 1:
      return "6 % journey.bounces == 0";  // fails for 0
    case 2:
      return absl::StrCat("(", RandomComparison(dice), " || ", RandomComparison(dice), ")");
    case 3:
      return absl::StrCat("!(", RandomComparison(dice), ")");
    default:
      return "6 / journey.bounces > 2";  // fails for 0
  }
}

std::string RandomCondition(Dice* dice) {
  std::vector<std::string> parts;
  for (int i = dice->Roll(6); i >= 0; --i) {
    parts.push_back(dice->OneIn(4) ? RandomOther(dice) : RandomComparison(dice));
  }
  return absl::StrJoin(parts, " && ");
}

EventTypes RandomTypes(Dice* dice) {
  EventTypes types;
  for (int i = dice->Roll(4); i > 0; --i) {
    types.Add(static_cast<v1::EventType>(1 + dice->Roll(v1::EventType_ARRAYSIZE - 1)));
  }
  return types;
}

RuleSet RandomRuleSet(Dice* dice) {
  RuleSet rule_set;
  rule_set.stages = DefaultStages();
  const int rules = 1 + dice->Roll(60);
  for (int i = 0; i < rules; ++i) {
    Rule rule;
    rule.id = absl::StrCat("rule-", i);
    rule.on = RandomTypes(dice);
    rule.timer_driven = dice->OneIn(20);
    if (!dice->OneIn(8)) {
      rule.condition = Condition(RandomCondition(dice));
    }
    rule_set.rules.push_back(std::move(rule));
  }
  JourneyDefinition& journey = rule_set.journeys.emplace_back();
  journey.id = "get-help";
  const int touchpoints = dice->Roll(12);
  for (int i = 0; i < touchpoints; ++i) {
    Touchpoint touchpoint;
    touchpoint.id = absl::StrCat("touchpoint-", i);
    touchpoint.on = RandomTypes(dice);
    touchpoint.condition = Condition(RandomCondition(dice));
    journey.touchpoints.push_back(std::move(touchpoint));
  }
  return rule_set;
}

// An event with what the vocabulary needs, at random.
struct RandomEvent {
  explicit RandomEvent(Dice* dice) {
    const auto value = [dice](size_t path) { return dice->Pick(Paths()[path].values); };
    v1::Ticket* ticket = event.mutable_ticket();
    ticket->set_type(value(0));
    ticket->set_priority(value(1));
    ticket->set_category(value(2));
    ticket->set_group(value(3));
    ticket->mutable_assignee()->set_id(value(4));
    ticket->mutable_requester()->set_id(value(5));
    if (dice->OneIn(2)) {
      (*ticket->mutable_custom_fields())["floor"] = std::to_string(2 + dice->Roll(3));
    }
    event.mutable_signal()->set_name(value(7));
    event.mutable_actor()->set_role(static_cast<v1::ActorRole>(dice->Roll(5)));
    facts.set_bounces(dice->Roll(4));
    stage = value(10);
    for (int i = dice->Roll(4); i >= 0; --i) {
      v1::DerivedEvent derived;
      derived.set_type(static_cast<v1::EventType>(1 + dice->Roll(v1::EventType_ARRAYSIZE - 1)));
      derived.set_to(value(8));
      events.push_back(derived);
    }
  }

  [[nodiscard]] Subject subject() const {
    Subject result;
    result.event = &event;
    result.ticket = &event.ticket();
    result.journey = &facts;
    result.stage = &stage;
    return result;
  }

  v1::TicketEvent event;
  v1::JourneyFacts facts;
  std::string stage;
  std::vector<v1::DerivedEvent> events;
};

// What came out.
struct Outcome {
  std::string matches;
  std::map<std::string, std::string> errors;  // message by id
};

std::string Shown(const Match& match) {
  return absl::StrCat(match.number, " on event ", match.derived, "\n");
}

// Asks one condition; tells whether it holds.
bool Ask(const std::string& id, const std::optional<cel::Program>& condition,
         const Bindings& bindings, Outcome* outcome) {
  std::string message;
  const Truth truth = EvaluateCondition(condition, bindings.activation(), &message);
  if (truth == Truth::kError) {
    outcome->errors.emplace(id, message);
  }
  return truth == Truth::kTrue;
}

Outcome PlainRules(const RuleSet& rule_set, const RandomEvent& event) {
  Bindings bindings(event.subject());
  Outcome outcome;
  for (size_t number = 0; number < rule_set.rules.size(); ++number) {
    const Rule& rule = rule_set.rules[number];
    for (size_t derived = 0; derived < event.events.size() && !rule.timer_driven; ++derived) {
      bindings.SetDerived(event.events[derived]);
      if (rule.on.Accepts(event.events[derived].type()) &&
          Ask(rule.id, rule.condition, bindings, &outcome)) {
        outcome.matches += Shown({number, derived});
        break;
      }
    }
  }
  return outcome;
}

Outcome PlainTouchpoint(const RuleSet& rule_set, const RandomEvent& event) {
  Bindings bindings(event.subject());
  const std::vector<Touchpoint>& touchpoints = rule_set.journeys.front().touchpoints;
  Outcome outcome;
  for (size_t number = 0; number < touchpoints.size(); ++number) {
    const Touchpoint& touchpoint = touchpoints[number];
    for (size_t derived = 0; derived < event.events.size(); ++derived) {
      bindings.SetDerived(event.events[derived]);
      if (touchpoint.on.Accepts(event.events[derived].type()) &&
          Ask(touchpoint.id, touchpoint.condition, bindings, &outcome)) {
        outcome.matches = Shown({number, derived});
        return outcome;
      }
    }
  }
  return outcome;
}

Outcome IndexedOutcome(const std::vector<Match>& matches, const RuleErrors& errors) {
  Outcome outcome;
  for (const Match& match : matches) {
    outcome.matches += Shown(match);
  }
  for (const v1::RuleError& error : errors) {
    outcome.errors.emplace(error.id(), error.message());
  }
  return outcome;
}

Outcome IndexedRules(const RuleSet& rule_set, const RandomEvent& event) {
  Bindings bindings(event.subject());
  Matcher matcher(rule_set, event.events, &bindings);
  Matches matches;
  RuleErrors errors;
  matcher.FindRules(&matches, &errors);
  return IndexedOutcome({matches.begin(), matches.end()}, errors);
}

Outcome IndexedTouchpoint(const RuleSet& rule_set, const RandomEvent& event) {
  Bindings bindings(event.subject());
  Matcher matcher(rule_set, event.events, &bindings);
  RuleErrors errors;
  const std::optional<Match> match = matcher.FirstTouchpoint(0, &errors);
  return match.has_value() ? IndexedOutcome({*match}, errors) : IndexedOutcome({}, errors);
}

// `entry_missing`: conditions may pin an entry of a map that the event lacks, and fail.
void ExpectSame(const Outcome& indexed, const Outcome& plain, bool entry_missing) {
  EXPECT_EQ(indexed.matches, plain.matches);
  for (const auto& [id, message] : indexed.errors) {
    EXPECT_EQ(plain.errors.count(id), 1u) << id << ": " << message;
  }
  for (const auto& [id, message] : plain.errors) {
    const bool full = indexed.errors.size() >= kMaxRuleErrors;
    EXPECT_TRUE(entry_missing || full || indexed.errors.count(id) == 1) << id << ": " << message;
  }
}

TEST(MatcherDifferentialTest, TheIndexGivesWhatThePlainLoopGives) {
  int matched = 0;
  int failed = 0;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    Dice dice(seed);
    const std::shared_ptr<const RuleSet> rule_set = Freeze(RandomRuleSet(&dice));
    for (int i = 0; i < 40; ++i) {
      const RandomEvent event(&dice);
      SCOPED_TRACE(absl::StrCat("seed ", seed, ", event ", i));
      const Outcome rules = PlainRules(*rule_set, event);
      matched += rules.matches.empty() ? 0 : 1;
      failed += rules.errors.empty() ? 0 : 1;
      const bool no_entry = event.event.ticket().custom_fields().empty();
      ExpectSame(IndexedRules(*rule_set, event), rules, no_entry);
      ExpectSame(IndexedTouchpoint(*rule_set, event), PlainTouchpoint(*rule_set, event), no_entry);
      ASSERT_FALSE(HasFailure());
    }
  }
  // The comparison is worth nothing if nothing ever matches or fails.
  EXPECT_GT(matched, 1000);
  EXPECT_GT(failed, 100);
}

}  // namespace
}  // namespace waypost::rules
