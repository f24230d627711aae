// SPDX-License-Identifier: Apache-2.0
// The calls that the shipped profiles make of facts to write on a ticket, and how often.
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "connectors/engine/profile.h"
#include "connectors/engine/write_rule.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/mapping/spec_reader.h"
#include "tests/support/temporary_folder.h"

namespace waypost::connectors {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr absl::Time kNow = absl::UnixEpoch();

v1::Action Annotations(const std::vector<std::pair<std::string, std::string>>& values) {
  v1::Action action;
  action.set_id("d-1/annotations");
  action.set_kind(v1::ACTION_KIND_ANNOTATIONS);
  action.set_source("desk");
  action.set_ticket_ref("7");
  for (const auto& [name, value] : values) {
    v1::Annotation* annotation = action.mutable_annotations()->add_annotations();
    annotation->set_name(name);
    annotation->set_value(value);
  }
  return action;
}

const v1::Action kMove = Annotations({{"journey.id", "j-1"},
                                      {"journey.stage", "realize"},
                                      {"journey.touchpoint", "fixed"},
                                      {"journey.owner", ""}});

class WriteAnnotationsTest : public testing::Test {
 protected:
  // `changes`: what a configuration says of tables and settings.
  void Load(const std::string& name, const std::string& changes = "{}") {
    std::ofstream(folder_.File("changes.yaml")) << changes;
    DiagnosticSink sink;
    changes_ = mapping::ReadDocument(folder_.File("changes.yaml"), &sink);
    ASSERT_NE(changes_, nullptr);
    profile_ =
        Profile::Load(absl::StrCat(WAYPOST_SOURCE_DIR, "/connectors/", name, "/profile.yaml"),
                      {.document = changes_.get(),
                       .tables = changes_->root().Find("tables"),
                       .settings = changes_->root().Find("settings")},
                      &sink);
    for (const Diagnostic& finding : sink.Take()) ADD_FAILURE() << finding.ToString();
    ASSERT_NE(profile_, nullptr);
  }

  [[nodiscard]] const WriteRule* RuleFor(const v1::Action& action) const {
    const absl::StatusOr<const WriteRule*> rule = profile_->write_rules()->Find(action);
    EXPECT_TRUE(rule.ok()) << rule.status();
    return rule.value_or(nullptr);
  }

  [[nodiscard]] ToolCall CallFor(const v1::Action& action) const {
    const WriteRule* rule = RuleFor(action);
    if (rule == nullptr) {
      ADD_FAILURE() << "there is no rule";
      return {};
    }
    EXPECT_TRUE(rule->repeatable);
    const auto call = profile_->write_rules()->Call(rule->call, action, {}, {"secret", ""});
    EXPECT_TRUE(call.ok()) << call.status();
    return call.value_or(ToolCall());
  }

  TemporaryFolder folder_;
  std::unique_ptr<const yaml::Document> changes_;
  std::unique_ptr<const Profile> profile_;
};

TEST_F(WriteAnnotationsTest, RequestTrackerGetsItsCustomFieldsInOneCall) {
  Load("request-tracker");
  const ToolCall call = CallFor(kMove);
  EXPECT_EQ(call.method, "PUT");
  EXPECT_EQ(call.path, "/REST/2.0/ticket/7");
  EXPECT_EQ(call.body, R"({"CustomFields":{"Journey Owner":null,"Journey Stage":"realize",)"
                       R"("Journey Touchpoint":"fixed"}})");
}

TEST_F(WriteAnnotationsTest, ADeskSaysWhichFieldsItHas) {
  Load("request-tracker",
       R"({tables: {fields: {Journey Touchpoint: "", Journey Owner: "", Known to: desk.known}}})");
  EXPECT_EQ(CallFor(kMove).body, R"({"CustomFields":{"Journey Stage":"realize"}})");
  EXPECT_EQ(CallFor(Annotations({{"desk.known", "all"}, {"desk.other", "x"}})).body,
            R"({"CustomFields":{"Known to":"all"}})");
  EXPECT_EQ(RuleFor(Annotations({{"desk.other", "x"}})), nullptr);
}

TEST_F(WriteAnnotationsTest, RequestTrackerRefusesInWords) {
  Load("request-tracker");
  const WriteRule* rule = RuleFor(kMove);
  ASSERT_NE(rule, nullptr);
  const auto holds = [&](const std::string& body) {
    return profile_->write_rules()
        ->Holds(*rule->success, kMove, {}, ToolAnswer{200, body, "", ""}, kNow)
        .value_or(false);
  };
  EXPECT_TRUE(holds("[]"));
  EXPECT_TRUE(holds(R"(["Journey Stage engage added", "Journey Owner Jon changed to Eva"])"));
  EXPECT_FALSE(
      holds(R"(["Could not add a new value to custom field 'Journey Stage': Permission Denied"])"));
}

TEST_F(WriteAnnotationsTest, AWebhookGetsTheWholeAction) {
  Load("generic", R"({settings: {post_to: "https://n8n.example.org/webhook/waypost"}})");
  EXPECT_EQ(profile_->write_rules()->Url(), "https://n8n.example.org/webhook/waypost");
  const ToolCall call = CallFor(kMove);
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.path, "");
  EXPECT_THAT(call.headers, SizeIs(1));
  EXPECT_THAT(call.body,
              AllOf(HasSubstr(R"("id":"d-1/annotations")"), HasSubstr(R"("kind":"annotations")"),
                    HasSubstr(R"("ticket_ref":"7")"),
                    HasSubstr(R"("annotations":{"journey.id":"j-1","journey.owner":"",)"
                              R"("journey.stage":"realize","journey.touchpoint":"fixed"})")));
}

}  // namespace
}  // namespace waypost::connectors
