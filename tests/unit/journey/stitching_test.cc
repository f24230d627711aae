// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/journey/placement.h"
#include "tests/unit/journey/event_builder.h"

namespace waypost::journey {
namespace {

using testing::ElementsAre;

constexpr auto kNew = v1::STATUS_CATEGORY_NEW;
constexpr auto kResolved = v1::STATUS_CATEGORY_RESOLVED;
constexpr int64_t kHour = 60;
constexpr int64_t kDay = 24 * kHour;

TEST(StitchingTest, ThePasswordResetIsOneJourney) {
  Player player;
  player.PlayAll({
      EventBuilder("s1", 0).LoneSignal("login_failed", "portal", "mail"),
      EventBuilder("s2", 1).LoneSignal("login_failed", "portal", "mail"),
      EventBuilder("s3", 3).LoneSignal("call_abandoned", "phone"),
      EventBuilder("s4", 8).LoneSignal("portal_visited", "portal"),
      EventBuilder("s5", 9).LoneSignal("search_no_result", "portal"),
      EventBuilder("s6", 12).LoneSignal("reset_requested", "portal"),
      EventBuilder("s7", 13).LoneSignal("mail_bounced", "email"),
      EventBuilder("s8", 18).LoneSignal("call_answered", "phone"),
  });
  const std::string signals_only = player.journey().id();
  EXPECT_FALSE(IsOpen(player.journey()));
  const Folded ticket = player.Play(EventBuilder("t", 20)
                                        .Requester("ann")
                                        .Status("New", kNew)
                                        .Channel("phone")
                                        .Matter("mail", "access/login")
                                        .By(v1::ACTOR_ROLE_AGENT));
  EXPECT_EQ(ticket.placement.adopted_journey_id(), signals_only);
  EXPECT_EQ(player.journey().id(), signals_only);
  const v1::JourneyFacts& facts = player.facts();
  EXPECT_EQ(player.journey().entry_count(), 9U);
  EXPECT_EQ(facts.signals(), 8);
  EXPECT_EQ(facts.tickets(), 1);
  EXPECT_THAT(facts.channels(), ElementsAre("portal", "phone", "email"));
  EXPECT_EQ(facts.channel_hops(), 4);
  EXPECT_EQ(facts.contacts(), 3) << "two calls and the ticket";
  EXPECT_EQ(facts.chasers(), 0);
  EXPECT_EQ(facts.effort(), 3 + 6 + 4);
  EXPECT_EQ(MicrosOf(facts.last_visible_at()), kStart + 20 * kMinute);
}

struct Row {
  std::string name;
  std::vector<v1::TicketEvent> before;
  v1::TicketEvent event;
  size_t journeys;
};
class PlacementTest : public testing::TestWithParam<Row> {};

TEST_P(PlacementTest, JoinsOrBegins) {
  Player player;
  player.PlayAll(GetParam().before);
  player.Play(GetParam().event);
  EXPECT_EQ(player.record.journeys.size(), GetParam().journeys);
}

EventBuilder Ticket(std::string_view ref, int64_t minute, std::string_view service = "mail",
                    std::string_view category = "login") {
  return EventBuilder(absl::StrCat(std::string(ref), "@", minute), minute)
      .Ref(ref)
      .Is(kNew)
      .Matter(service, category);
}
EventBuilder Ended(std::string_view ref, int64_t minute) {
  return EventBuilder(absl::StrCat(std::string(ref), "@", minute), minute).Ref(ref).Is(kResolved);
}
EventBuilder Signal(int64_t minute, std::string_view service = "") {
  return EventBuilder(absl::StrCat("s@", minute), minute)
      .LoneSignal("portal_visited", "portal", service);
}
std::vector<v1::TicketEvent> Sixteen() {
  std::vector<v1::TicketEvent> events;
  for (int i = 0; i < kMaxTickets; ++i) events.push_back(Ticket(absl::StrCat("N-", i), i));
  return events;
}

INSTANTIATE_TEST_SUITE_P(
    Tickets, PlacementTest,
    testing::ValuesIn(std::vector<Row>{
        {"SameTicket", {Ticket("A", 0)}, Ended("A", 5), 1},
        {"SameMatterWhileOpen", {Ticket("A", 0)}, Ticket("B", 30 * kDay), 1},
        {"SameMatterSevenDaysAfterTheEnd",
         {Ticket("A", 0), Ended("A", kDay)},
         Ticket("B", 8 * kDay),
         1},
        {"SameMatterLaterThanSevenDays",
         {Ticket("A", 0), Ended("A", kDay)},
         Ticket("B", 8 * kDay + 1),
         2},
        {"OtherCategory", {Ticket("A", 0)}, Ticket("B", 1, "mail", "quota"), 2},
        {"OtherService", {Ticket("A", 0)}, Ticket("B", 1, "vpn", "login"), 2},
        {"CategoryAlone", {Ticket("A", 0, "")}, Ticket("B", 1, ""), 1},
        {"ServiceAlone", {Ticket("A", 0, "mail", "")}, Ticket("B", 1, "mail", ""), 1},
        {"ServiceToldByOneAlone", {Ticket("A", 0)}, Ticket("B", 1, ""), 1},
        {"NothingInCommon", {Ticket("A", 0, "mail", "")}, Ticket("B", 1, ""), 2},
        {"NothingTold", {Ticket("A", 0, "", "")}, Ticket("B", 1, "", ""), 2},
        {"OtherCategoryOfNoService", {Ticket("A", 0, "")}, Ticket("B", 1, "", "quota"), 2},
        {"ChildOfATicket", {Ticket("A", 0)}, Ticket("B", 1, "vpn", "x").Parent("A"), 1},
        {"ChildOfAStranger", {Ticket("A", 0)}, Ticket("B", 1, "vpn", "x").Parent("Z"), 2},
        {"SixteenTicketsAreEnough", Sixteen(), Ticket("B", 60), 2},
    }),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(Signals, PlacementTest,
                         testing::ValuesIn(std::vector<Row>{
                             {"TicketAdopts", {Signal(0)}, Ticket("A", 4 * kHour), 1},
                             {"TicketTooLate", {Signal(0)}, Ticket("A", 4 * kHour + 1), 2},
                             {"TicketOfAnotherService", {Signal(0, "vpn")}, Ticket("A", 1), 2},
                             {"SignalJoinsOpenJourney", {Ticket("A", 0)}, Signal(4 * kHour), 1},
                             {"SignalOfAnotherService", {Ticket("A", 0)}, Signal(1, "vpn"), 2},
                             {"SignalTooLate", {Ticket("A", 0)}, Signal(4 * kHour + 1), 2},
                             {"SignalAfterTheEnd", {Ticket("A", 0), Ended("A", 1)}, Signal(2), 2},
                             {"SignalJoinsSignals", {Signal(0)}, Signal(4 * kHour), 1},
                             {"SignalApartFromSignals", {Signal(0)}, Signal(4 * kHour + 1), 2},
                         }),
                         [](const auto& info) { return info.param.name; });

TEST(StitchingTest, ASecondTicketWithinSevenDaysOfTheEndIsARepeat) {
  Player player;
  player.PlayAll({Ticket("A", 0), Ended("A", kDay), Ticket("B", 3 * kDay)});
  EXPECT_EQ(player.facts().repeats(), 1);
  EXPECT_EQ(player.facts().tickets(), 2);
  EXPECT_EQ(player.facts().open_tickets(), 1);
}

TEST(StitchingTest, ASecondTicketWhileTheFirstIsOpenIsNoRepeat) {
  Player player;
  player.PlayAll({Ticket("A", 0), Ticket("B", 10)});
  EXPECT_EQ(player.facts().repeats(), 0);
  EXPECT_EQ(player.facts().tickets(), 2);
}

TEST(StitchingTest, ALoggedPlacementOverridesTheChoice) {
  Player live;
  const Folded first = live.Play(Ticket("A", 0));
  const Folded second = live.Play(Ticket("B", 1, "vpn"));
  Player replay;
  internal::v1::Placement placement = first.placement;
  ASSERT_TRUE(Fold(Ticket("A", 0), 1, {}, &placement, &replay.record).ok());
  placement.set_created(false);
  ASSERT_TRUE(Fold(Ticket("B", 1, "vpn"), 2, {}, &placement, &replay.record).ok());
  EXPECT_EQ(replay.journey().tickets_size(), 2);
  EXPECT_NE(first.placement.journey_id(), second.placement.journey_id());
}

TEST(StitchingTest, APlacementInAnUnknownJourneyChangesNothing) {
  Player player;
  player.Play(Ticket("A", 0));
  const std::string before = player.journey().SerializeAsString();
  internal::v1::Placement placement;
  placement.set_journey_id("j-unknown");
  EXPECT_EQ(Fold(Ticket("B", 1), 2, {}, &placement, &player.record).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(Fold(Ended("A", 1), 2, {}, &placement, &player.record).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(player.journey().SerializeAsString(), before);
}

TEST(StitchingTest, JourneysStandInTheOrderOfTheirNewestActivity) {
  Player player;
  const std::string a = player.Play(Ticket("A", 0)).placement.journey_id();
  const std::string b = player.Play(Ticket("B", 1, "vpn")).placement.journey_id();
  EXPECT_EQ(player.record.journeys[1].id(), b);
  const Folded folded = player.Play(Ended("A", 2));
  EXPECT_EQ(folded.journey, 1U);
  EXPECT_EQ(player.record.journeys[0].id(), b);
  EXPECT_EQ(player.record.journeys[1].id(), a);
}

}  // namespace
}  // namespace waypost::journey
