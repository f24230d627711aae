// SPDX-License-Identifier: Apache-2.0
// What a parent tells the persons of its children: once each, whatever crashes in between.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/pipeline/due_fixture.h"

namespace waypost::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using ::waypost::testing::IsOk;

std::shared_ptr<const rules::RuleSet> RulesOfParents() {
  rules::RuleSet rules;
  rules.name = "small";
  rules.digest = "rules-1";
  rules.languages = {"en"};
  rules.stages = testing::DefaultStages();
  rules::Rule rule;
  rule.id = "parent-news";
  rule.on = testing::On({v1::EVENT_TYPE_PARENT_NEWS});
  rule.update.emplace();
  rule.update->parts = {testing::Texts({{"en", "news of the parent of {{ticket.ref}}"}})};
  rules.rules.push_back(std::move(rule));
  return testing::Freeze(std::move(rules));
}

class LettersTest : public DueTest {
 protected:
  LettersTest() { UseRules(RulesOfParents()); }

  void OpenChild(const std::string& ref, const std::string& person) {
    v1::TicketEvent event = Opened(ref, person);
    event.mutable_ticket()->set_parent_ref("MAJOR");
    ASSERT_THAT(Record(event), IsOk());
  }

  // What the log says was written to persons, with whom it was written to.
  std::vector<std::string> Written() {
    std::vector<std::string> written;
    WAYPOST_EXPECT_OK(inner_->ScanLog(0, [&](const store::LogRecord& record) {
      internal::v1::Decision decision;
      EXPECT_TRUE(decision.ParseFromString(record.decision));
      for (const v1::StatusUpdate& update : decision.enrichment().status_updates()) {
        written.push_back(absl::StrCat(record.person_id, ": ", update.text()));
      }
      return absl::OkStatus();
    }));
    return written;
  }
};

TEST_F(LettersTest, NewsOfAParentReachesThePersonsOfItsChildren) {
  Start();
  Open("MAJOR", "ops", "P1");
  OpenChild("T1", "ann");
  OpenChild("T2", "bob");
  Open("T3", "eve");
  Settle();
  EXPECT_THAT(Written(), IsEmpty());
  ASSERT_THAT(Record(Told("MAJOR", "news")), IsOk());
  Settle();
  EXPECT_THAT(Written(), UnorderedElementsAre("ann: news of the parent of T1",
                                              "bob: news of the parent of T2"));
  Pass(absl::Hours(24));
  EXPECT_THAT(Written(), SizeIs(2));
}

TEST_F(LettersTest, ACrashBeforeTheDeliveryLosesNothing) {
  Start();
  Open("MAJOR", "ops", "P1");
  OpenChild("T1", "ann");
  Crash();
  Start();
  Settle();
  ASSERT_THAT(Record(Told("MAJOR", "news")), IsOk());
  Crash();
  Start();
  Settle();
  EXPECT_THAT(Written(), ElementsAre("ann: news of the parent of T1"));
}

// The letter is on disk at its receiver when the store fails before it is settled at its sender.
TEST_F(LettersTest, WhatIsDeliveredAgainIsTheSameEvent) {
  Start();
  Open("MAJOR", "ops", "P1");
  for (int child = 0; child < 20; ++child) {
    OpenChild(absl::StrCat("T", child), absl::StrCat("p", child));
  }
  Settle();
  ASSERT_THAT(Record(Told("MAJOR", "news")), IsOk());
  for (int i = 0; i < 5; ++i) {
    faulty_->FailAppends(absl::UnavailableError("sync failed"));
    (void)pipeline_->SettleDue();
    faulty_->FailAppends(absl::OkStatus());
    Crash();
    Start();
  }
  Settle();
  EXPECT_THAT(Written(), SizeIs(20));
}

TEST_F(LettersTest, AParentThatComesLaterIsFound) {
  Start();
  OpenChild("T1", "ann");
  Settle();
  Open("MAJOR", "ops", "P1");
  Pass(absl::Hours(1));
  ASSERT_THAT(Record(Told("MAJOR", "news")), IsOk());
  Settle();
  EXPECT_THAT(Written(), ElementsAre("ann: news of the parent of T1"));
}

}  // namespace
}  // namespace waypost::pipeline
