// SPDX-License-Identifier: Apache-2.0
// Facts to write on tickets: when they are actions, what of them is delivered, and in which order.
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/pipeline/outbox_fixture.h"

namespace waypost::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::waypost::testing::IsOk;

// Two touchpoints, and alerts and annotations by priority: P1 raises an alert, P2 annotates, P3
// likewise in shadow mode, P4 annotates the same name twice.
std::shared_ptr<const rules::RuleSet> RulesThatAnnotate() {
  rules::RuleSet rules;
  rules.name = "annotations";
  rules.digest = "annotations-1";
  rules.languages = {"en"};
  rules.stages = testing::DefaultStages();
  rules.owners.push_back({"desk-manager", "Desk manager", {}, {}});
  rules::JourneyDefinition definition;
  definition.id = "get-help";
  definition.touchpoints = {OnType("reported", v1::EVENT_TYPE_CREATED),
                            OnType("assigned", v1::EVENT_TYPE_ASSIGNED),
                            OnType("resolved", v1::EVENT_TYPE_RESOLVED)};
  definition.touchpoints[0].owner = 0;
  rules.journeys.push_back(std::move(definition));
  for (const auto& [priority, value] : std::vector<std::pair<int, std::string>>{
           {1, ""}, {2, "at {{journey.stage}}"}, {3, "hidden"}, {4, "first"}, {4, "last"}}) {
    rules::Rule& rule = rules.rules.emplace_back();
    rule.id = absl::StrCat("rule-", rules.rules.size());
    rule.on = testing::On({v1::EVENT_TYPE_CREATED, v1::EVENT_TYPE_PRIORITY_CHANGED});
    rule.condition = testing::Condition(absl::StrCat("ticket.priority == 'P", priority, "'"));
    rule.shadow = priority == 3;
    if (priority == 1) {
      rule.alert.emplace();
      rule.alert->text = testing::Texts({{"en", "{{ticket.ref}} is P1"}});
    } else {
      rule.annotations.push_back({"desk.note", testing::Text(value)});
    }
  }
  return testing::Freeze(std::move(rules));
}

class OutboxAnnotationsTest : public OutboxFixture {
 protected:
  OutboxAnnotationsTest() { UseRules(RulesThatAnnotate()); }

  // Records an event of the ticket; what was decided.
  v1::Enrichment Tell(const std::string& ref, const std::string& what,
                      Delivery delivery = Delivery::kPullers) {
    v1::TicketEvent event =
        MakeEvent(absl::StrCat(ref, " ", what), ref, "owner of " + ref, clock_.Now());
    if (what.substr(0, 1) == "P") event.mutable_ticket()->set_priority(what);
    if (what.substr(0, 5) == "group") event.mutable_ticket()->set_group(what);
    if (what == "resolved") {
      event.mutable_ticket()->set_status_category(v1::STATUS_CATEGORY_RESOLVED);
    }
    Answer answer;
    pipeline_->Record(event, event.SerializeAsString(), delivery, answer.Callback());
    const auto response = answer.Await();
    EXPECT_THAT(response, IsOk());
    if (!response.ok()) return {};
    leases_ = {response->leases().begin(), response->leases().end()};
    return response->enrichment();
  }

  std::string IdAfter(const std::string& ref, const std::string& what) {
    return Tell(ref, what).decision_id() + "/annotations";
  }

  // "stage|touchpoint|owner" and other values, of each action; of an alert its text.
  std::vector<std::string> PullValues() {
    std::vector<std::string> all;
    for (const v1::LeasedAction& leased : Pull()) {
      ids_.push_back(leased.action().id());
      std::string& values = all.emplace_back(leased.action().alert().text());
      for (const v1::Annotation& annotation : leased.action().annotations().annotations()) {
        if (annotation.name() == "journey.id") continue;
        absl::StrAppend(&values, values.empty() ? "" : "|", annotation.value());
      }
    }
    return all;
  }

  void FinishAll() {
    for (const std::string& id : std::exchange(ids_, {})) Finish(id);
  }

  std::vector<v1::ActionLease> leases_;
  std::vector<std::string> ids_;
};

TEST_F(OutboxAnnotationsTest, AMoveOfTheUserIsToBeWrittenOnTheTicket) {
  Start();
  const v1::Enrichment decided = Tell("T1", "created");
  const std::vector<v1::LeasedAction> actions = Pull();
  ASSERT_THAT(actions, SizeIs(1));
  const v1::Action& action = actions[0].action();
  EXPECT_EQ(action.id(), decided.decision_id() + "/annotations");
  EXPECT_EQ(action.kind(), v1::ACTION_KIND_ANNOTATIONS);
  EXPECT_EQ(action.source(), "desk");
  EXPECT_EQ(action.ticket_ref(), "T1");
  EXPECT_EQ(action.journey_id(), decided.journey_id());
  EXPECT_EQ(action.deadline().seconds(), absl::ToUnixSeconds(kStart + absl::Hours(24)));
  std::vector<std::pair<std::string, std::string>> values;
  for (const v1::Annotation& annotation : action.annotations().annotations()) {
    values.emplace_back(annotation.name(), annotation.value());
  }
  EXPECT_THAT(values, ElementsAre(std::pair("journey.id", decided.journey_id()),
                                  std::pair("journey.stage", "engage"),
                                  std::pair("journey.touchpoint", "reported"),
                                  std::pair("journey.owner", "Desk manager")));
}

TEST_F(OutboxAnnotationsTest, WhatATicketHasAlreadyIsNotWrittenAgain) {
  Start();
  (void)Tell("T1", "created");
  (void)Tell("T1", "group 1");
  EXPECT_THAT(PullValues(), ElementsAre("engage|assigned|"));
  (void)Tell("T1", "group 2");  // the same touchpoint once more
  FinishAll();
  EXPECT_THAT(PullValues(), IsEmpty());
}

TEST_F(OutboxAnnotationsTest, AlertsOfTheSameDecisionComeFirst) {
  Start();
  (void)Tell("T1", "P1");
  (void)Tell("T2", "P1");
  (void)Tell("T2", "group 1");  // newer annotations supersede no alert
  EXPECT_THAT(PullValues(), ElementsAre("T1 is P1", "T2 is P1"));
  FinishAll();
  EXPECT_THAT(PullValues(), ElementsAre("engage|reported|Desk manager", "engage|assigned|"));
}

TEST_F(OutboxAnnotationsTest, RulesOfTheirOwnAreWrittenOnceEachUnlessInShadow) {
  Start();
  (void)Tell("T2", "P2");
  (void)Tell("T3", "P3");
  (void)Tell("T4", "P4");
  EXPECT_THAT(PullValues(),
              ElementsAre("engage|reported|Desk manager|at engage", "engage|reported|Desk manager",
                          "engage|reported|Desk manager|last"));
  FinishAll();
  (void)Tell("T2", "P3");
  EXPECT_THAT(PullValues(), IsEmpty());
}

TEST_F(OutboxAnnotationsTest, NobodyWritesWhatIsSuperseded) {
  Start();
  const std::string first = IdAfter("T1", "created");
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  (void)Tell("T2", "created");
  const std::string second = IdAfter("T1", "group 1");
  (void)Tell("T1", "resolved");
  EXPECT_THAT(PullValues(), ElementsAre("engage|reported|Desk manager", "engage|resolved|"));
  // The first one has a row that tells of it; the second one left no trace.
  const std::vector<v1::ActionStatus> done = List(v1::ACTION_STATE_DONE);
  ASSERT_THAT(done, SizeIs(1));
  EXPECT_EQ(done[0].action().id(), first);
  EXPECT_EQ(done[0].reason_code(), "SUPERSEDED");
  EXPECT_EQ(*Acknowledge(Result(first, v1::ACTION_OUTCOME_DONE)),
            v1::ACKNOWLEDGE_CODE_ALREADY_DONE);
  EXPECT_EQ(*Acknowledge(Result(second, v1::ACTION_OUTCOME_DONE)),
            v1::ACKNOWLEDGE_CODE_UNKNOWN_ACTION);
}

TEST_F(OutboxAnnotationsTest, WhatSomebodyHadOrARuleWantedIsNotSuperseded) {
  Start();
  (void)Tell("T1", "created");
  (void)Tell("T2", "P2");
  EXPECT_THAT(PullValues(), SizeIs(2));
  (void)Tell("T1", "group 1");
  (void)Tell("T1", "resolved");
  EXPECT_THAT(PullValues(), IsEmpty());  // the older ones must not come after
  FinishAll();
  EXPECT_THAT(PullValues(), ElementsAre("engage|resolved|"));

  (void)Tell("T5", "P2");
  (void)Tell("T5", "group 1");
  EXPECT_THAT(PullValues(), ElementsAre("engage|reported|Desk manager|at engage"));
  FinishAll();
  EXPECT_THAT(PullValues(), ElementsAre("engage|assigned|"));
}

enum class Flushed { kNone, kBetween, kAfter };

class AnnotationsAfterACrashTest : public OutboxAnnotationsTest,
                                   public ::testing::WithParamInterface<Flushed> {
 protected:
  void Write(Flushed when) {
    if (GetParam() == when) WAYPOST_ASSERT_OK(pipeline_->Flush());
  }

  // What is handed out until nothing waits.
  std::vector<std::string> PullAll() {
    std::vector<std::string> all;
    for (std::vector<std::string> some = PullValues(); !some.empty(); some = PullValues()) {
      all.insert(all.end(), some.begin(), some.end());
      FinishAll();
    }
    return all;
  }
};

// Whoever keeps the ids of what was done would not write the newer ones again.
TEST_P(AnnotationsAfterACrashTest, WhatWasSupersededDoesNotComeAgain) {
  Start();
  (void)Tell("T1", "created");
  Write(Flushed::kBetween);
  (void)Tell("T1", "group 1");
  EXPECT_THAT(PullValues(), ElementsAre("engage|assigned|"));
  ids_.clear();
  Write(Flushed::kAfter);
  Crash();
  Start();
  EXPECT_THAT(PullAll(), ElementsAre("engage|assigned|"));
}

TEST_P(AnnotationsAfterACrashTest, TheNewestComeThoughSomebodyHadOlderOnes) {
  Start();
  (void)Tell("T1", "created");
  EXPECT_THAT(PullValues(), SizeIs(1));
  ids_.clear();
  Write(Flushed::kBetween);
  (void)Tell("T1", "group 1");
  Write(Flushed::kAfter);
  Crash();
  Start();
  (void)Tell("T1", "resolved");
  EXPECT_THAT(PullAll(), ElementsAre("engage|resolved|"));
}

INSTANTIATE_TEST_SUITE_P(Tables, AnnotationsAfterACrashTest,
                         ::testing::Values(Flushed::kNone, Flushed::kBetween, Flushed::kAfter));

// A tool that a connector writes to as it is handed actions; it may lose its word on them.
class AnnotatedToolTest : public OutboxAnnotationsTest, public ::testing::WithParamInterface<int> {
 protected:
  using Values = std::map<std::string, std::string>;  // by ticket and name

  void Decide() {
    const std::string ref = absl::StrCat("T", random_() % 3);
    const int number = ++events_;
    const char* const kinds[] = {"group ", "resolved", "P2"};
    const std::string what = kinds[random_() % 3];
    v1::TicketEvent event =
        MakeEvent(absl::StrCat("e", number), ref, "owner of " + ref, clock_.Now());
    event.mutable_ticket()->set_status_category(what == "resolved" ? v1::STATUS_CATEGORY_RESOLVED
                                                                   : v1::STATUS_CATEGORY_OPEN);
    if (what == "P2") event.mutable_ticket()->set_priority(number % 2 == 0 ? "P2" : "P5");
    if (what == "group ") event.mutable_ticket()->set_group(absl::StrCat(what, number));
    const auto response = Record(event);
    ASSERT_THAT(response, IsOk());
    for (const v1::Annotation& annotation : response->enrichment().annotations()) {
      wanted_[absl::StrCat(ref, " ", annotation.name())] = annotation.value();
    }
  }

  void PullSome(bool reliably) {
    for (const v1::LeasedAction& leased : Pull(Request(1 + static_cast<int>(random_() % 3)))) {
      const unsigned luck = reliably ? 0 : random_() % 6;
      if (luck == 5) continue;  // killed before it began
      if (luck == 4) {
        (void)Acknowledge(
            Result(leased.action().id(), v1::ACTION_OUTCOME_FAILED, leased.lease().lease_id()));
        continue;
      }
      CarryOut(leased.action());
      if (luck != 3) (void)Acknowledge(Result(leased.action().id(), v1::ACTION_OUTCOME_DONE));
    }
  }

  void CarryOut(const v1::Action& action) {
    if (!done_.insert(action.id()).second) return;
    for (const v1::Annotation& annotation : action.annotations().annotations()) {
      shown_[absl::StrCat(action.ticket_ref(), " ", annotation.name())] = annotation.value();
    }
  }

  void Restart(bool crash) {
    if (crash) {
      Crash();
    } else {
      WAYPOST_ASSERT_OK(pipeline_->Drain(absl::Hours(1)));
    }
    pipeline_.reset();
    Start();
    ASSERT_NE(pipeline_, nullptr);
  }

  void Step() {
    const unsigned what = random_() % 16;
    if (what < 7) return Decide();
    if (what < 12) return PullSome(false);
    if (what == 12) return clock_.Advance(absl::Seconds(random_() % 120));
    if (what == 13) return (void)pipeline_->Flush();
    Restart(what == 14);
  }

  std::mt19937 random_{static_cast<unsigned>(GetParam())};
  int events_ = 0;
  Values wanted_;  // what was decided last
  Values shown_;
  std::set<std::string> done_;
};

TEST_P(AnnotatedToolTest, ShowsInTheEndWhatWasDecidedLast) {
  Start();
  for (int i = 0; i < 300 && !HasFatalFailure(); ++i) Step();
  Restart(true);
  for (int i = 0; i < 100; ++i) {
    clock_.Advance(absl::Minutes(5));
    PullSome(true);
  }
  EXPECT_THAT(Pull(), IsEmpty());
  EXPECT_EQ(shown_, wanted_);
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnnotatedToolTest, ::testing::Range(0, 20));

TEST_F(OutboxAnnotationsTest, WhoeverActsOnAnswersHasThemAtOnce) {
  Start();
  const v1::Enrichment decided = Tell("T1", "created", Delivery::kCaller);
  ASSERT_THAT(leases_, SizeIs(1));
  EXPECT_EQ(leases_[0].action_id(), decided.decision_id() + "/annotations");
  (void)Tell("T1", "group 1");
  EXPECT_THAT(PullValues(), IsEmpty());
  Finish(decided.decision_id() + "/annotations");
  EXPECT_THAT(PullValues(), ElementsAre("engage|assigned|"));
}

TEST_F(OutboxAnnotationsTest, ASignalWithoutTicketWritesNothing) {
  Start();
  EXPECT_THAT(Record(MakeSignal("s1", "search_no_result", "person")), IsOk());
  EXPECT_THAT(Pull(), IsEmpty());
}

TEST_F(OutboxAnnotationsTest, APullMayAskForSomePlatformsOnly) {
  Start();
  (void)Tell("T1", "P1");
  v1::TicketEvent other = MakeEvent("X1 created", "X1", "somebody", clock_.Now());
  other.set_source("other");
  EXPECT_THAT(Record(other), IsOk());
  const auto pull = [&](const std::vector<std::string>& sources,
                        const std::vector<v1::ActionKind>& kinds) {
    v1::PullActionsRequest request = Request();
    for (const std::string& source : sources) request.add_sources(source);
    for (const v1::ActionKind kind : kinds) request.add_kinds(kind);
    std::vector<std::string> tickets;
    for (const v1::LeasedAction& leased : Pull(request)) {
      ids_.push_back(leased.action().id());
      tickets.push_back(leased.action().ticket_ref());
    }
    return tickets;
  };
  EXPECT_THAT(pull({"third"}, {}), IsEmpty());
  EXPECT_THAT(pull({"desk"}, {v1::ACTION_KIND_ANNOTATIONS}), IsEmpty());  // the alert comes first
  EXPECT_THAT(pull({"third", "other"}, {}), ElementsAre("X1"));
  EXPECT_THAT(pull({"desk"}, {}), ElementsAre("T1"));
  FinishAll();
  EXPECT_THAT(pull({"other"}, {}), IsEmpty());
  EXPECT_THAT(pull({}, {}), ElementsAre("T1"));
}

}  // namespace
}  // namespace waypost::pipeline
