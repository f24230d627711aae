// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/diagnostic_codes.h"

#include <set>
#include <string_view>

#include "gtest/gtest.h"

namespace waypost {
namespace {

TEST(DiagnosticCodesTest, CodesAreUniqueAndExplained) {
  std::set<std::string_view> seen;
  for (const DiagnosticCodeInfo& info : DiagnosticCodes()) {
    EXPECT_TRUE(seen.insert(info.code).second) << info.code;
    EXPECT_EQ(info.code.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_8"), std::string_view::npos)
        << info.code;
    EXPECT_EQ(info.summary.back(), '.') << info.code;
    EXPECT_EQ(info.explanation.back(), '.') << info.code;
  }
}

TEST(DiagnosticCodesTest, FindsByPrintedCodeInAnyCase) {
  ASSERT_NE(FindDiagnosticCode("rules_unknown_key"), nullptr);
  EXPECT_EQ(FindDiagnosticCode("rules_unknown_key")->code,
            CodeName(DiagnosticCode::kRulesUnknownKey));
  EXPECT_EQ(FindDiagnosticCode("RULES_NO_SUCH_CODE"), nullptr);
}

}  // namespace
}  // namespace waypost
