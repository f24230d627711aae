// SPDX-License-Identifier: Apache-2.0
// The language reference lists exactly the variables and fields that rules can read.
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sidecar/rules/vocabulary.h"
#include "tests/support/golden.h"

namespace waypost::rules {
namespace {

std::string InMarkdown(const VariableDescription& variable) {
  std::string text = absl::StrCat("\n### `", variable.name, "`\n\n", variable.description, "\n");
  if (variable.fields.empty()) {
    return absl::StrCat(text, "Type: ", variable.type, ".\n");
  }
  absl::StrAppend(&text, "\n| field | type | who | what |\n|---|---|---|---|\n");
  for (const FieldDescription& field : variable.fields) {
    absl::StrAppend(&text, "| `", field.name, "` | ", field.type, " | ",
                    field.internal ? "provider" : "everyone", " | ", field.description, " |\n");
  }
  return text;
}

TEST(VocabularyReferenceTest, VariablesSectionListsTheVocabulary) {
  std::string section;
  for (const VariableDescription& variable : DescribeVocabulary()) {
    section += InMarkdown(variable);
  }
  section += "\n";
  testing::ExpectGoldenSection("rules/README.md", "variables", section);
}

}  // namespace
}  // namespace waypost::rules
