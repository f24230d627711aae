// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/loader.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/rules/rules_text.h"

namespace waypost::rules {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string ReadAll(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void Write(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

LoadResult LoadSketch() {
  return LoadRulesFromFiles({{"sketch.yaml", ReadAll(fs::path(WAYPOST_SOURCE_DIR) /
                                                     "tests/unit/rules/testdata/sketch.yaml")}});
}

TEST(LoaderTest, SketchLoadsWhole) {
  const LoadResult result = LoadSketch();
  ASSERT_NE(result.rule_set, nullptr) << result.diagnostics[0].ToString();
  const RuleSet& set = *result.rule_set;
  EXPECT_EQ(set.name, "service-desk");
  EXPECT_EQ(set.digest.size(), 16u);
  EXPECT_THAT(set.languages, ElementsAre("en", "de"));
  ASSERT_EQ(set.owners.size(), 3u);
  EXPECT_EQ(set.owners[0].name, "Incident manager");
  EXPECT_THAT(set.owners[0].notify, ElementsAre("ticket-note", "webhook:${SLACK_URL}"));
  EXPECT_EQ(set.ProviderOfGroup("L1 Berlin")->id, "desk");
  EXPECT_EQ(set.ProviderOfGroup("Network EMEA")->accept_within, absl::Minutes(30));
  EXPECT_EQ(set.ProviderOfGroup("Vendor"), nullptr);
  EXPECT_EQ(set.personas[0].influence, 3);
  ASSERT_EQ(set.stages.size(), 7u);
  EXPECT_EQ(set.FindStage("reflect"), 6);
  EXPECT_EQ(set.FindStage("nowhere"), -1);
}

TEST(LoaderTest, SketchsTouchpointsAreComplete) {
  const LoadResult result = LoadSketch();
  ASSERT_NE(result.rule_set, nullptr);
  const JourneyDefinition* journey = result.rule_set->FindJourney("get-help");
  ASSERT_NE(journey, nullptr);
  EXPECT_EQ(journey->role, v1::CONSUMER_ROLE_USER);
  EXPECT_TRUE(journey->condition.has_value());
  EXPECT_EQ(journey->outcome, "The person can work again");
  EXPECT_EQ(journey->ideal.size(), 6u);
  const Touchpoint* search = result.rule_set->FindTouchpoint("get-help", "search-self-service");
  ASSERT_NE(search, nullptr);
  EXPECT_EQ(search->stage, 0);
  EXPECT_EQ(search->kind, v1::TOUCHPOINT_KIND_TOUCHPOINT);
  EXPECT_EQ(search->channel, "portal");
  EXPECT_EQ(result.rule_set->owners[static_cast<size_t>(search->owner)].id, "knowledge-manager");
  EXPECT_TRUE(search->on.Accepts(v1::EVENT_TYPE_SIGNAL));
  EXPECT_FALSE(search->on.Accepts(v1::EVENT_TYPE_CREATED));
  EXPECT_EQ(search->visibility, v1::VISIBILITY_CONSUMER);
  EXPECT_EQ(search->emotion, -1);
  EXPECT_THAT(search->pains, ElementsAre("our words", "not theirs"));
  EXPECT_EQ(search->location.ToString(), "sketch.yaml:19:9");
  EXPECT_EQ(journey->touchpoints[1].kind, v1::TOUCHPOINT_KIND_SERVICE_INTERACTION);
  EXPECT_FALSE(journey->touchpoints[1].condition.has_value());
  EXPECT_FALSE(journey->touchpoints[1].emotion.has_value());
}

TEST(LoaderTest, SketchsRulesAreComplete) {
  const LoadResult result = LoadSketch();
  ASSERT_NE(result.rule_set, nullptr);
  const auto& rules = result.rule_set->rules;
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(rules[0].alert->severity, v1::SEVERITY_WARNING);
  EXPECT_EQ(rules[0].alert->owner, 0);
  EXPECT_EQ(rules[0].alert->text->Choose("de").language, "");
  EXPECT_FALSE(rules[0].timer_driven);
  EXPECT_TRUE(rules[1].timer_driven);
  ASSERT_EQ(rules[1].update->parts.size(), 4u);
  EXPECT_EQ(rules[1].update->parts[0].Choose("de-AT").language, "de");
  EXPECT_EQ(rules[1].update->parts[0].Choose("fr").language, "en");
  EXPECT_EQ(rules[1].update->parts[2].entries[0].text.source(), "{{update.next_update_by}}");
  EXPECT_EQ(rules[1].update->next_update_by.at("P1").length, absl::Hours(1));
  EXPECT_EQ(rules[1].update->next_update_by.at("default").business_days, 1);
  EXPECT_EQ(rules[2].survey->kind, v1::SURVEY_KIND_CSAT);
  EXPECT_EQ(rules[2].survey->delay.at("chat").length, absl::Minutes(15));
  EXPECT_EQ(rules[2].survey->delay.at("default").length, absl::Hours(8));
  EXPECT_TRUE(rules[2].survey->delay.at("default").business);
  EXPECT_EQ(rules[2].survey->cooldown, absl::Hours(14 * 24));
  EXPECT_EQ(rules[2].survey->sample.at("default"), 1.0);
  EXPECT_EQ(rules[2].survey->expires, absl::Hours(7 * 24));
  EXPECT_FALSE(rules[2].survey->reminder.has_value());
}

TEST(LoaderTest, SaysWhatIsCheckedButNotActedOn) {
  const LoadResult result = LoadSketch();
  std::vector<std::string> notes;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    if (diagnostic.code == "RULES_NOT_ACTIVE_YET") {
      notes.push_back(diagnostic.message.substr(0, diagnostic.message.find(" is ")));
    }
  }
  EXPECT_THAT(notes, ElementsAre("\"${...}\" in \"notify\"", "\"accept_within\" of a provider",
                                 "\"personas\" of a rules file", "\"xlas\" of a rules file"));
}

TEST(LoaderTest, TheShippedPackLoadsWithoutWarnings) {
  const auto result = LoadRules((fs::path(WAYPOST_SOURCE_DIR) / "rules/service-desk").string());
  ASSERT_TRUE(result.ok()) << result.status();
  for (const Diagnostic& diagnostic : result->diagnostics) {
    EXPECT_EQ(diagnostic.level, DiagnosticLevel::kNote) << diagnostic.ToString();
  }
  EXPECT_NE(result->rule_set, nullptr);
}

// A ticket is resolved and then closed: what took both would be passed twice on an ideal path.
TEST(LoaderTest, TheShippedPackTellsResolvedFromClosed) {
  const auto result = LoadRules((fs::path(WAYPOST_SOURCE_DIR) / "rules/service-desk").string());
  ASSERT_TRUE(result.ok()) << result.status();
  for (const JourneyDefinition& journey : result->rule_set->journeys) {
    for (const Touchpoint& touchpoint : journey.touchpoints) {
      EXPECT_FALSE(touchpoint.on.Accepts(v1::EVENT_TYPE_RESOLVED) &&
                   touchpoint.on.Accepts(v1::EVENT_TYPE_CLOSED))
          << journey.id << ": " << touchpoint.id;
    }
  }
}

TEST(LoaderTest, DefaultsAreInPlace) {
  const LoadResult result = LoadRulesFromFiles({{"a.yaml", Minimal("")}});
  ASSERT_NE(result.rule_set, nullptr);
  EXPECT_THAT(result.diagnostics, IsEmpty());
  EXPECT_EQ(result.rule_set->stages.size(), 7u);
  EXPECT_EQ(result.rule_set->FindStage("reflect"), result.rule_set->FindStage("realize"));
  EXPECT_THAT(result.rule_set->languages, ElementsAre("en"));
  EXPECT_EQ(result.rule_set->stitching.signal_window, absl::Hours(4));
  EXPECT_EQ(result.rule_set->stitching.matter_window, absl::Hours(7 * 24));
}

TEST(LoaderTest, SurveysHaveTheirDefaultsByKind) {
  const LoadResult result = LoadRulesFromFiles(
      {{"a.yaml", Minimal("surveys: {exclude: ticket.channel == \"api\", sample_key: k}\n"
                          "rules:\n"
                          "  - {id: a, on: closed, survey: {kind: csat}}\n"
                          "  - {id: b, on: resolved, survey: {kind: nps, sample: {desk: 0.5}}}\n"
                          "  - {id: c, on: resolved, survey: {kind: ces, role: user}}\n")}});
  ASSERT_NE(result.rule_set, nullptr);
  const auto& rules = result.rule_set->rules;
  EXPECT_TRUE(rules[0].survey->delay.empty());
  EXPECT_EQ(rules[0].survey->cooldown, absl::Hours(14 * 24));
  EXPECT_EQ(rules[1].survey->cooldown, absl::Hours(90 * 24));
  EXPECT_EQ(rules[1].survey->sample.at("desk"), 0.5);
  EXPECT_TRUE(result.rule_set->surveys.exclude.has_value());
  EXPECT_FALSE(result.rule_set->surveys.opted_out.has_value());
  EXPECT_EQ(result.rule_set->surveys.sample_key, "k");
}

TEST(LoaderTest, WhoeverIsNotTheRequesterIsNamedByAnExpression) {
  const auto load = [](const std::string& survey) {
    return LoadRulesFromFiles(
        {{"a.yaml",
          Minimal(absl::StrCat("rules:\n  - {id: a, on: closed, survey: {", survey, "}}\n"))}});
  };
  const LoadResult asked = load("role: sponsor, recipient: ticket.assignee.id");
  ASSERT_NE(asked.rule_set, nullptr);
  EXPECT_EQ(asked.rule_set->rules[0].survey->role, v1::CONSUMER_ROLE_SPONSOR);
  EXPECT_TRUE(asked.rule_set->rules[0].survey->recipient.has_value());
  const struct {
    const char* survey;
    const char* message;
  } kRefused[] = {
      {"role: customer", "who is the customer? Write \"recipient\""},
      {"recipient: ticket.assignee.id", "leave \"recipient\" out"},
      {"role: customer, recipient: ticket.asignee.id", "asignee"},
      {"role: customer, recipient: ticket.is_open", ""},
      {"role: customer, recipient: journey.reopens", "string"},
  };
  for (const auto& row : kRefused) {
    const LoadResult refused = load(row.survey);
    EXPECT_EQ(refused.rule_set, nullptr) << row.survey;
    ASSERT_FALSE(refused.diagnostics.empty()) << row.survey;
    EXPECT_THAT(refused.diagnostics[0].message, ::testing::HasSubstr(row.message)) << row.survey;
  }
}

TEST(LoaderTest, FilesMergeInTheOrderOfTheirNames) {
  const std::string rule = "rules:\n  - {id: $, on: closed, survey: {kind: csat}}\n";
  const auto with = [&](const std::string& id, const std::string& head) {
    std::string text = head + rule;
    return text.replace(text.find('$'), 1, id);
  };
  const LoadResult result = LoadRulesFromFiles(
      {{"20.yaml",
        with("second", absl::StrCat(kHead, "mode: shadow\nstitching: {signal_window: 1h}\n"))},
       {"10.yaml", with("first", Minimal(""))}});
  ASSERT_NE(result.rule_set, nullptr) << result.diagnostics[0].ToString();
  ASSERT_EQ(result.rule_set->rules.size(), 2u);
  EXPECT_EQ(result.rule_set->rules[0].id, "first");
  EXPECT_FALSE(result.rule_set->rules[0].shadow);
  EXPECT_EQ(result.rule_set->rules[1].id, "second");
  EXPECT_TRUE(result.rule_set->rules[1].shadow);
  EXPECT_EQ(result.rule_set->stitching.signal_window, absl::Hours(1));
}

TEST(LoaderTest, ClashesBetweenFilesNameBothPlaces) {
  const LoadResult result = LoadRulesFromFiles(
      {{"a.yaml", Minimal("owners: {desk: {name: A}}\n")},
       {"b.yaml", absl::StrCat(kHead, "name: other\nowners: {desk: {name: B}}\n")}},
      "rules/");
  EXPECT_EQ(result.rule_set, nullptr);
  std::vector<std::string> errors;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    if (diagnostic.level == DiagnosticLevel::kError) {
      errors.push_back(absl::StrCat(diagnostic.location.ToString(), " ", diagnostic.message));
    }
  }
  EXPECT_THAT(errors, ElementsAre("rules/b.yaml:2:7 \"name\" is already set at rules/a.yaml:2:7",
                                  "rules/b.yaml:3:10 the owner \"desk\" is already defined at "
                                  "rules/a.yaml:3:10"));
}

TEST(LoaderTest, ModeOfARuleOutweighsThatOfItsFile) {
  const LoadResult result = LoadRulesFromFiles(
      {{"a.yaml", Minimal("mode: shadow\nrules:\n"
                          "  - {id: a, on: closed, survey: {kind: csat}}\n"
                          "  - {id: b, on: resolved, mode: active, survey: {kind: csat}}\n")}});
  ASSERT_NE(result.rule_set, nullptr);
  EXPECT_TRUE(result.rule_set->rules[0].shadow);
  EXPECT_FALSE(result.rule_set->rules[1].shadow);
}

TEST(LoaderTest, DefaultLanguageComesFirst) {
  const LoadResult result = LoadRulesFromFiles(
      {{"a.yaml", Minimal("languages: [en, de]\nrules:\n"
                          "  - {id: a, on: closed, update: {changed: &t {de: D, en: E}, "
                          "action: *t, next: *t, where: *t}}\n")}});
  ASSERT_NE(result.rule_set, nullptr);
  EXPECT_EQ(result.rule_set->rules[0].update->parts[3].Choose("fr").language, "en");
}

TEST(LoaderTest, CapsAndPromisesAreReadOrHaveTheirDefaults) {
  const LoadResult defaults = LoadRulesFromFiles({{"a.yaml", Minimal("")}});
  ASSERT_NE(defaults.rule_set, nullptr);
  EXPECT_EQ(defaults.rule_set->caps.updates_per_ticket_per_day, 3);
  EXPECT_EQ(defaults.rule_set->caps.update_interval, absl::Hours(4));
  EXPECT_EQ(defaults.rule_set->caps.updates_per_person_per_day, 5);
  EXPECT_EQ(defaults.rule_set->caps.messages_per_person_per_week, 15);
  EXPECT_EQ(defaults.rule_set->caps.merge_window, absl::Minutes(10));
  EXPECT_EQ(defaults.rule_set->caps.tool_message_window, absl::Minutes(15));
  EXPECT_FALSE(defaults.rule_set->caps.quiet_hours.has_value());
  EXPECT_EQ(defaults.rule_set->promises.warn_share, 0.2);
  EXPECT_EQ(defaults.rule_set->promises.warn_at_least, absl::Minutes(10));
  const LoadResult set = LoadRulesFromFiles(
      {{"a.yaml",
        Minimal("caps: {updates_per_ticket_per_day: 1, update_interval: 1h,\n"
                "  updates_per_person_per_day: 2, messages_per_person_per_week: 4,\n"
                "  merge_window: 5m, tool_message_window: 20m, quiet_hours: \"21:30-06:00\"}\n"
                "promises: {warn_share: 0.5, warn_at_least: 15m}\n")}});
  ASSERT_NE(set.rule_set, nullptr);
  EXPECT_EQ(set.rule_set->caps.updates_per_ticket_per_day, 1);
  EXPECT_EQ(set.rule_set->caps.update_interval, absl::Hours(1));
  EXPECT_EQ(set.rule_set->caps.updates_per_person_per_day, 2);
  EXPECT_EQ(set.rule_set->caps.messages_per_person_per_week, 4);
  EXPECT_EQ(set.rule_set->caps.merge_window, absl::Minutes(5));
  EXPECT_EQ(set.rule_set->caps.tool_message_window, absl::Minutes(20));
  ASSERT_TRUE(set.rule_set->caps.quiet_hours.has_value());
  EXPECT_EQ(set.rule_set->caps.quiet_hours->from(), 21 * 60 + 30);
  EXPECT_EQ(set.rule_set->promises.warn_share, 0.5);
  EXPECT_EQ(set.rule_set->promises.warn_at_least, absl::Minutes(15));
}

TEST(LoaderTest, DigestCoversNamesAndContents) {
  const auto digest = [](const RuleFiles& files) {
    return LoadRulesFromFiles(files).rule_set->digest;
  };
  const std::string original = digest({{"a.yaml", Minimal("")}});
  EXPECT_EQ(digest({{"a.yaml", Minimal("")}}), original);
  EXPECT_NE(digest({{"b.yaml", Minimal("")}}), original);
  EXPECT_NE(digest({{"a.yaml", Minimal("# x\n")}}), original);
  EXPECT_EQ(LoadRulesFromFiles({{"a.yaml", Minimal("")}}, "elsewhere/").rule_set->digest, original);
}

// Whatever is cut out of a file or put in, the loader answers: a rule set, or an error.
TEST(LoaderTest, SurvivesDamagedFiles) {
  const std::string whole =
      ReadAll(fs::path(WAYPOST_SOURCE_DIR) / "tests/unit/rules/testdata/sketch.yaml");
  for (size_t at = 0; at < whole.size(); at += 23) {
    for (const char* const inserted : {"[", "{", "\"", ": ", "\n- "}) {
      std::string damaged = whole;
      damaged.replace(at, 3, inserted);
      const LoadResult result = LoadRulesFromFiles({{"a.yaml", damaged}});
      const bool refused = !Codes(result, DiagnosticLevel::kError).empty();
      EXPECT_EQ(result.rule_set == nullptr, refused) << at << inserted;
    }
  }
}

TEST(LoadRulesTest, ReadsAFolder) {
  const TemporaryFolder folder;
  const fs::path path = folder.path();
  Write(path / "b.yml", absl::StrCat(kHead, "languages: [en, de]\n"));
  Write(path / "a.yaml", Minimal(""));
  Write(path / "a_test.yaml", "not: rules\n");
  Write(path / "tickets.mapping.yaml", "not: rules\n");
  Write(path / ".hidden.yaml", "not: rules\n");
  Write(path / "notes.txt", "not rules\n");
  const auto result = LoadRules(path.string());
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_NE(result->rule_set, nullptr) << result->diagnostics[0].ToString();
  EXPECT_EQ(result->rule_set->files.size(), 2u);
  EXPECT_EQ(result->rule_set->files.count("a.yaml"), 1u);
}

TEST(LoadRulesTest, SaysWhichEntriesOfAFolderCannotBeRead) {
  const TemporaryFolder folder;
  const fs::path path = folder.path();
  Write(path / "rules.yaml", Minimal(""));
  Write(path / "elsewhere", Minimal(""));
  fs::create_symlink("nowhere", path / "dangling.yaml");
  fs::create_symlink("round.yaml", path / "round.yaml");
  fs::create_directory(path / "folder.yml");
  ASSERT_EQ(mkfifo((path / "pipe.yaml").c_str(), 0600), 0);
  const auto result = LoadRules(folder.path());
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->rule_set, nullptr);
  std::vector<std::string> findings;
  for (const Diagnostic& diagnostic : result->diagnostics) {
    findings.push_back(diagnostic.ToString().substr(folder.path().size() + 1));
  }
  EXPECT_THAT(
      findings,
      ElementsAre("dangling.yaml: error: the symbolic link leads to nowhere, which does not exist "
                  "[FILE_UNREADABLE]",
                  "folder.yml: error: this is a folder; rules are read from the files directly in "
                  "the rules folder [FILE_UNREADABLE]",
                  "pipe.yaml: error: this is no regular file [FILE_UNREADABLE]",
                  "round.yaml: error: cannot read the file: Too many levels of symbolic links "
                  "[FILE_UNREADABLE]"));
}

TEST(LoadRulesTest, AFolderWithNothingReadableSaysWhy) {
  const TemporaryFolder folder;
  fs::create_symlink("nowhere", fs::path(folder.path()) / "rules.yaml");
  const auto result = LoadRules(folder.path());
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->rule_set, nullptr);
  EXPECT_THAT(Codes(*result, DiagnosticLevel::kError), ElementsAre("FILE_UNREADABLE at 0"));
}

// What one file lacks, the owner here, is no error of the others as long as that file is broken.
TEST(LoadRulesTest, ReportsExpressionsBesideAFileThatIsNotYaml) {
  const LoadResult result = LoadRulesFromFiles(
      {{"a.yaml", Minimal("languages: [en, de]\nowners: {desk: {}\n")},
       {"b.yaml",
        absl::StrCat(kHead,
                     "rules:\n"
                     "  - id: one\n"
                     "    on: created\n"
                     "    if: ticket.prioritty == 'P1'\n"
                     "    alert: {owner: desk, text: 'late {{ticket.nobody}}'}\n"
                     "    update: {changed: hello, action: none, next: none, where: here}\n")}});
  EXPECT_EQ(result.rule_set, nullptr);
  EXPECT_THAT(Codes(result, DiagnosticLevel::kError),
              ElementsAre("YAML_SYNTAX at 4", "RULES_EXPRESSION at 5", "RULES_EXPRESSION at 6"));
}

TEST(LoadRulesTest, NamesFilesAsThePathDoes) {
  const TemporaryFolder folder;
  const std::string file = (fs::path(folder.path()) / "a.yaml").string();
  Write(file, "x: 1\n");
  const auto result = LoadRules(file);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->diagnostics[0].location.file, file);
}

TEST(LoadRulesTest, SaysWhatCannotBeRead) {
  const TemporaryFolder folder;
  const std::string path = fs::path(folder.path()).string();
  EXPECT_EQ(LoadRules(path + "/missing").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(LoadRules(path).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(LoadRules("/dev/null").status().code(), absl::StatusCode::kInvalidArgument);
}

// Generated rules over several files, as a bench would do it.
RuleFiles ManyRules(int count) {
  RuleFiles files;
  files["000.yaml"] = Minimal("owners: {desk: {}}\n");
  for (int i = 0; i < count; ++i) {
    std::string& file = files[absl::StrCat("rules", i / 1000, ".yaml")];
    if (file.empty()) {
      file = absl::StrCat(kHead, "rules:\n");
    }
    absl::StrAppend(&file, "  - id: rule-", i, "\n    on: assigned\n    if: ticket.service == \"s",
                    i, "\" && journey.reassignments >= 3\n",
                    "    alert: {owner: desk, text: \"{{ticket.ref}} is back\"}\n");
  }
  return files;
}

TEST(LoaderLimitsTest, TenThousandRulesLoad) {
  const LoadResult result = LoadRulesFromFiles(ManyRules(10'000));
  ASSERT_NE(result.rule_set, nullptr) << result.diagnostics[0].ToString();
  EXPECT_EQ(result.rule_set->rules.size(), 10'000u);
}

TEST(LoaderLimitsTest, MoreThanTwentyThousandRulesAreRefused) {
  const LoadResult result = LoadRulesFromFiles(ManyRules(20'001));
  EXPECT_EQ(result.rule_set, nullptr);
  EXPECT_THAT(result.diagnostics[0].ToString(),
              HasSubstr("the rule set has 20001 rules; at most 20000 are allowed"));
}

}  // namespace
}  // namespace waypost::rules
