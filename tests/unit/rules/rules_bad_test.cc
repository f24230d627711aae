// SPDX-License-Identifier: Apache-2.0
// One broken file per mistake, with everything that the check says about it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "sidecar/rules/loader.h"
#include "tests/support/golden.h"

namespace waypost::rules {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "tests/golden/rules_bad";

std::vector<std::string> BadFiles() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(WAYPOST_SOURCE_DIR) / kFolder)) {
    if (entry.path().extension() == ".yaml") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string ReadAll(const std::string& path) {
  std::ifstream stream(fs::path(WAYPOST_SOURCE_DIR) / path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

class RulesBadTest : public ::testing::TestWithParam<std::string> {};

TEST_P(RulesBadTest, IsRefusedWithThisMessage) {
  const std::string base = absl::StrCat(kFolder, "/", GetParam());
  RuleFiles files = {{GetParam() + ".yaml", ReadAll(base + ".yaml")}};
  if (fs::exists(fs::path(WAYPOST_SOURCE_DIR) / (base + ".ics"))) {
    files[GetParam() + ".ics"] = ReadAll(base + ".ics");
  }
  const LoadResult result = LoadRulesFromFiles(files);
  EXPECT_EQ(result.rule_set, nullptr);
  std::string output;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    absl::StrAppend(&output, diagnostic.ToString(), "\n");
    if (!diagnostic.path.empty()) {
      absl::StrAppend(&output, "  at ", diagnostic.path, "\n");
    }
  }
  testing::ExpectGolden(base + ".expected", output);
}

INSTANTIATE_TEST_SUITE_P(Files, RulesBadTest, ::testing::ValuesIn(BadFiles()),
                         [](const auto& info) { return info.param; });

TEST(RulesBadFilesTest, ThereAreAtLeastThirty) { EXPECT_GE(BadFiles().size(), 30u); }

}  // namespace
}  // namespace waypost::rules
