// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/evaluate.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "sidecar/rules/vocabulary.h"
#include "tests/unit/journey/desk.h"

namespace waypost::journey {
namespace {

using ::waypost::testing::DefaultStages;
using ::waypost::testing::Freeze;
using ::waypost::testing::On;
using ::waypost::testing::Texts;

rules::RuleSet DeskRules() {
  rules::RuleSet rules;
  rules.stages = DefaultStages();
  rules.owners.push_back({"desk-manager", "Desk manager", {}, {}});
  rules::JourneyDefinition& user = rules.journeys.emplace_back();
  user.id = "get-help";
  for (int type = 1; type < v1::EventType_ARRAYSIZE; ++type) {
    rules::Touchpoint touchpoint;
    touchpoint.id = absl::StrCat("on-", rules::EventTypeName(static_cast<v1::EventType>(type)));
    touchpoint.stage = type % 7;
    touchpoint.owner = type % 2 - 1;
    touchpoint.on = On({static_cast<v1::EventType>(type)});
    touchpoint.emotion = type % 5 - 2;
    user.touchpoints.push_back(std::move(touchpoint));
  }
  rules::Rule& alert = rules.rules.emplace_back();
  alert.id = "reassigned";
  alert.on = On({v1::EVENT_TYPE_ASSIGNED});
  alert.alert.emplace();
  alert.alert->text = Texts({{"", "x"}});
  rules::Rule& survey = rules.rules.emplace_back();
  survey.id = "csat";
  survey.on = On({v1::EVENT_TYPE_RESOLVED});
  survey.survey.emplace();
  return rules;
}

// Signals, a ticket that moves, waits, is resolved and reopened, and a late event.
std::vector<v1::TicketEvent> Story() {
  return {
      SignalAt(0, "e1", "login_failed", "portal"),
      SignalAt(2, "e2", "call_abandoned", "phone"),
      TicketAt(9, "e3", v1::STATUS_CATEGORY_NEW, "A"),
      TicketAt(12, "e4", v1::STATUS_CATEGORY_OPEN, "B"),
      TicketAt(20, "e5", v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER, "B"),
      TicketAt(15, "e6", v1::STATUS_CATEGORY_OPEN, "C"),
      TicketAt(40, "e7", v1::STATUS_CATEGORY_RESOLVED, "A"),
      TicketAt(50, "e8", v1::STATUS_CATEGORY_OPEN, "A"),
      SignalAt(55, "e9", "call_abandoned", "phone"),
      TicketAt(60, "e10", v1::STATUS_CATEGORY_CLOSED, "A"),
  };
}

PersonRecord NewRecord() {
  PersonRecord record;
  record.person.set_tenant("default");
  record.person.set_person_id("u1");
  return record;
}

TEST(EvaluateTest, AReplayOfTheLogGivesTheSameRecordWithoutARuleSet) {
  const auto rules = Freeze(DeskRules());
  PersonRecord live = NewRecord();
  PersonRecord replayed = NewRecord();
  uint64_t position = 0;
  for (const v1::TicketEvent& event : Story()) {
    ++position;
    const absl::StatusOr<Evaluation> evaluation = Evaluate(*rules, event, position, At(100), &live);
    ASSERT_TRUE(evaluation.ok()) << evaluation.status();
    ASSERT_TRUE(Replay(event, evaluation->decision, position, &replayed).ok());
    ASSERT_EQ(live.journeys.size(), replayed.journeys.size());
    for (size_t i = 0; i < live.journeys.size(); ++i) {
      ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(live.journeys[i],
                                                                     replayed.journeys[i]))
          << event.event_id();
    }
  }
  ASSERT_EQ(live.journeys.size(), 1u);
  EXPECT_FALSE(live.journeys[0].surveys().empty());
  EXPECT_EQ(live.journeys[0].entry_count(), 10u);
}

TEST(EvaluateTest, AReplayWithoutItsJourneyFailsAndChangesNothing) {
  const auto rules = Freeze(DeskRules());
  PersonRecord live = NewRecord();
  const v1::TicketEvent event = TicketAt(0, "e1", v1::STATUS_CATEGORY_NEW, "A");
  ASSERT_TRUE(Evaluate(*rules, event, 1, At(0), &live).ok());
  const absl::StatusOr<Evaluation> second =
      Evaluate(*rules, TicketAt(1, "e2", v1::STATUS_CATEGORY_OPEN, "A"), 2, At(1), &live);
  ASSERT_TRUE(second.ok());
  PersonRecord empty = NewRecord();
  const absl::Status status = Replay(event, second->decision, 2, &empty);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_TRUE(empty.journeys.empty());
  EXPECT_EQ(empty.person.event_hashes_size(), 0);
}

}  // namespace
}  // namespace waypost::journey
