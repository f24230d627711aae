// SPDX-License-Identifier: Apache-2.0
// What editors and people read is what the key table says.
#include "sidecar/rules/schema.h"

#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"
#include "sidecar/rules/loader.h"
#include "tests/support/golden.h"

namespace waypost::rules {
namespace {

TEST(SchemaTest, CommittedSchemaIsUpToDate) {
  testing::ExpectGolden("rules/schema/rules.schema.json", RulesJsonSchema());
}

TEST(SchemaTest, LanguageReferenceListsEveryKey) {
  testing::ExpectGoldenSection("rules/README.md", "keys", RulesKeyReference());
}

TEST(SchemaTest, ExampleOfTheLanguageReferenceLoadsWithoutFindings) {
  std::ifstream stream(WAYPOST_SOURCE_DIR "/rules/README.md");
  const std::string readme{std::istreambuf_iterator<char>(stream), {}};
  const std::string begin = "<!-- example:begin -->\n```yaml\n";
  const size_t start = readme.find(begin) + begin.size();
  const size_t end = readme.find("```\n<!-- example:end -->", start);
  ASSERT_NE(end, std::string::npos);
  const LoadResult result =
      LoadRulesFromFiles({{"example.yaml", readme.substr(start, end - start)}});
  for (const Diagnostic& diagnostic : result.diagnostics) {
    ADD_FAILURE() << diagnostic.ToString();
  }
  EXPECT_NE(result.rule_set, nullptr);
}

}  // namespace
}  // namespace waypost::rules
