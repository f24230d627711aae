// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/lint.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/rules/rules_text.h"

namespace waypost::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct LintCase {
  std::string name;
  std::string rules;
  std::vector<std::string> warnings;
};

class LintTest : public testing::TestWithParam<LintCase> {};

TEST_P(LintTest, WarnsAtThePlace) {
  const LoadResult result = LoadRulesFromFiles({{"a.yaml", Minimal(GetParam().rules)}});
  ASSERT_NE(result.rule_set, nullptr) << result.diagnostics[0].ToString();
  EXPECT_EQ(Codes(result, DiagnosticLevel::kWarning), GetParam().warnings);
}

std::string Touchpoints(const std::string& first, const std::string& second) {
  return absl::StrCat(
      "owners: {desk: {}}\njourneys:\n  - id: j\n    touchpoints:\n"
      "      - {id: one, stage: engage, owner: desk, ",
      first, "}\n      - {id: two, stage: engage, owner: desk, ", second, "}\n");
}

std::string TwoRules(const std::string& first, const std::string& second) {
  return absl::StrCat("rules:\n  - {id: one, ", first, "}\n  - {id: two, ", second, "}\n");
}

INSTANTIATE_TEST_SUITE_P(
    Rows, LintTest,
    testing::Values(
        LintCase{"TouchpointWithoutOwner",
                 "journeys:\n  - id: j\n    touchpoints:\n      - {id: one, stage: engage}\n",
                 {"RULES_NO_OWNER at 6"}},
        LintCase{"SameEventAndCondition",
                 Touchpoints("on: created, if: journey.tickets > 1",
                             "on: created, if: ' journey.tickets > 1 '"),
                 {"RULES_SHADOWED at 8"}},
        LintCase{"BehindAnUnconditionalOne",
                 Touchpoints("on: [created, closed]", "on: closed, if: journey.tickets > 1"),
                 {"RULES_SHADOWED at 8"}},
        LintCase{"BehindOneForAnyEvent",
                 Touchpoints("visibility: both", "on: closed"),
                 {"RULES_SHADOWED at 8"}},
        LintCase{"OnlyPartlyTaken", Touchpoints("on: created", "on: [created, closed]"), {}},
        LintCase{"OtherCondition",
                 Touchpoints("on: created, if: journey.tickets > 1",
                             "on: created, if: journey.tickets > 2"),
                 {}},
        LintCase{"JourneyBehindAnUnconditionalOne",
                 "owners: {desk: {}}\njourneys:\n"
                 "  - {id: a, touchpoints: [{id: t, stage: engage, owner: desk}]}\n"
                 "  - {id: b, touchpoints: [{id: t, stage: engage, owner: desk}], if: "
                 "journey.tickets > 1}\n"
                 "  - {id: c, role: sponsor, touchpoints: [{id: t, stage: engage, owner: desk}]}\n",
                 {"RULES_SHADOWED at 6"}},
        LintCase{"SameTextTwice",
                 TwoRules("on: closed, annotate: {a: b}", "on: closed, annotate: {a: b}"),
                 {"RULES_DUPLICATE_RULE at 5"}},
        LintCase{"OtherText",
                 TwoRules("on: closed, annotate: {a: b}", "on: closed, annotate: {a: c}"),
                 {}},
        LintCase{"OtherAlert",
                 absl::StrCat("owners: {desk: {}}\n",
                              TwoRules("on: closed, alert: {owner: desk, text: one}",
                                       "on: closed, alert: {owner: desk, text: two}")),
                 {}},
        LintCase{"SameRuleTwice",
                 TwoRules("on: closed, survey: {kind: csat}", "on: closed, survey: {kind: nps}"),
                 {"RULES_DUPLICATE_RULE at 5"}},
        LintCase{"SameConditionOtherAction",
                 TwoRules("on: closed, survey: {kind: csat}", "on: closed, annotate: {a: b}"),
                 {}},
        LintCase{"RuleWithoutAction",
                 TwoRules("on: closed", "on: closed, annotate: {a: b}"),
                 {"RULES_NO_ACTION at 4"}},
        LintCase{"ConstantCondition",
                 TwoRules("on: closed, if: 1 < 2, annotate: {a: b}",
                          "on: closed, if: true, annotate: {c: d}"),
                 {"RULES_CONSTANT_CONDITION at 4", "RULES_CONSTANT_CONDITION at 5"}},
        LintCase{"NowIsNotConstant",
                 TwoRules("on: closed, if: now.getFullYear() > 2030, annotate: {a: b}",
                          "on: resolved, annotate: {c: d}"),
                 {}},
        LintCase{"UnusedOwner", "owners: {desk: {}}\n", {"RULES_UNUSED at 3"}},
        LintCase{"ProviderBehindAnother",
                 "providers:\n  a: {groups: [X]}\n  b: {groups: [Y, X]}\n",
                 {"RULES_UNUSED at 5"}},
        LintCase{"PersonaWithoutEffect",
                 "personas: {vip: {if: '\"vip\" in requester.tags'}}\n",
                 {"RULES_UNUSED at 3"}},
        LintCase{"SecondCalendarUnused",
                 "calendars:\n  a: {timezone: UTC, hours: {mon: \"08:00-09:00\"}}\n"
                 "  b: {timezone: UTC, hours: {mon: \"08:00-09:00\"}}\n",
                 {"RULES_UNUSED at 5"}},
        LintCase{"IdealStepIsNoTouchpoint",
                 "owners: {desk: {}}\njourneys:\n  - {id: j, ideal: ['t*', x], touchpoints: [{id: "
                 "tp, stage: engage, owner: desk}]}\n",
                 {"RULES_IDEAL_PATTERN at 5"}},
        LintCase{"AlertInTooFewLanguages",
                 "languages: [en, de]\nowners: {desk: {}}\nrules:\n"
                 "  - {id: a, on: closed, alert: {owner: desk, text: {en: x, fr: y}}}\n",
                 {"RULES_MISSING_LANGUAGE at 6", "RULES_UNDECLARED_LANGUAGE at 6"}}),
    [](const auto& info) { return info.param.name; });

// A condition that looks at every combination of `depth` elements of `list`.
std::string EveryCombination(const std::string& list, int depth) {
  std::string condition = "true";
  for (int i = 0; i < depth; ++i) {
    condition = absl::StrCat(list, ".all(x", i, ", ", condition, ")");
  }
  return condition;
}

struct FailingCase {
  std::string name;
  std::string condition;
  std::string message;
};

class FailingConditionTest : public testing::TestWithParam<FailingCase> {};

TEST_P(FailingConditionTest, IsAnErrorAndNotCalledFalse) {
  const LoadResult result = LoadRulesFromFiles(
      {{"a.yaml", Minimal(absl::StrCat("rules:\n  - {id: a, on: closed, annotate: {a: b}, if: '",
                                       GetParam().condition, "'}\n"))}});
  EXPECT_EQ(result.rule_set, nullptr);
  ASSERT_THAT(Codes(result, DiagnosticLevel::kError), ElementsAre("RULES_EXPRESSION at 4"));
  EXPECT_THAT(result.diagnostics[0].message,
              HasSubstr("the condition always fails: " + GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, FailingConditionTest,
    testing::Values(FailingCase{"DivisionByZero", "1 / (2 - 2) == 1", "division by zero"},
                    FailingCase{"TooCostly", EveryCombination("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", 6),
                                "the expression costs too much"}),
    [](const auto& info) { return info.param.name; });

TEST(LintNoteTest, TellsOfStagesWithoutTouchpoints) {
  const LoadResult result = LoadRulesFromFiles(
      {{"a.yaml", Minimal("stages: [engage, realize]\nowners: {desk: {}}\njourneys:\n"
                          "  - {id: j, touchpoints: [{id: t, stage: engage, owner: desk}]}\n")}});
  EXPECT_THAT(Codes(result, DiagnosticLevel::kNote), ElementsAre("RULES_EMPTY_STAGE at 3"));
}

}  // namespace
}  // namespace waypost::rules
