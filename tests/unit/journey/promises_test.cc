// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/promises.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/journey/promise_summary.h"
#include "tests/unit/journey/update_desk.h"

namespace waypost::journey {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::waypost::testing::Condition;
using ::waypost::testing::Freeze;
using ::waypost::testing::On;
using ::waypost::testing::Texts;

// "received" promises news within 100 minutes of the report.
rules::Rule Received() {
  return UpdateRule("received", On({v1::EVENT_TYPE_CREATED}), "We have it.", absl::Minutes(100));
}

rules::Rule Alert(const std::string& id, v1::EventType on) {
  rules::Rule rule;
  rule.id = id;
  rule.on = On({on});
  rule.alert.emplace();
  rule.alert->text = Texts({{"", "{{event.from}} until {{event.to}}"}});
  return rule;
}

rules::RuleSet PromiseRules() {
  return UpdateRules({Received(), Alert("late-soon", v1::EVENT_TYPE_PROMISE_DUE),
                      Alert("late", v1::EVENT_TYPE_PROMISE_BROKEN)});
}

// "OPEN 0-100" per promise: minutes from being made to its time, then when it was settled.
std::vector<std::string> Ledger(const Desk& desk) {
  std::vector<std::string> rows;
  const auto minutes = [](const google::protobuf::Timestamp& time) {
    return absl::ToInt64Minutes(absl::FromUnixMicros(MicrosOf(time)) - At(0));
  };
  for (const auto& journey : desk.record().journeys) {
    for (const v1::Promise& promise : journey.promises()) {
      rows.push_back(absl::StrCat(v1::PromiseState_Name(promise.state()).substr(14), " ",
                                  minutes(promise.made_at()), "-", minutes(promise.due_at())));
      if (promise.has_settled_at()) {
        absl::StrAppend(&rows.back(), " at ", minutes(promise.settled_at()));
      }
    }
  }
  return rows;
}

TEST(PromiseTest, ADeliveredUpdateMakesOneForTheOwnerAndTheProvider) {
  Desk desk(Freeze(PromiseRules()));
  desk.Record(CalmTicketAt(0, v1::STATUS_CATEGORY_NEW));
  ASSERT_THAT(Ledger(desk), ElementsAre("OPEN 0-100"));
  const v1::Promise& promise = desk.record().journeys[0].promises(0);
  EXPECT_EQ(promise.rule_id(), "received");
  EXPECT_EQ(promise.ticket_ref(), "INC1");
  EXPECT_EQ(promise.journey_id(), desk.record().journeys[0].id());
  EXPECT_EQ(promise.owner_id(), "desk-manager");
  EXPECT_EQ(promise.provider_id(), "network");
  EXPECT_EQ(desk.record().journeys[0].facts().promises_open(), 1);
}

TEST(PromiseTest, DraftsAndShadowUpdatesPromiseNothing) {
  for (const bool draft : {true, false}) {
    rules::Rule rule = Received();
    rule.update->draft = draft;
    rule.shadow = !draft;
    Desk desk(Freeze(UpdateRules({rule})));
    EXPECT_THAT(desk.Record(CalmTicketAt(0, v1::STATUS_CATEGORY_NEW)).status_updates(), SizeIs(1));
    EXPECT_THAT(Ledger(desk), IsEmpty()) << draft;
    EXPECT_THAT(desk.record().person.contacts(), IsEmpty()) << draft;
  }
}

TEST(PromiseTest, OfOneThatWasBrokenDaysAgoNobodyIsTold) {
  Desk desk(Freeze(PromiseRules()));
  desk.Record(CalmTicketAt(0, v1::STATUS_CATEGORY_NEW));
  EXPECT_THAT(Fates(desk.EvaluateDueAt(At(100 + 3 * 24 * 60 + 1))),
              ElementsAre("+100 late dropped: TOO_LATE"));
  EXPECT_THAT(Ledger(desk), ElementsAre("BROKEN 0-100 at 100"));
  EXPECT_THAT(desk.record().journeys[0].open_alerts(), IsEmpty());
}

TEST(PromiseTest, EventsSettleIt) {
  const struct {
    const char* name;
    v1::TicketEvent event;
    const char* want;
  } kCases[] = {
      {"public comment", CommentAt(60, v1::STATUS_CATEGORY_OPEN), "KEPT 0-100 at 60"},
      {"public comment in the last moment", CommentAt(100, v1::STATUS_CATEGORY_OPEN),
       "KEPT 0-100 at 100"},
      {"the customer's own comment",
       CommentAt(60, v1::STATUS_CATEGORY_OPEN, v1::ACTOR_ROLE_CUSTOMER), "OPEN 0-100"},
      {"Waypost's own message coming home",
       CommentAt(60, v1::STATUS_CATEGORY_OPEN, v1::ACTOR_ROLE_WAYPOST), "OPEN 0-100"},
      {"internal note",
       CommentAt(60, v1::STATUS_CATEGORY_OPEN, v1::ACTOR_ROLE_AGENT, v1::VISIBILITY_PROVIDER),
       "OPEN 0-100"},
      {"hand-over", CalmTicketAt(60, v1::STATUS_CATEGORY_OPEN, "Network 2"), "OPEN 0-100"},
      {"solution", CalmTicketAt(60, v1::STATUS_CATEGORY_RESOLVED), "KEPT 0-100 at 60"},
      {"solved by the customer",
       CommentAt(60, v1::STATUS_CATEGORY_RESOLVED, v1::ACTOR_ROLE_CUSTOMER,
                 v1::VISIBILITY_UNSPECIFIED),
       "WITHDRAWN 0-100 at 60"},
      {"waiting for the customer without a word",
       CalmTicketAt(60, v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER), "WITHDRAWN 0-100 at 60"},
      {"question to the customer", CommentAt(60, v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER),
       "KEPT 0-100 at 60"},
  };
  for (const auto& row : kCases) {
    Desk desk(Freeze(PromiseRules()));
    desk.Record(CalmTicketAt(0, v1::STATUS_CATEGORY_NEW));
    desk.Record(row.event);
    EXPECT_THAT(Ledger(desk), ElementsAre(row.want)) << row.name;
    EXPECT_EQ(desk.Pass(At(1000)).empty(), std::string(row.want) != "OPEN 0-100") << row.name;
  }
}

TEST(PromiseTest, TimeWarnsAndBreaksAndTheOwnerOfTheTouchpointIsTold) {
  Desk desk(Freeze(PromiseRules()));
  desk.Record(CalmTicketAt(0, v1::STATUS_CATEGORY_NEW));
  const std::vector<internal::v1::Decision> decisions = desk.Pass(At(1000));
  ASSERT_THAT(decisions, SizeIs(2));
  EXPECT_EQ(absl::FromUnixMicros(decisions[0].due_at()), At(80));  // 20 % are left
  EXPECT_EQ(absl::FromUnixMicros(decisions[1].due_at()), At(100));
  for (const internal::v1::Decision& decision : decisions) {
    ASSERT_THAT(decision.enrichment().alerts(), SizeIs(1));
    const v1::ExperienceAlert& alert = decision.enrichment().alerts(0);
    EXPECT_EQ(alert.owner_name(), "Desk manager");
    EXPECT_EQ(alert.text(), "received until 2026-03-02T10:40:00+00:00");
  }
  EXPECT_EQ(decisions[0].enrichment().alerts(0).rule_id(), "late-soon");
  EXPECT_EQ(decisions[1].enrichment().alerts(0).rule_id(), "late");
  EXPECT_NE(decisions[0].enrichment().decision_id(), decisions[1].enrichment().decision_id());
  EXPECT_THAT(Ledger(desk), ElementsAre("BROKEN 0-100 at 100"));
  EXPECT_EQ(desk.record().journeys[0].facts().promises_broken(), 1);
  EXPECT_EQ(desk.record().journeys[0].facts().promises_open(), 0);
}

TEST(PromiseTest, WhoLooksTooLateFindsItBrokenAndIsNotWarned) {
  Desk desk(Freeze(PromiseRules()));
  desk.Record(CalmTicketAt(0, v1::STATUS_CATEGORY_NEW));
  const std::vector<internal::v1::Decision> decisions = desk.EvaluateDueAt(At(600));
  ASSERT_THAT(decisions, SizeIs(1));
  EXPECT_EQ(decisions[0].enrichment().events(0).type(), v1::EVENT_TYPE_PROMISE_BROKEN);
  EXPECT_THAT(Ledger(desk), ElementsAre("BROKEN 0-100 at 100"));
}

TEST(PromiseTest, NewsInTimeThatIsToldLateMendsIt) {
  Desk desk(Freeze(PromiseRules()));
  desk.Record(CalmTicketAt(0, v1::STATUS_CATEGORY_NEW));
  desk.Pass(At(200));
  desk.Record(CalmTicketAt(210, v1::STATUS_CATEGORY_OPEN));
  desk.Record(CommentAt(90, v1::STATUS_CATEGORY_OPEN));
  EXPECT_THAT(Ledger(desk), ElementsAre("KEPT 0-100 at 90"));
  EXPECT_EQ(desk.record().journeys[0].facts().promises_broken(), 0);
  EXPECT_EQ(desk.record().journeys[0].facts().promises_kept(), 1);
}

TEST(PromiseTest, WarningDependsOnLengthAndSettings) {
  const struct {
    const char* name;
    int length;
    double share;
    int at_least;
    int want;  // -1: none
  } kCases[] = {
      {"a fifth", 100, 0.2, 10, 80},  {"at least", 40, 0.2, 10, 30},
      {"too short", 10, 0.2, 10, -1}, {"hardly long enough", 11, 0.2, 10, 1},
      {"half", 100, 0.5, 10, 50},     {"half an hour", 100, 0.2, 30, 70},
  };
  for (const auto& row : kCases) {
    const absl::Time warn = WarnAt(At(0), At(row.length), {row.share, absl::Minutes(row.at_least)},
                                   calendar::BusinessCalendar::AlwaysOpen());
    EXPECT_EQ(warn, row.want < 0 ? absl::InfiniteFuture() : At(row.want)) << row.name;
  }
}

TEST(PromiseTest, WaypostsNextMessageRenewsItAndNewsEndsTheRow) {
  rules::Rule again =
      UpdateRule("again", On({v1::EVENT_TYPE_PROMISE_DUE}), "Still on it.", absl::Minutes(1000));
  again.condition = Condition("journey.promise_renewals == 0");
  rules::RuleSet rules = UpdateRules({Received(), again});
  rules.caps.update_interval = absl::Minutes(1);
  Desk desk(Freeze(std::move(rules)));
  desk.Record(CalmTicketAt(0, v1::STATUS_CATEGORY_NEW));
  EXPECT_THAT(Fates(desk.Pass(At(200))), ElementsAre("+80 again"));
  EXPECT_THAT(Ledger(desk), ElementsAre("RENEWED 0-100 at 80", "OPEN 80-1080"));
  EXPECT_EQ(desk.record().journeys[0].facts().promise_renewals(), 1);
  EXPECT_THAT(Fates(desk.Pass(At(900))), ElementsAre("+880"));  // no second time
  desk.Record(CommentAt(1000, v1::STATUS_CATEGORY_OPEN));
  EXPECT_THAT(Ledger(desk), ElementsAre("RENEWED 0-100 at 80", "KEPT 80-1080 at 1000"));
  EXPECT_EQ(desk.record().journeys[0].facts().promise_renewals(), 0);
}

TEST(PromiseTest, ALogWithoutRulesGivesTheSameLedger) {
  rules::RuleSet rules = PromiseRules();
  Desk desk(Freeze(std::move(rules)));
  PersonRecord replayed = desk.record();
  const v1::TicketEvent created = CalmTicketAt(0, v1::STATUS_CATEGORY_NEW);
  const internal::v1::Decision decision = desk.Decide(created);
  ASSERT_TRUE(Replay(created, decision, 1, &replayed).ok());
  uint64_t position = 1;
  for (const internal::v1::Decision& due : desk.Pass(At(1000))) {
    ASSERT_TRUE(ReplayDue(due, ++position, &replayed).ok());
  }
  ASSERT_EQ(replayed.journeys.size(), 1U);
  EXPECT_EQ(replayed.journeys[0].SerializeAsString(),
            desk.record().journeys[0].SerializeAsString());
  EXPECT_EQ(replayed.person.SerializeAsString(), desk.record().person.SerializeAsString());
}

v1::Promise Settled(v1::PromiseState state, const std::string& owner) {
  v1::Promise promise;
  promise.set_state(state);
  promise.set_owner_id(owner);
  promise.set_provider_id("network");
  return promise;
}

TEST(PromiseSummaryTest, GivesNoRateUnderTenAndWilsonsIntervalAbove) {
  std::vector<v1::Promise> promises;
  for (int i = 0; i < 8; ++i) promises.push_back(Settled(v1::PROMISE_STATE_KEPT, "ann"));
  promises.push_back(Settled(v1::PROMISE_STATE_BROKEN, "ann"));
  promises.push_back(Settled(v1::PROMISE_STATE_OPEN, "bob"));
  promises.push_back(Settled(v1::PROMISE_STATE_RENEWED, "bob"));
  promises.push_back(Settled(v1::PROMISE_STATE_WITHDRAWN, "ann"));
  EXPECT_FALSE(SummarizePromises(promises).has_kept_rate());
  promises.push_back(Settled(v1::PROMISE_STATE_BROKEN, "bob"));
  const v1::PromiseSummary summary = SummarizePromises(promises);
  EXPECT_EQ(summary.kept(), 8);
  EXPECT_EQ(summary.broken(), 2);
  EXPECT_EQ(summary.open() + summary.renewed() + summary.withdrawn(), 3);
  EXPECT_DOUBLE_EQ(summary.kept_rate(), 0.8);
  EXPECT_NEAR(summary.kept_rate_low(), 0.4902, 0.0001);  // 8 of 10, as tables have it
  EXPECT_NEAR(summary.kept_rate_high(), 0.9433, 0.0001);
  const std::vector<v1::PromiseParty> owners = SummarizeByOwner(promises);
  ASSERT_THAT(owners, SizeIs(2));
  EXPECT_EQ(owners[0].id(), "ann");
  EXPECT_EQ(owners[1].summary().broken(), 1);
  EXPECT_FALSE(owners[0].summary().has_kept_rate());
  EXPECT_THAT(SummarizeByProvider(promises), SizeIs(1));
}

TEST(PromiseSummaryTest, PagesNewestFirstAndSumsUpOverAll) {
  std::vector<v1::Promise> promises;
  for (int i = 0; i < 5; ++i) {
    v1::Promise promise = Settled(v1::PROMISE_STATE_KEPT, "ann");
    promise.set_id(absl::StrCat("p", i));
    SetTime(absl::ToUnixMicros(At(i / 2)), promise.mutable_made_at());
    promises.push_back(promise);
  }
  std::vector<std::string> ids;
  std::string token;
  do {
    const auto page = PagePromises(promises, 2, token);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->summary().kept(), 5);
    ASSERT_THAT(page->owners(), SizeIs(1));
    for (const v1::Promise& promise : page->promises()) ids.push_back(promise.id());
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_THAT(ids, ElementsAre("p4", "p2", "p3", "p0", "p1"));
  for (const char* const bad : {"x", "x y", "-1 y"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(PagePromises(promises, 2, bad).status())) << bad;
  }
}

TEST(PromiseSummaryTest, FiltersByStateOwnerProviderAndTime) {
  v1::Promise promise = Settled(v1::PROMISE_STATE_KEPT, "ann");
  SetTime(absl::ToUnixMicros(At(10)), promise.mutable_made_at());
  v1::ListPromisesRequest request;
  EXPECT_TRUE(IsAskedFor(promise, request));
  request.set_state(v1::PROMISE_STATE_BROKEN);
  EXPECT_FALSE(IsAskedFor(promise, request));
  request.set_state(v1::PROMISE_STATE_KEPT);
  request.set_owner_id("ann");
  request.set_provider_id("network");
  EXPECT_TRUE(IsAskedFor(promise, request));
  SetTime(absl::ToUnixMicros(At(10)), request.mutable_end_at());
  EXPECT_FALSE(IsAskedFor(promise, request));
  SetTime(absl::ToUnixMicros(At(11)), request.mutable_end_at());
  SetTime(absl::ToUnixMicros(At(10)), request.mutable_start_at());
  EXPECT_TRUE(IsAskedFor(promise, request));
  request.set_owner_id("bob");
  EXPECT_FALSE(IsAskedFor(promise, request));
}

}  // namespace
}  // namespace waypost::journey
