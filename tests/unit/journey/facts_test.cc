// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/facts.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/journey/event_builder.h"

namespace waypost::journey {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kNew = v1::STATUS_CATEGORY_NEW;
constexpr auto kOpen = v1::STATUS_CATEGORY_OPEN;
constexpr auto kOnCustomer = v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER;
constexpr auto kOnProvider = v1::STATUS_CATEGORY_WAITING_ON_PROVIDER;
constexpr auto kResolved = v1::STATUS_CATEGORY_RESOLVED;
constexpr auto kClosed = v1::STATUS_CATEGORY_CLOSED;
constexpr auto kCanceled = v1::STATUS_CATEGORY_CANCELED;
constexpr auto kCustomer = v1::ACTOR_ROLE_CUSTOMER;
constexpr auto kAgent = v1::ACTOR_ROLE_AGENT;

struct Groups {
  std::string name;
  std::vector<std::string> groups;  // one snapshot each; "-" tells none
  int reassignments;
  int bounces;
};
class GroupsTest : public testing::TestWithParam<Groups> {};

TEST_P(GroupsTest, CountsChangesAndReturns) {
  Player player;
  int64_t minute = 0;
  for (const std::string& group : GetParam().groups) {
    EventBuilder event(absl::StrCat("e", minute), minute);
    player.Play(group == "-" ? event : event.Group(group));
    ++minute;
  }
  EXPECT_EQ(player.facts().reassignments(), GetParam().reassignments);
  EXPECT_EQ(player.facts().bounces(), GetParam().bounces);
  EXPECT_EQ(player.journey().progress().tickets(0).reassignments(), GetParam().reassignments);
  EXPECT_EQ(player.journey().progress().tickets(0).bounces(), GetParam().bounces);
}

INSTANTIATE_TEST_SUITE_P(Sequences, GroupsTest,
                         testing::ValuesIn(std::vector<Groups>{
                             {"Stays", {"A", "A"}, 0, 0},
                             {"FirstDispatch", {"-", "A"}, 0, 0},
                             {"FirstDispatchFromCleared", {"", "A"}, 0, 0},
                             {"Once", {"A", "B"}, 1, 0},
                             {"Return", {"A", "B", "A"}, 2, 1},
                             {"ReturnAndBack", {"A", "B", "A", "B", "A"}, 4, 3},
                             {"Roundabout", {"A", "B", "C", "A"}, 3, 0},
                             {"RepeatsCollapse", {"A", "A", "B", "B", "A", "A"}, 2, 1},
                             {"NobodyInBetween", {"A", "", "B"}, 1, 0},
                             {"NobodyAndBack", {"A", "", "A"}, 0, 0},
                             {"ReturnOverNobody", {"A", "B", "", "A"}, 2, 1},
                             {"NotTold", {"A", "-", "B", "-", "A"}, 2, 1},
                             {"UnknownIsAChange", {"?", "A", "?"}, 2, 0},
                             {"UnknownIsNoReturn", {"A", "?", "A"}, 2, 0},
                             {"ReturnOverUnknown", {"A", "B", "?", "A"}, 3, 1},
                         }),
                         [](const auto& info) { return info.param.name; });

struct Reopens {
  std::string name;
  std::vector<v1::StatusCategory> categories;
  int reopens;
  int resolutions;
  int closings;
  int open_tickets;
};
class ReopensTest : public testing::TestWithParam<Reopens> {};

TEST_P(ReopensTest, CountsTheWayBackFromTheEnd) {
  Player player;
  int64_t minute = 0;
  for (const v1::StatusCategory category : GetParam().categories) {
    player.Play(EventBuilder(absl::StrCat("e", minute), minute).Is(category));
    ++minute;
  }
  EXPECT_EQ(player.facts().reopens(), GetParam().reopens);
  EXPECT_EQ(player.facts().resolutions(), GetParam().resolutions);
  EXPECT_EQ(player.facts().closings(), GetParam().closings);
  EXPECT_EQ(player.facts().open_tickets(), GetParam().open_tickets);
  EXPECT_EQ(EndedAt(player.journey()) == absl::InfinitePast(), GetParam().open_tickets > 0);
}

INSTANTIATE_TEST_SUITE_P(
    Sequences, ReopensTest,
    testing::ValuesIn(std::vector<Reopens>{
        {"ResolvedThenClosed", {kNew, kResolved, kClosed}, 0, 1, 1, 0},
        {"ArrivesResolved", {kResolved}, 0, 1, 0, 0},
        {"ResolvedToOpen", {kNew, kResolved, kOpen}, 1, 1, 0, 1},
        {"ClosedToWaiting", {kNew, kClosed, kOnCustomer}, 1, 0, 1, 1},
        {"CanceledToNew", {kNew, kCanceled, kNew}, 1, 0, 0, 1},
        {"ClosedToResolved", {kNew, kClosed, kResolved}, 0, 1, 1, 0},
        {"Twice", {kNew, kResolved, kOpen, kResolved, kOpen, kClosed}, 2, 2, 1, 0},
    }),
    [](const auto& info) { return info.param.name; });

TEST(FactsTest, CountsStatusPriorityAndWaits) {
  Player player;
  player.PlayAll({
      EventBuilder("1", 0).Status("New", kNew).Priority("P3"),
      EventBuilder("2", 1).Status("Awaiting User Info", kOnCustomer).Priority("P2"),
      EventBuilder("3", 2).Status("Awaiting Vendor", kOnProvider).Priority("P2"),
      EventBuilder("4", 3).Status("Awaiting Evidence", kOnProvider),
  });
  EXPECT_EQ(player.facts().status_changes(), 3);
  EXPECT_EQ(player.facts().priority_changes(), 1);
  EXPECT_EQ(player.facts().waits_on_customer(), 1);
  EXPECT_EQ(player.facts().waits_on_provider(), 1);
}

// Reported by phone at 0 (visible), dispatched at 10, an internal note at 30, news at 60, the
// question to the customer at 70 (visible), the answer at 170 (visible), resumed at 180, resolved
// at 240 (visible).
std::vector<v1::TicketEvent> OneTicket() {
  return {
      EventBuilder("1", 0).Status("New", kNew).Channel("phone").By(kAgent),
      EventBuilder("2", 10).Group("Desk").Status("Open", kOpen).By(kAgent),
      EventBuilder("3", 30).Comment(v1::VISIBILITY_PROVIDER).Group("Network").By(kAgent),
      EventBuilder("4", 60).Comment(v1::VISIBILITY_BOTH).By(kAgent),
      EventBuilder("5", 70).Status("Awaiting info", kOnCustomer).By(kAgent),
      EventBuilder("6", 170).Comment(v1::VISIBILITY_BOTH).By(kCustomer),
      EventBuilder("7", 180).Status("Open", kOpen).By(kAgent),
      EventBuilder("8", 240).Status("Resolved", kResolved).By(kAgent),
  };
}

TEST(FactsTest, TimeInTheDarkLeavesOutWaitingForTheCustomer) {
  Player player;
  player.PlayAll(OneTicket());
  // 0-60, 60-70 and 180-240; the stretch over the internal note is the longest.
  EXPECT_EQ(Minutes(player.facts().time_in_the_dark()), 130);
  EXPECT_EQ(Minutes(player.facts().longest_dark()), 60);
  EXPECT_EQ(MicrosOf(player.facts().last_visible_at()), kStart + 240 * kMinute);
  EXPECT_EQ(player.facts().public_updates(), 1);
  EXPECT_EQ(player.facts().internal_notes(), 1);
}

TEST(FactsTest, AStretchInTheDarkGoesOnOverTheWaitForTheCustomerUntilNews) {
  Player player;
  player.PlayAll({
      EventBuilder("1", 0).Is(kNew),
      EventBuilder("2", 30).Is(kOnProvider),
      EventBuilder("3", 90).Comment(v1::VISIBILITY_PROVIDER),
  });
  EXPECT_EQ(Minutes(player.facts().longest_dark()), 90);
  EXPECT_EQ(MicrosOf(player.facts().last_visible_at()), kStart);
}

TEST(FactsTest, PossessionsAddUpToTheTimeTheTicketWasOpen) {
  Player player;
  player.PlayAll(OneTicket());
  struct Held {
    v1::Party party;
    std::string holder;
    double minutes;
  };
  const std::vector<Held> expected = {{v1::PARTY_PROVIDER, "", 10},
                                      {v1::PARTY_PROVIDER, "Desk", 20},
                                      {v1::PARTY_PROVIDER, "Network", 40 + 60},
                                      {v1::PARTY_CUSTOMER, "", 110}};
  ASSERT_EQ(player.facts().possessions_size(), static_cast<int>(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i) {
    const v1::Possession& possession = player.facts().possessions(static_cast<int>(i));
    EXPECT_EQ(possession.party(), expected[i].party) << i;
    EXPECT_EQ(possession.holder(), expected[i].holder) << i;
    EXPECT_EQ(Minutes(possession.held()), expected[i].minutes) << i;
  }
  EXPECT_EQ(player.facts().waiting_on(), v1::PARTY_UNSPECIFIED);
  EXPECT_EQ(player.facts().holder(), "");
  EXPECT_FALSE(player.facts().has_waiting_since());
  EXPECT_THAT(player.facts().groups(), ElementsAre("Desk", "Network"));
}

TEST(FactsTest, TheProviderComesBeforeAThirdPartyAndThatBeforeTheCustomer) {
  Player player;
  player.Play(EventBuilder("1", 0).Matter("mail", "login").Is(kOnCustomer).Group("Desk"));
  EXPECT_EQ(player.facts().waiting_on(), v1::PARTY_CUSTOMER);
  player.Play(EventBuilder("2", 1).Ref("T-2").Matter("mail", "login").Is(kOnProvider).Group("Net"));
  EXPECT_EQ(player.facts().waiting_on(), v1::PARTY_THIRD_PARTY);
  EXPECT_EQ(player.facts().holder(), "Net");
  player.Play(EventBuilder("3", 2).Is(kOpen));
  EXPECT_EQ(player.facts().waiting_on(), v1::PARTY_PROVIDER);
  EXPECT_EQ(player.facts().holder(), "Desk");
  EXPECT_EQ(MicrosOf(player.facts().waiting_since()), kStart + 2 * kMinute);
  EXPECT_EQ(player.facts().open_tickets(), 2);
}

TEST(FactsTest, AChaserIsAContactWhileTheDeskHasTheBall) {
  const auto comment = [](std::string_view id, int64_t minute) {
    return EventBuilder(id, minute).Comment(v1::VISIBILITY_BOTH).By(kCustomer);
  };
  Player player;
  player.Play(EventBuilder("1", 0).Is(kNew).Channel("email").Comment(v1::VISIBILITY_BOTH));
  EXPECT_EQ(player.facts().contacts(), 1) << "the contact that reports";
  EXPECT_EQ(player.facts().chasers(), 0);
  player.Play(comment("2", 10));
  EXPECT_EQ(player.facts().chasers(), 1);
  player.Play(EventBuilder("3", 20).Is(kOnCustomer));
  player.Play(comment("4", 30));
  EXPECT_EQ(player.facts().chasers(), 1) << "an answer that was asked for";
  player.Play(EventBuilder("5", 40).Is(kOnProvider));
  player.Play(EventBuilder("6", 50).LoneSignal("call_abandoned", "phone"));
  EXPECT_EQ(player.facts().chasers(), 2) << "a call about any open ticket";
  player.Play(EventBuilder("7", 60).LoneSignal("article_viewed", "portal"));
  player.Play(EventBuilder("8", 70).Is(kResolved));
  player.Play(comment("9", 80));
  EXPECT_EQ(player.facts().chasers(), 2);
  EXPECT_EQ(player.facts().contacts(), 5);
  EXPECT_EQ(player.facts().signals(), 2);
  EXPECT_THAT(player.facts().channels(), ElementsAre("email", "phone", "portal"));
  EXPECT_EQ(player.facts().channel_hops(), 2);
  // Contacts 5, the one signal that is none, two hops, one wait.
  EXPECT_EQ(player.facts().effort(), 5 + 1 + 2 + 1);
}

TEST(FactsTest, MonitoringIsNobodysContact) {
  Player player;
  player.Play(EventBuilder("1", 0).Is(kNew).Channel("monitoring").By(v1::ACTOR_ROLE_SYSTEM));
  EXPECT_EQ(player.facts().contacts(), 0);
  EXPECT_THAT(player.facts().channels(), IsEmpty());
  EXPECT_FALSE(player.facts().has_last_visible_at());
}

TEST(FactsTest, WaypostsOwnWriteBackIsNobodysAct) {
  Player player;
  player.Play(EventBuilder("1", 0).Is(kNew).By(kCustomer));
  player.Play(EventBuilder("2", 10)
                  .Comment(v1::VISIBILITY_BOTH)
                  .Channel("email")
                  .By(v1::ACTOR_ROLE_WAYPOST));
  EXPECT_EQ(player.facts().contacts(), 1);
  EXPECT_EQ(player.facts().chasers(), 0);
  EXPECT_EQ(player.facts().public_updates(), 0);
  EXPECT_EQ(MicrosOf(player.facts().last_visible_at()), kStart);
}

TEST(FactsTest, AMergedOrDeletedTicketIsNotOpen) {
  Player player;
  player.Play(EventBuilder("1", 0).Is(kNew).MergedInto("T-9"));
  EXPECT_EQ(player.facts().open_tickets(), 0);
  player.Play(EventBuilder("2", 1).MergedInto(""));
  EXPECT_EQ(player.facts().open_tickets(), 1);
  player.Play(EventBuilder("3", 2).Type(v1::EVENT_TYPE_DELETED));
  EXPECT_EQ(player.facts().open_tickets(), 0);
}

struct Role {
  std::string name;
  std::string actor;
  v1::ActorRole told;
  int contacts;  // beside the one that reports
  int updates;
};
class RoleTest : public testing::TestWithParam<Role> {};

TEST_P(RoleTest, AnUntoldRoleIsTheCustomerForTheRequesterOnly) {
  Player player;
  player.Play(EventBuilder("1", 0).Requester("ann"));
  v1::TicketEvent event = EventBuilder("2", 1).Comment(v1::VISIBILITY_BOTH).By(GetParam().told);
  event.mutable_actor()->set_id(GetParam().actor);
  player.Play(event);
  EXPECT_EQ(player.facts().contacts(), 1 + GetParam().contacts);
  EXPECT_EQ(player.facts().public_updates(), GetParam().updates);
}

INSTANTIATE_TEST_SUITE_P(Actors, RoleTest,
                         testing::ValuesIn(std::vector<Role>{
                             {"Requester", "ann", v1::ACTOR_ROLE_UNSPECIFIED, 1, 0},
                             {"Somebody", "bob", v1::ACTOR_ROLE_UNSPECIFIED, 0, 1},
                             {"Nobody", "", v1::ACTOR_ROLE_UNSPECIFIED, 0, 1},
                             {"RequesterActingAsAgent", "ann", kAgent, 0, 1},
                             {"ColleagueSpeakingForTheRequester", "bob", kCustomer, 1, 0},
                         }),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace waypost::journey
