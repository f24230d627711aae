// SPDX-License-Identifier: Apache-2.0
#include "sidecar/mapping/lookup_tables.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/yaml/document.h"

namespace waypost::mapping {
namespace {

using ::testing::HasSubstr;

std::string ValueAt(const LookupTables& tables, int table, const std::string& key) {
  const cel::Value held = tables.Get(table);
  cel::Value value;
  return held.AsMap().Find(cel::Value::StringView(key), &value) ? std::string(value.AsString())
                                                                : "(nothing)";
}

class LookupTablesTest : public testing::Test {
 protected:
  std::unique_ptr<const yaml::Document> Parse(const std::string& text) {
    return yaml::Document::Parse("t.yaml", text, {}, &sink_);
  }

  DiagnosticSink sink_;
};

TEST_F(LookupTablesTest, OverridesReplaceEntriesAndAddSome) {
  const auto profile = Parse("statuses: {new: new, stalled: waiting_on_customer, '*': open}");
  const auto user = Parse("statuses: {stalled: waiting_on_provider, parked: waiting_on_customer}");
  LookupTables tables;
  SpecReader profile_reader(*profile, &sink_);
  SpecReader user_reader(*user, &sink_);
  tables.Read(profile->root(), &profile_reader);
  tables.Override(user->root(), &user_reader);
  tables.Freeze();

  EXPECT_FALSE(sink_.has_errors());
  EXPECT_EQ(ValueAt(tables, 0, "new"), "new");
  EXPECT_EQ(ValueAt(tables, 0, "stalled"), "waiting_on_provider");
  EXPECT_EQ(ValueAt(tables, 0, "parked"), "waiting_on_customer");
  EXPECT_EQ(ValueAt(tables, 0, "anything"), "open");
}

TEST_F(LookupTablesTest, WithoutAStarAnUnlistedKeyHasNothing) {
  const auto document = Parse("priorities: {high: P1}");
  LookupTables tables;
  SpecReader reader(*document, &sink_);
  tables.Read(document->root(), &reader);
  tables.Freeze();
  EXPECT_EQ(ValueAt(tables, 0, "low"), "(nothing)");
}

TEST_F(LookupTablesTest, ATableThatTheProfileLacksIsReportedWithTheNearest) {
  const auto profile = Parse("statuses: {new: new}");
  const auto user = Parse("status: {new: open}");
  LookupTables tables;
  SpecReader profile_reader(*profile, &sink_);
  SpecReader user_reader(*user, &sink_);
  tables.Read(profile->root(), &profile_reader);
  tables.Override(user->root(), &user_reader);
  const std::vector<Diagnostic> findings = sink_.Take();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].message, HasSubstr("no table \"status\"; did you mean \"statuses\"?"));
}

}  // namespace
}  // namespace waypost::mapping
