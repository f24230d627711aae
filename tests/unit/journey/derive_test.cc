// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/derive.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/unit/journey/event_builder.h"

namespace waypost::journey {
namespace {

constexpr auto kNew = v1::STATUS_CATEGORY_NEW;
constexpr auto kOpen = v1::STATUS_CATEGORY_OPEN;
constexpr auto kOnCustomer = v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER;
constexpr auto kOnProvider = v1::STATUS_CATEGORY_WAITING_ON_PROVIDER;
constexpr auto kResolved = v1::STATUS_CATEGORY_RESOLVED;
constexpr auto kClosed = v1::STATUS_CATEGORY_CLOSED;
constexpr auto kCanceled = v1::STATUS_CATEGORY_CANCELED;

EventBuilder Before() { return EventBuilder("before"); }
EventBuilder Now() { return EventBuilder("now", 1); }
EventBuilder Known() {
  return Before().Status("New", kNew).Group("A").Assignee("x").Priority("P3");
}

struct Row {
  std::string name;
  std::vector<v1::TicketEvent> before;
  v1::TicketEvent event;
  std::string expected;
};

class DeriveTest : public testing::TestWithParam<Row> {};

TEST_P(DeriveTest, ComparesWithTheSnapshotBefore) {
  Player player;
  player.PlayAll(GetParam().before);
  EXPECT_EQ(TypesOf(player.Play(GetParam().event)), GetParam().expected);
}

std::string NameOfRow(const testing::TestParamInfo<Row>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(
    FirstSnapshot, DeriveTest,
    testing::ValuesIn(std::vector<Row>{
        {"Bare", {}, Now(), "created"},
        {"GroupAndAssigneeAreNoAssignment", {}, Now().Group("A").Assignee("x"), "created"},
        {"AlreadyWaiting", {}, Now().Is(kOnCustomer), "created waiting"},
        {"AlreadyResolved", {}, Now().Status("Resolved", kResolved), "created resolved"},
        {"AlreadyClosed", {}, Now().Is(kClosed), "created closed"},
        {"AlreadyCanceled", {}, Now().Is(kCanceled), "created canceled"},
        {"WithParentAndComment",
         {},
         Now().Parent("P").Comment(v1::VISIBILITY_BOTH),
         "created linked commented"},
        {"Merged", {}, Now().MergedInto("T-9"), "created merged"},
        {"ToldCreatedIsNotTwice", {}, Now().Type(v1::EVENT_TYPE_CREATED), "created"},
        {"ToldResolvedWithoutCategory",
         {},
         Now().Type(v1::EVENT_TYPE_RESOLVED),
         "created resolved"},
        {"WithSignal", {}, Now().Signal("call_abandoned", "phone"), "created signal"},
        {"LoneSignal", {}, Now().LoneSignal("login_failed", "portal"), "signal"},
    }),
    NameOfRow);

INSTANTIATE_TEST_SUITE_P(
    SingleChange, DeriveTest,
    testing::ValuesIn(std::vector<Row>{
        {"NothingTold", {Known()}, Now(), "updated"},
        {"NothingChanged",
         {Known()},
         Now().Status("New", kNew).Group("A").Priority("P3"),
         "updated"},
        {"Priority", {Known()}, Now().Priority("P1"), "priority_changed"},
        {"PriorityCleared", {Known()}, Now().Priority(""), "priority_changed"},
        {"PriorityFirstTold", {Before()}, Now().Priority("P1"), "updated"},
        {"PriorityAfterEmpty", {Before().Priority("")}, Now().Priority("P1"), "priority_changed"},
        {"Group", {Known()}, Now().Group("B"), "assigned"},
        {"GroupCleared", {Known()}, Now().Group(""), "assigned"},
        {"FirstDispatch", {Before()}, Now().Group("B"), "assigned"},
        {"EmptyGroupIsStillNobody", {Before()}, Now().Group(""), "updated"},
        {"AssigneeWithinGroup", {Known()}, Now().Group("A").Assignee("y"), "assigned"},
        {"AssigneeCleared", {Known()}, Now().Assignee(""), "assigned"},
        {"GroupAndAssigneeAreOneAssignment", {Known()}, Now().Group("B").Assignee("y"), "assigned"},
        {"StatusName", {Known()}, Now().Status("Triage", kNew), "status_changed"},
        {"CategoryAlone", {Known()}, Now().Is(kOpen), "status_changed"},
        {"CategoryFirstTold", {Before()}, Now().Is(kOpen), "updated"},
        {"FirstToldCategoryIsStillEntered", {Before()}, Now().Is(kResolved), "resolved"},
        {"WaitsForCustomer", {Known()}, Now().Is(kOnCustomer), "status_changed waiting"},
        {"WaitsForProvider", {Known()}, Now().Is(kOnProvider), "status_changed waiting"},
        {"FromCustomerToProvider",
         {Before().Is(kOnCustomer)},
         Now().Is(kOnProvider),
         "status_changed waiting"},
        {"Resumed", {Before().Is(kOnCustomer)}, Now().Is(kOpen), "status_changed resumed"},
        {"ResolvedFromWaitingIsNotResumed",
         {Before().Is(kOnCustomer)},
         Now().Is(kResolved),
         "status_changed resolved"},
        {"ClosedAfterResolved",
         {Before().Is(kResolved)},
         Now().Is(kClosed),
         "status_changed closed"},
        {"Canceled", {Known()}, Now().Is(kCanceled), "status_changed canceled"},
        {"ReopenedFromResolved",
         {Before().Is(kResolved)},
         Now().Is(kOpen),
         "status_changed reopened"},
        {"ReopenedFromClosed", {Before().Is(kClosed)}, Now().Is(kNew), "status_changed reopened"},
        {"ReopenedFromCanceledIntoWaiting",
         {Before().Is(kCanceled)},
         Now().Is(kOnCustomer),
         "status_changed reopened waiting"},
        {"BackFromClosedToResolvedIsNoReopen",
         {Before().Is(kClosed)},
         Now().Is(kResolved),
         "status_changed resolved"},
        {"Merged", {Known()}, Now().MergedInto("T-2"), "merged"},
        {"MergedOnceOnly",
         {Known(), EventBuilder("m").MergedInto("T-2")},
         Now().MergedInto("T-2"),
         "updated"},
        {"Linked", {Known()}, Now().Parent("P-1"), "linked"},
        {"LinkedElsewhere", {Before().Parent("P-1")}, Now().Parent("P-2"), "linked"},
        {"LinkRemoved", {Before().Parent("P-1")}, Now().Parent(""), "updated"},
        {"InternalComment", {Known()}, Now().Comment(v1::VISIBILITY_PROVIDER), "commented"},
        {"Signal", {Known()}, Now().Signal("article_viewed", "portal"), "signal"},
    }),
    NameOfRow);

INSTANTIATE_TEST_SUITE_P(
    SeveralAndTold, DeriveTest,
    testing::ValuesIn(std::vector<Row>{
        {"AllAtOnceInTheFixedOrder",
         {Known()},
         Now()
             .Comment(v1::VISIBILITY_BOTH)
             .Status("Done", kResolved)
             .Group("B")
             .Priority("P1")
             .Parent("P")
             .MergedInto("M"),
         "merged linked priority_changed assigned status_changed resolved commented"},
        {"ToldAndShownIsOnce",
         {Known()},
         Now().Type(v1::EVENT_TYPE_ASSIGNED).Group("B"),
         "assigned"},
        {"ToldButNotShown", {Known()}, Now().Type(v1::EVENT_TYPE_ASSIGNED), "assigned"},
        {"ToldBesideShown",
         {Known()},
         Now().Type(v1::EVENT_TYPE_APPROVAL_GRANTED).Priority("P1"),
         "priority_changed approval_granted"},
        {"ToldReopenedOpensTheTicket",
         {Before().Is(kResolved)},
         Now().Type(v1::EVENT_TYPE_REOPENED),
         "status_changed reopened"},
        {"ToldCreatedLaterIsAnUpdate", {Known()}, Now().Type(v1::EVENT_TYPE_CREATED), "updated"},
        {"ToldUpdatedGivesWayToWhatIsShown",
         {Known()},
         Now().Type(v1::EVENT_TYPE_UPDATED).Priority("P1"),
         "priority_changed"},
        {"ToldUpdatedAlone", {Known()}, Now().Type(v1::EVENT_TYPE_UPDATED), "updated"},
        {"ToldWaiting", {Known()}, Now().Type(v1::EVENT_TYPE_WAITING), "waiting"},
        {"ToldCommentWithoutText", {Known()}, Now().Type(v1::EVENT_TYPE_COMMENTED), "commented"},
        {"ToldResolvedWhileOpen",
         {Before().Is(kOpen)},
         Now().Type(v1::EVENT_TYPE_RESOLVED).Is(kOpen),
         "updated"},
        {"ToldResolvedAgain",
         {Before().Is(kResolved)},
         Now().Type(v1::EVENT_TYPE_RESOLVED),
         "updated"},
        {"ToldClosedWhileResolved",
         {Before().Is(kOpen)},
         Now().Type(v1::EVENT_TYPE_CLOSED).Is(kResolved),
         "status_changed resolved"},
        {"ToldReopenedWhileOpen",
         {Before().Is(kOpen)},
         Now().Type(v1::EVENT_TYPE_REOPENED),
         "updated"},
        {"ToldReopenedFromTheUnknown", {}, Now().Type(v1::EVENT_TYPE_REOPENED), "created reopened"},
        {"ToldReopenedWhileResolved",
         {Before().Is(kOpen)},
         Now().Type(v1::EVENT_TYPE_REOPENED).Is(kResolved),
         "status_changed resolved"},
        {"ToldResumedWhileOpen",
         {Before().Is(kOpen)},
         Now().Type(v1::EVENT_TYPE_RESUMED),
         "updated"},
        {"ToldWaitingWhileOpen",
         {Before().Is(kOpen)},
         Now().Type(v1::EVENT_TYPE_WAITING).Is(kOpen),
         "updated"},
        {"ToldWaitingAgain",
         {Before().Is(kOnCustomer)},
         Now().Type(v1::EVENT_TYPE_WAITING),
         "updated"},
        {"ToldAssignedToTheSameGroup",
         {Known()},
         Now().Type(v1::EVENT_TYPE_ASSIGNED).Group("A").Assignee("x"),
         "updated"},
        {"ToldAssignedInTheFirstSnapshot",
         {},
         Now().Type(v1::EVENT_TYPE_ASSIGNED).Group("A"),
         "created assigned"},
        {"ToldPriorityThatStays",
         {Known()},
         Now().Type(v1::EVENT_TYPE_PRIORITY_CHANGED).Priority("P3"),
         "updated"},
        {"ToldPriorityFirstKnown",
         {Before()},
         Now().Type(v1::EVENT_TYPE_PRIORITY_CHANGED).Priority("P3"),
         "priority_changed"},
        {"ToldStatusThatStays",
         {Known()},
         Now().Type(v1::EVENT_TYPE_STATUS_CHANGED).Status("New", kNew),
         "updated"},
        {"ToldMergedAgain",
         {Before().MergedInto("T-2")},
         Now().Type(v1::EVENT_TYPE_MERGED),
         "updated"},
        {"ToldMergedWithoutTheOther", {Known()}, Now().Type(v1::EVENT_TYPE_MERGED), "merged"},
        {"ToldDeletedAgain",
         {Before().Type(v1::EVENT_TYPE_DELETED)},
         Now().Type(v1::EVENT_TYPE_DELETED),
         "updated"},
        {"ToldApprovalAgain",
         {Before().Type(v1::EVENT_TYPE_APPROVAL_GRANTED)},
         Now().Type(v1::EVENT_TYPE_APPROVAL_GRANTED),
         "approval_granted"},
        {"Deleted", {Known()}, Now().Type(v1::EVENT_TYPE_DELETED), "deleted"},
        {"Feedback", {Known()}, Now().Type(v1::EVENT_TYPE_FEEDBACK), "feedback"},
    }),
    NameOfRow);

TEST(DeriveValuesTest, EventsCarryTheValuesBeforeAndAfter) {
  Player player;
  player.Play(Known());
  const Folded folded = player.Play(Now().Priority("P1").Group("").Status("Open", kOpen));
  ASSERT_EQ(TypesOf(folded), "priority_changed assigned status_changed");
  EXPECT_EQ(folded.events[0].from(), "P3");
  EXPECT_EQ(folded.events[0].to(), "P1");
  EXPECT_EQ(folded.events[1].from(), "A");
  EXPECT_EQ(folded.events[1].to(), "");
  EXPECT_EQ(folded.events[2].from(), "New");
  EXPECT_EQ(folded.events[2].to(), "Open");
}

TEST(DeriveValuesTest, ATypeToldWithoutAChangeCountsNothing) {
  Player player;
  player.Play(Before().Is(kOpen));
  for (const char* id : {"1", "2", "3"}) {
    player.Play(EventBuilder(id, 1).Type(v1::EVENT_TYPE_RESOLVED).Is(kOpen));
    player.Play(EventBuilder(id, 1).Type(v1::EVENT_TYPE_REOPENED).Is(kOpen));
  }
  EXPECT_EQ(player.facts().resolutions(), 0);
  EXPECT_EQ(player.facts().reopens(), 0);
}

TEST(DeriveValuesTest, AnAssigneeWithinTheGroupIsNamed) {
  Player player;
  player.Play(Known());
  const Folded folded = player.Play(Now().Assignee("y"));
  ASSERT_EQ(folded.events.size(), 1U);
  EXPECT_EQ(folded.events[0].from(), "x");
  EXPECT_EQ(folded.events[0].to(), "y");
}

}  // namespace
}  // namespace waypost::journey
