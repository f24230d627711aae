// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/due.h"

#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/journey/micros.h"
#include "tests/support/rule_set_builder.h"
#include "tests/unit/journey/desk.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using internal::v1::PendingAction;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

rules::Rule SilenceRule(std::string id, const std::map<std::string, absl::Duration>& after) {
  rules::Rule rule;
  rule.id = std::move(id);
  rule.timer_driven = true;
  for (const auto& [priority, length] : after) rule.after_silence[priority] = {length};
  rule.condition = testing::Condition("journey.waiting_on != \"customer\"");
  rule.update.emplace();
  rule.update->parts = {testing::Texts({{"en", "still working on {{ticket.ref}}"}})};
  return rule;
}

std::shared_ptr<const rules::RuleSet> RulesWith(std::vector<rules::Rule> all) {
  rules::RuleSet rules;
  rules.name = "test";
  rules.digest = "digest-1";
  rules.languages = {"en"};
  rules.stages = testing::DefaultStages();
  rules.rules = std::move(all);
  return testing::Freeze(std::move(rules));
}

std::shared_ptr<const rules::RuleSet> KeepPosted() {
  return RulesWith({SilenceRule(
      "keep-posted",
      {{"P1", absl::Minutes(30)}, {"P2", absl::Hours(2)}, {"default", absl::Hours(24)}})});
}

v1::TicketEvent Created(int minutes, const std::string& priority) {
  v1::TicketEvent event = TicketAt(minutes, "e1", v1::STATUS_CATEGORY_NEW, "Desk");
  event.mutable_ticket()->set_priority(priority);
  return event;
}

v1::TicketEvent Comment(int minutes, const std::string& id, v1::Visibility visibility) {
  v1::TicketEvent event = TicketAt(minutes, id, v1::STATUS_CATEGORY_NEW, "Desk");
  event.mutable_comment()->set_body("news");
  event.mutable_comment()->set_visibility(visibility);
  return event;
}

int64_t MinutesSinceStart(absl::Time time) { return absl::ToInt64Minutes(time - At(0)); }

// "120 keep-posted": when, and which rules acted.
std::vector<std::string> Told(const std::vector<Decision>& decisions) {
  std::vector<std::string> told;
  for (const Decision& decision : decisions) {
    std::string line = absl::StrCat(MinutesSinceStart(absl::FromUnixMicros(decision.decided_at())));
    for (const v1::StatusUpdate& update : decision.enrichment().status_updates()) {
      absl::StrAppend(&line, " ", update.rule_id());
    }
    told.push_back(line);
  }
  return told;
}

struct PriorityCase {
  std::string name;
  std::string priority;
  int64_t due;  // minutes
};

void PrintTo(const PriorityCase& one, std::ostream* out) { *out << one.name; }

class SilenceByPriorityTest : public ::testing::TestWithParam<PriorityCase> {};

INSTANTIATE_TEST_SUITE_P(All, SilenceByPriorityTest,
                         ::testing::Values(PriorityCase{"named", "P1", 30},
                                           PriorityCase{"another", "P2", 120},
                                           PriorityCase{"byDefault", "P4", 1440},
                                           PriorityCase{"none", "", 1440}),
                         [](const auto& info) { return info.param.name; });

TEST_P(SilenceByPriorityTest, IsDueAfterTheTimeOfThePriority) {
  Desk desk(KeepPosted());
  desk.Record(Created(0, GetParam().priority));
  EXPECT_EQ(MinutesSinceStart(NextDue(desk.rules(), desk.record())), GetParam().due);
}

TEST(DueTest, NothingWaitsWithoutTimeForThePriority) {
  Desk desk(RulesWith({SilenceRule("p1-only", {{"P1", absl::Minutes(30)}})}));
  desk.Record(Created(0, "P3"));
  EXPECT_EQ(NextDue(desk.rules(), desk.record()), absl::InfiniteFuture());
  EXPECT_THAT(desk.Pass(At(100'000)), IsEmpty());
}

TEST(DueTest, NothingWaitsOnceTheTicketEnded) {
  Desk desk(KeepPosted());
  desk.Record(Created(0, "P2"));
  desk.Record(TicketAt(10, "e2", v1::STATUS_CATEGORY_RESOLVED, "Desk"));
  EXPECT_EQ(NextDue(desk.rules(), desk.record()), absl::InfiniteFuture());
}

TEST(DueTest, SilenceSpeaksAgainAndAgain) {
  Desk desk(KeepPosted());
  desk.Record(Created(0, "P2"));
  const std::vector<Decision> decisions = desk.Pass(At(400));
  EXPECT_THAT(Told(decisions),
              ElementsAre("120 keep-posted", "240 keep-posted", "360 keep-posted"));
  const Decision& first = decisions.front();
  EXPECT_EQ(first.due_at(), absl::ToUnixMicros(At(120)));
  EXPECT_EQ(first.placement().journey_id(), desk.record().journeys.front().id());
  EXPECT_EQ(first.enrichment().status_updates(0).text(), "still working on INC1");
  EXPECT_EQ(first.enrichment().events(0).type(), v1::EVENT_TYPE_SILENCE);
  EXPECT_THAT(first.enrichment().rule_ids(), ElementsAre("keep-posted"));
  EXPECT_EQ(first.enrichment().rule_set_digest(), "digest-1");
  EXPECT_THAT(desk.record().journeys.front().due_positions(), ElementsAre(2, 3, 4));
  ASSERT_EQ(desk.record().person.contacts_size(), 3);
  EXPECT_EQ(desk.record().person.contacts(0).ticket_ref(), "INC1");
}

TEST(DueTest, OfSeveralOpenTicketsTheMostUrgentIsSilentFirst) {
  Desk desk(KeepPosted());
  desk.Record(Created(0, "P4"));
  v1::TicketEvent urgent = Created(10, "P1");
  urgent.set_event_id("e2");
  urgent.mutable_ticket()->set_ref("INC2");
  urgent.mutable_ticket()->set_parent_ref("INC1");
  desk.Record(urgent);
  ASSERT_THAT(desk.record().journeys, SizeIs(1));
  const std::vector<Decision> decisions = desk.Pass(At(40));
  ASSERT_THAT(decisions, SizeIs(1));
  EXPECT_EQ(decisions[0].ticket(), 2);
}

TEST(DueTest, OnlyWhatThePersonSeesResetsTheClock) {
  Desk desk(KeepPosted());
  desk.Record(Created(0, "P2"));
  desk.Record(Comment(60, "e2", v1::VISIBILITY_PROVIDER));
  EXPECT_EQ(MinutesSinceStart(NextDue(desk.rules(), desk.record())), 120);
  desk.Record(Comment(90, "e3", v1::VISIBILITY_BOTH));
  EXPECT_EQ(MinutesSinceStart(NextDue(desk.rules(), desk.record())), 210);
}

TEST(DueTest, WaypostsOwnMessageResetsTheClockUnlessNobodyGetsIt) {
  for (const auto& [name, draft, shadow, due] :
       {std::tuple{"sent", false, false, 150}, std::tuple{"draft", true, false, 120},
        std::tuple{"shadow", false, true, 120}}) {
    SCOPED_TRACE(name);
    rules::Rule handed_over;
    handed_over.id = "handed-over";
    handed_over.on = testing::On({v1::EVENT_TYPE_ASSIGNED});
    handed_over.shadow = shadow;
    handed_over.update.emplace();
    handed_over.update->draft = draft;
    handed_over.update->parts = {testing::Texts({{"en", "handed over"}})};
    Desk desk(RulesWith({handed_over, SilenceRule("keep-posted", {{"P2", absl::Hours(2)}})}));
    desk.Record(Created(0, "P2"));
    desk.Record(TicketAt(30, "e2", v1::STATUS_CATEGORY_NEW, "Network"));
    EXPECT_EQ(MinutesSinceStart(NextDue(desk.rules(), desk.record())), due);
  }
}

TEST(DueTest, AConditionThatIsFalseIsAskedAgainOnlyAfterSomethingHappened) {
  Desk desk(KeepPosted());
  desk.Record(Created(0, "P2"));
  v1::TicketEvent waiting = TicketAt(10, "e2", v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER, "Desk");
  waiting.mutable_ticket()->set_priority("P2");
  desk.Record(waiting);
  const absl::Time due = NextDue(desk.rules(), desk.record());
  std::vector<Decision> decisions = desk.Pass(At(1000));
  ASSERT_THAT(decisions, SizeIs(1));
  EXPECT_EQ(decisions[0].due_at(), absl::ToUnixMicros(due));
  EXPECT_THAT(decisions[0].enrichment().status_updates(), IsEmpty());
  EXPECT_EQ(NextDue(desk.rules(), desk.record()), absl::InfiniteFuture());

  // An internal note is no news for the person, but the condition might hold now.
  v1::TicketEvent note = Comment(1010, "e3", v1::VISIBILITY_PROVIDER);
  note.mutable_ticket()->set_status_category(v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER);
  desk.Record(note);
  EXPECT_EQ(NextDue(desk.rules(), desk.record()), due);
  EXPECT_THAT(Told(desk.Pass(At(1015))), ElementsAre("1010"));
  v1::TicketEvent resumed = Comment(1020, "e4", v1::VISIBILITY_BOTH);
  resumed.mutable_ticket()->set_status_category(v1::STATUS_CATEGORY_OPEN);
  desk.Record(resumed);
  EXPECT_THAT(Told(desk.Pass(At(1200))), ElementsAre("1140 keep-posted"));
}

TEST(DueTest, ARuleThatActedDoesNotActAgainForTheSameSilence) {
  rules::Rule rule = SilenceRule("alert", {{"default", absl::Minutes(30)}});
  rule.update.reset();
  rule.alert.emplace();
  rule.condition = testing::Condition("ticket.priority == \"P1\"");
  Desk desk(RulesWith({rule}));
  desk.Record(Created(0, "P1"));
  EXPECT_THAT(desk.Pass(At(30)), SizeIs(1));
  desk.Record(Comment(40, "e2", v1::VISIBILITY_PROVIDER));
  desk.record().journeys[0].mutable_tickets(0)->mutable_ticket()->set_priority("P2");
  EXPECT_THAT(desk.Pass(At(60)), SizeIs(1)) << "in vain";
  v1::TicketEvent event = Comment(61, "e3", v1::VISIBILITY_PROVIDER);
  event.mutable_ticket()->set_priority("P1");
  desk.Record(event);
  EXPECT_EQ(MinutesSinceStart(NextDue(desk.rules(), desk.record())), 60);
}

TEST(DueTest, LateIsDecidedOnceAsOfNow) {
  Desk desk(KeepPosted());
  desk.Record(Created(0, "P2"));
  EXPECT_THAT(Told(desk.EvaluateDueAt(At(1000))), ElementsAre("1000 keep-posted"));
  EXPECT_EQ(MinutesSinceStart(NextDue(desk.rules(), desk.record())), 1120);
}

TEST(DueTest, MoreThanThreeDaysLateIsDroppedAndTheSilenceCountedAnew) {
  Desk desk(KeepPosted());
  desk.Record(Created(0, "P2"));
  constexpr int kThreeDays = 3 * 24 * 60;
  const std::vector<Decision> decisions = desk.EvaluateDueAt(At(120 + kThreeDays + 1));
  ASSERT_THAT(decisions, SizeIs(1));
  const v1::Enrichment& decided = decisions[0].enrichment();
  EXPECT_THAT(decided.status_updates(), IsEmpty());
  ASSERT_EQ(decided.suppressed_actions_size(), 1);
  EXPECT_EQ(decided.suppressed_actions(0).reason_code(), "TOO_LATE");
  EXPECT_EQ(decided.suppressed_actions(0).rule_id(), "keep-posted");
  EXPECT_EQ(decided.suppressed_actions(0).ticket_ref(), "INC1");
  EXPECT_EQ(MinutesSinceStart(NextDue(desk.rules(), desk.record())), 120 + kThreeDays + 1 + 120);
  desk.Record(Comment(200 + kThreeDays, "e2", v1::VISIBILITY_BOTH));
  EXPECT_EQ(MinutesSinceStart(NextDue(desk.rules(), desk.record())), 320 + kThreeDays);
}

TEST(DueTest, ThreeDaysLateIsStillSaid) {
  Desk desk(KeepPosted());
  desk.Record(Created(0, "P2"));
  EXPECT_THAT(Told(desk.EvaluateDueAt(At(120 + 3 * 24 * 60))), ElementsAre("4440 keep-posted"));
}

TEST(DueTest, IdsDoNotDependOnWhenItIsDecided) {
  Desk punctual(KeepPosted());
  Desk late(KeepPosted());
  punctual.Record(Created(0, "P2"));
  late.Record(Created(0, "P2"));
  const Decision one = punctual.EvaluateDueAt(At(120)).at(0);
  const Decision other = late.EvaluateDueAt(At(500)).at(0);
  EXPECT_EQ(one.enrichment().decision_id(), other.enrichment().decision_id());
  EXPECT_EQ(one.enrichment().status_updates(0).id(), other.enrichment().status_updates(0).id());
  EXPECT_EQ(one.due_at(), other.due_at());
}

PendingAction Pending(const std::string& id, int minutes) {
  PendingAction pending;
  pending.set_id(id);
  pending.set_rule_id("csat");
  pending.set_due_at(absl::ToUnixMicros(At(minutes)));
  pending.set_ticket(1);
  pending.mutable_status_update()->set_id(id);
  pending.mutable_status_update()->set_rule_id("csat");
  return pending;
}

TEST(DueTest, DecisionsOfOneMomentHaveIdsOfTheirOwn) {
  Desk desk(RulesWith({}));
  desk.Record(Created(0, "P2"));
  *desk.record().journeys.front().add_pending() = Pending("u-1", 60);
  *desk.record().journeys.front().add_pending() = Pending("u-2", 60);
  std::set<std::string> ids;
  for (const Decision& decision : desk.EvaluateDueAt(At(60))) {
    ids.insert(decision.enrichment().decision_id());
  }
  EXPECT_THAT(ids, SizeIs(2));
}

TEST(DueTest, AnActionThatWaitsIsDoneOnceAtItsTime) {
  rules::Rule rule;
  rule.id = "csat";
  rule.on = testing::On({v1::EVENT_TYPE_RESOLVED});
  rule.update.emplace();
  Desk desk(RulesWith({rule}));
  desk.Record(Created(0, "P2"));
  *desk.record().journeys.front().add_pending() = Pending("u-2", 90);
  *desk.record().journeys.front().add_pending() = Pending("u-1", 60);
  EXPECT_EQ(MinutesSinceStart(NextDue(desk.rules(), desk.record())), 60);
  EXPECT_THAT(Told(desk.Pass(At(75))), ElementsAre("60 csat"));
  const std::vector<Decision> second = desk.Pass(At(10'000));
  ASSERT_THAT(Told(second), ElementsAre("90 csat"));
  EXPECT_THAT(second[0].settled_action_ids(), ElementsAre("u-2"));
  EXPECT_EQ(second[0].enrichment().status_updates(0).id(), "u-2");
  EXPECT_THAT(desk.record().journeys.front().pending(), IsEmpty());
}

std::string Bytes(const PersonRecord& record) {
  std::string bytes = record.person.SerializeAsString();
  for (const auto& journey : record.journeys) bytes += journey.SerializeAsString();
  return bytes;
}

TEST(DueTest, AReplayGivesTheSameState) {
  Desk desk(KeepPosted());
  desk.Record(Created(0, "P2"));
  *desk.record().journeys.front().add_pending() = Pending("u-1", 60);
  PersonRecord replayed = desk.record();
  uint64_t position = desk.position();
  const std::vector<Decision> decisions = desk.Pass(At(300));
  ASSERT_THAT(decisions, SizeIs(3));
  for (const Decision& decision : decisions) {
    Decision logged;
    ASSERT_TRUE(logged.ParseFromString(decision.SerializeAsString()));
    ASSERT_TRUE(ReplayDue(logged, ++position, &replayed).ok());
  }
  EXPECT_EQ(Bytes(replayed), Bytes(desk.record()));
}

TEST(DueTest, AReplayWithoutItsJourneyIsDataLoss) {
  Desk desk(KeepPosted());
  desk.Record(Created(0, "P2"));
  const Decision decision = desk.Pass(At(120)).at(0);
  PersonRecord empty;
  EXPECT_TRUE(absl::IsDataLoss(ReplayDue(decision, 2, &empty)));
}

}  // namespace
}  // namespace waypost::journey
