// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/rule_holder.h"

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace waypost::rules {
namespace {

std::string Rules(const std::string& name) {
  return absl::StrCat("apiVersion: waypost/v1\nname: ", name, "\n");
}

class RuleHolderTest : public testing::Test {
 protected:
  void Write(const std::string& content) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.File("rules.yaml");
  VirtualClock clock_{absl::FromUnixSeconds(1'000'000)};
  RuleHolder holder_{path_, clock_};
};

TEST_F(RuleHolderTest, NothingIsInForceBeforeTheFirstReload) {
  Write(Rules("first"));
  EXPECT_EQ(holder_.rule_set(), nullptr);
  EXPECT_EQ(holder_.state().loaded_at, absl::InfinitePast());
}

TEST_F(RuleHolderTest, PutsGoodRulesInForce) {
  Write(Rules("first"));
  const ReloadResult result = holder_.Reload();
  EXPECT_TRUE(result.in_force);
  ASSERT_NE(holder_.rule_set(), nullptr);
  EXPECT_EQ(holder_.rule_set()->name, "first");
  EXPECT_EQ(result.digest, holder_.rule_set()->digest);
  EXPECT_EQ(holder_.state().loaded_at, clock_.Now());
  EXPECT_FALSE(holder_.state().stale);
}

TEST_F(RuleHolderTest, KeepsTheLastGoodRulesAndSaysTheyAreStale) {
  Write(Rules("first"));
  holder_.Reload();
  const auto first = holder_.rule_set();
  clock_.Advance(absl::Minutes(1));
  Write(absl::StrCat(Rules("second"), "ruls: []\n"));
  const ReloadResult result = holder_.Reload();
  EXPECT_FALSE(result.valid);
  EXPECT_FALSE(result.in_force);
  EXPECT_EQ(result.digest, first->digest);
  EXPECT_EQ(holder_.rule_set(), first);
  const RuleState state = holder_.state();
  EXPECT_TRUE(state.stale);
  EXPECT_EQ(state.loaded_at, clock_.Now() - absl::Minutes(1));
  ASSERT_EQ(state.diagnostics.size(), 1u);
  EXPECT_EQ(state.diagnostics[0].code, "RULES_UNKNOWN_KEY");
}

TEST_F(RuleHolderTest, RecoversWhenTheFilesAreMended) {
  Write(Rules("first"));
  holder_.Reload();
  Write("broken");
  holder_.Reload();
  Write(Rules("second"));
  EXPECT_TRUE(holder_.Reload().in_force);
  EXPECT_EQ(holder_.rule_set()->name, "second");
  EXPECT_FALSE(holder_.state().stale);
}

TEST_F(RuleHolderTest, UnchangedFilesKeepTheSetAndItsTime) {
  Write(Rules("first"));
  holder_.Reload();
  const auto first = holder_.rule_set();
  const absl::Time loaded_at = clock_.Now();
  clock_.Advance(absl::Hours(1));
  EXPECT_TRUE(holder_.Reload().in_force);
  EXPECT_EQ(holder_.rule_set(), first);
  EXPECT_EQ(holder_.state().loaded_at, loaded_at);
}

TEST_F(RuleHolderTest, MissingFilesAreAFinding) {
  const ReloadResult result = holder_.Reload();
  EXPECT_FALSE(result.in_force);
  EXPECT_EQ(result.digest, "");
  ASSERT_EQ(result.diagnostics.size(), 1u);
  EXPECT_EQ(result.diagnostics[0].code, "FILE_UNREADABLE");
  EXPECT_FALSE(holder_.state().stale) << "there is nothing in force that could be stale";
}

TEST_F(RuleHolderTest, CheckTellsWhatLoadsFromWhatIsInForce) {
  Write(Rules("first"));
  ReloadResult result = holder_.Check();
  EXPECT_TRUE(result.valid);
  EXPECT_FALSE(result.in_force);
  EXPECT_EQ(result.digest, "");
  EXPECT_EQ(holder_.rule_set(), nullptr);

  const std::string first = holder_.Reload().digest;
  result = holder_.Check();
  EXPECT_TRUE(result.valid);
  EXPECT_TRUE(result.in_force);
  EXPECT_EQ(result.digest, first);

  Write(Rules("second"));
  result = holder_.Check();
  EXPECT_TRUE(result.valid);
  EXPECT_FALSE(result.in_force);
  EXPECT_EQ(result.digest, first);

  Write("broken");
  result = holder_.Check();
  EXPECT_FALSE(result.valid);
  EXPECT_FALSE(result.in_force);
  EXPECT_EQ(result.digest, first);
}

TEST_F(RuleHolderTest, ReadersSeeWholeSetsWhileRulesAreReloaded) {
  Write(Rules("first"));
  holder_.Reload();
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!done.load()) {
        const auto set = holder_.rule_set();
        torn += set->files.at("rules.yaml") == Rules(set->name) ? 0 : 1;
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    Write(Rules(absl::StrCat("set", i)));
    holder_.Reload();
  }
  done.store(true);
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_EQ(torn.load(), 0);
  EXPECT_EQ(holder_.rule_set()->name, "set49");
}

}  // namespace
}  // namespace waypost::rules
