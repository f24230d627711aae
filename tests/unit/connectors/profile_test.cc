// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/profile.h"

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/mapping/spec_reader.h"
#include "tests/support/temporary_folder.h"

namespace waypost::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kProfile = R"(
apiVersion: waypost/v1
kind: connector-profile
name: desk
settings: {user: bot}
tables:
  statuses: {new: new, done: resolved}
let:
  ticket: payload.ticket
events:
  - for: payload.changes
    as: change
    if: change.by != "nobody"
    let: {number: string(change.id)}
    event:
      event_id: number
      occurred_at: payload.time
      ticket:
        ref: ticket.ref
        status: ticket.status
        status_category: tables.statuses[ticket.status]
        group: ticket.group
        subject: ticket.?subject
      actor:
        id: change.by
        role: 'change.by == settings.user ? "waypost" : "agent"'
)";

Request Json(std::string body) {
  Request request;
  request.body = std::move(body);
  return request;
}

class ProfileTest : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = folder_.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  std::unique_ptr<const Profile> Load(const std::string& text, const ProfileChanges& changes = {}) {
    DiagnosticSink sink;
    auto profile = Profile::Load(Write("profile.yaml", text), changes, &sink);
    findings_.clear();
    for (const Diagnostic& finding : sink.Take()) {
      findings_.push_back(finding.ToString().substr(folder_.path().size() + 1));
    }
    return profile;
  }

  TemporaryFolder folder_;
  std::vector<std::string> findings_;
};

TEST_F(ProfileTest, GivesAnEventForEachItemThatMeetsTheCondition) {
  const auto profile = Load(kProfile);
  ASSERT_NE(profile, nullptr) << findings_.front();
  const auto events = profile->Map(Json(R"({"time": "2026-05-04T10:00:00Z",
      "ticket": {"ref": "T1", "status": "done", "group": "Net"},
      "changes": [{"id": 7, "by": "sam"}, {"id": 8, "by": "nobody"}, {"id": 9, "by": "bot"}]})"),
                                   absl::UnixEpoch());
  ASSERT_TRUE(events.ok()) << events.status();
  ASSERT_EQ(events->size(), 2u);
  EXPECT_EQ((*events)[0].event.event_id(), "7");
  EXPECT_EQ((*events)[0].event.ticket().status_category(), v1::STATUS_CATEGORY_RESOLVED);
  EXPECT_EQ((*events)[0].event.actor().role(), v1::ACTOR_ROLE_AGENT);
  EXPECT_FALSE((*events)[0].event.ticket().has_subject());
  EXPECT_THAT((*events)[0].unset, IsEmpty());
  EXPECT_EQ((*events)[1].event.event_id(), "9");
  EXPECT_EQ((*events)[1].event.actor().role(), v1::ACTOR_ROLE_WAYPOST);
}

TEST_F(ProfileTest, LeavesUnsetAndTellsWhatIsMissing) {
  const auto profile = Load(kProfile);
  const auto events = profile->Map(Json(R"({"time": "2026-05-04T10:00:00Z",
      "ticket": {"ref": "T1", "status": "parked"}, "changes": [{"id": 7, "by": "sam"}]})"),
                                   absl::UnixEpoch());
  ASSERT_TRUE(events.ok()) << events.status();
  std::vector<std::string> unset;
  for (const mapping::UnsetField& field : (*events)[0].unset) {
    unset.push_back(field.field + ": " + field.reason);
  }
  EXPECT_THAT(unset, ElementsAre("ticket.status_category: no such key: \"parked\" in "
                                 "tables.statuses[ticket.status]",
                                 "ticket.group: no such key: 'group' in ticket.group"));
}

struct Refusal {
  const char* name;
  const char* body;
  const char* want;
};

class RefusalTest : public ProfileTest, public testing::WithParamInterface<Refusal> {};

TEST_P(RefusalTest, SaysWhatIsWrong) {
  const auto profile = Load(kProfile);
  EXPECT_EQ(std::string(profile->Map(Json(GetParam().body), absl::UnixEpoch()).status().message()),
            GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, RefusalTest,
    testing::Values(
        Refusal{"no_json", "ticket=1", "the body: it is no JSON from byte 2 on"},
        Refusal{"no_list", R"({"ticket": {}})", "for: no such key: 'changes' in payload.changes"},
        Refusal{"other_than_a_list", R"({"changes": 3})", "for: the expression gives 3"},
        Refusal{"condition_fails", R"({"changes": [{"id": 1}]})",
                "if: no such key: 'by' in change.by"},
        Refusal{"required_field_fails", R"({"changes": [{"id": 1, "by": "a"}], "ticket": {}})",
                "occurred_at: no such key: 'time' in payload.time"}),
    [](const auto& info) { return info.param.name; });

TEST_F(ProfileTest, WhatADefinitionLacksIsToldWhereItIsRead) {
  const auto profile = Load(kProfile);
  const auto events =
      profile->Map(Json(R"({"time": "2026-05-04T10:00:00Z", "changes": [{"id": 1, "by": "sam"}]})"),
                   absl::UnixEpoch());
  ASSERT_TRUE(events.ok()) << events.status();
  EXPECT_EQ((*events)[0].unset[0].field, "ticket.ref");
  EXPECT_THAT((*events)[0].unset[0].reason, HasSubstr("no such key: 'ticket' in payload.ticket"));
}

TEST_F(ProfileTest, TheUsersConfigurationChangesTablesAndSettings) {
  DiagnosticSink sink;
  const auto user = mapping::ReadDocument(
      Write("user.yaml",
            "tables: {statuses: {parked: waiting_on_customer}}\nsettings: {user: sam}"),
      &sink);
  ProfileChanges changes;
  changes.document = user.get();
  changes.tables = user->root().Find("tables");
  changes.settings = user->root().Find("settings");
  const auto profile = Load(kProfile, changes);
  ASSERT_NE(profile, nullptr) << findings_.front();
  const auto events = profile->Map(Json(R"({"time": "2026-05-04T10:00:00Z",
      "ticket": {"ref": "T1", "status": "parked"}, "changes": [{"id": 7, "by": "sam"}]})"),
                                   absl::UnixEpoch());
  ASSERT_TRUE(events.ok()) << events.status();
  EXPECT_EQ((*events)[0].event.ticket().status_category(), v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER);
  EXPECT_EQ((*events)[0].event.actor().role(), v1::ACTOR_ROLE_WAYPOST);
}

TEST_F(ProfileTest, TellsAllMistakesAtOnceWithTheirPlaces) {
  EXPECT_EQ(Load(R"(apiVersion: waypost/v1
kind: connector-profile
name: desk
tables: {statuses: {new: new}}
event: x
let:
  payload: '1'
events:
  - as: item
    if: '"yes"'
    event:
      event_id: pay.id
      occurred_at: headers.date
      ticket: {status_category: tables.status.x}
)"),
            nullptr);
  EXPECT_THAT(
      findings_,
      ElementsAre(HasSubstr("profile.yaml:5:1: error: unknown key \"event\"; did you mean"),
                  HasSubstr("profile.yaml:7:12: error: there is something named \"payload\""),
                  HasSubstr("profile.yaml:9:9: error: \"as\" names an item of \"for\""),
                  HasSubstr("profile.yaml:10:10: error: expected an expression of type bool"),
                  HasSubstr("profile.yaml:12:17: error: undeclared reference to 'pay'"),
                  HasSubstr("profile.yaml:14:40: error: ")));
  EXPECT_THAT(findings_[4], HasSubstr("[SPEC_EXPRESSION]\n"));
  EXPECT_THAT(findings_[4], HasSubstr("^"));
}

}  // namespace
}  // namespace waypost::connectors
