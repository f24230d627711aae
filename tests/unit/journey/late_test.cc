// SPDX-License-Identifier: Apache-2.0
// Events that arrive late: facts and timeline are those of arrival in order.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "sidecar/journey/apply.h"
#include "sidecar/journey/facts.h"
#include "sidecar/journey/view.h"
#include "tests/unit/journey/event_builder.h"

namespace waypost::journey {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr auto kNew = v1::STATUS_CATEGORY_NEW;
constexpr auto kOpen = v1::STATUS_CATEGORY_OPEN;
constexpr auto kResolved = v1::STATUS_CATEGORY_RESOLVED;

// Which journey a new ticket joins depends on what is known when it arrives; that is not the matter
// here.
constexpr absl::Duration kAlways = absl::Hours(24 * 3650);

v1::Journey ViewOf(const Player& player) {
  v1::Journey view = ViewJourney(player.journey(), rules::RuleSet(), true);
  view.clear_id();
  for (v1::TimelineStep& step : *view.mutable_timeline()) step.clear_late();
  return view;
}

TEST(LateTest, IsDerivedAtItsPlaceAndLeavesNewerFieldsAlone) {
  Player player;
  player.Play(EventBuilder("1", 0).Status("New", kNew).Group("A").Priority("P3"));
  player.Play(EventBuilder("3", 20).Group("C"));
  const Folded folded = player.Play(EventBuilder("2", 10).Group("B").Priority("P1"));
  EXPECT_TRUE(folded.late);
  EXPECT_EQ(folded.entry, 1);
  ASSERT_EQ(TypesOf(folded), "priority_changed assigned");
  EXPECT_EQ(folded.events[1].from(), "A");
  EXPECT_EQ(folded.events[1].to(), "B");
  EXPECT_EQ(player.facts().reassignments(), 2);
  EXPECT_EQ(player.journey().tickets(0).ticket().group(), "C");
  EXPECT_EQ(player.journey().tickets(0).ticket().priority(), "P1");
  EXPECT_EQ(player.record.journeys[0].progress().newest_at(), kStart + 20 * kMinute);
}

TEST(LateTest, TheSameTimeIsTheOrderOfArrivalAndNotLate) {
  Player player;
  player.Play(EventBuilder("1", 0).Group("A"));
  player.Play(EventBuilder("2", 5).Group("B"));
  const Folded folded = player.Play(EventBuilder("3", 5).Group("A"));
  EXPECT_FALSE(folded.late);
  EXPECT_EQ(player.facts().bounces(), 1);
}

TEST(LateTest, AnEventBeforeTheFirstBecomesTheCreation) {
  Player player;
  player.Play(EventBuilder("2", 10).Group("B").Channel("phone"));
  const Folded folded = player.Play(EventBuilder("1", 0).Group("A").Channel("email"));
  EXPECT_EQ(TypesOf(folded), "created");
  EXPECT_EQ(MicrosOf(player.journey().tickets(0).ticket().opened_at()), kStart);
  EXPECT_EQ(StartedAt(player.journey()), absl::FromUnixMicros(kStart));
  EXPECT_EQ(player.facts().channels(0), "email");
  const v1::Journey view = ViewOf(player);
  EXPECT_EQ(view.timeline(1).events(0).type(), v1::EVENT_TYPE_ASSIGNED);
}

TEST(LateTest, TheEmotionOfALaterEntryStays) {
  const auto decision = [](int emotion) {
    internal::v1::Decision decision;
    v1::TouchpointPassed* touchpoint = decision.add_touchpoints();
    touchpoint->set_role(v1::CONSUMER_ROLE_USER);
    touchpoint->set_touchpoint_id("t");
    touchpoint->set_emotion(emotion);
    touchpoint->set_emotion_basis(v1::EMOTION_BASIS_INFERRED);
    return decision;
  };
  Player player;
  Apply(decision(0), player.Play(EventBuilder("1", 0)), &player.record);
  Apply(decision(-2), player.Play(EventBuilder("3", 20)), &player.record);
  Apply(decision(1), player.Play(EventBuilder("2", 10)), &player.record);
  EXPECT_EQ(player.facts().emotion(), -2);
  const v1::Journey view = ViewOf(player);
  EXPECT_EQ(view.timeline(1).touchpoints(0).emotion(), 1);
  EXPECT_EQ(view.timeline(2).touchpoints(0).emotion(), -2);
}

// A random but plausible stream about one matter: two tickets of one parent and signals with a
// ticket. Times are distinct: events of the same time are ordered by arrival.
class Stream {
 public:
  explicit Stream(uint32_t seed) : random_(seed) {}

  std::vector<v1::TicketEvent> Make() {
    std::vector<v1::TicketEvent> events;
    int64_t minute = 0;
    const int count = 3 + Pick(22);
    for (int i = 0; i < count; ++i) {
      minute += 1 + Pick(3000);
      events.push_back(Event(absl::StrCat("e", i), minute));
    }
    return events;
  }

  template <typename T>
  void Shuffle(std::vector<T>* items) {
    for (size_t i = items->size(); i > 1; --i) {
      std::swap((*items)[i - 1], (*items)[static_cast<size_t>(Pick(static_cast<int>(i)))]);
    }
  }

 private:
  // std::uniform_int_distribution differs between libraries; a seed shall mean the same anywhere.
  int Pick(int bound) { return static_cast<int>(random_() % static_cast<uint32_t>(bound)); }
  bool Chance(int percent) { return Pick(100) < percent; }

  v1::TicketEvent Event(const std::string& id, int64_t minute) {
    static const std::vector<std::string> groups = {"A", "B", "C", "", "?"};
    static const std::vector<std::string> channels = {"phone", "email", "portal", "monitoring"};
    EventBuilder event(id, minute);
    event.Matter("mail", "login").Ref(Chance(70) ? "T-1" : "T-2");
    if (Chance(60)) event.Group(groups[static_cast<size_t>(Pick(5))]);
    if (Chance(30)) event.Assignee(Chance(20) ? "" : absl::StrCat("agent-", Pick(3)));
    if (Chance(30)) event.Priority(absl::StrCat("P", Pick(3)));
    if (Chance(60)) {
      const auto category = static_cast<v1::StatusCategory>(1 + Pick(7));
      event.Status(absl::StrCat("status-", category), category);
    }
    if (Chance(30)) event.Channel(channels[static_cast<size_t>(Pick(4))]);
    if (Chance(30)) event.Comment(static_cast<v1::Visibility>(Pick(4)));
    if (Chance(10)) event.Signal("call_abandoned", channels[static_cast<size_t>(Pick(4))]);
    if (Chance(5)) event.MergedInto(Chance(50) ? "T-9" : "");
    if (Chance(10)) event.Parent(absl::StrCat("P-", Pick(2)));
    if (Chance(15)) event.Type(static_cast<v1::EventType>(Pick(20)));
    return event.By(static_cast<v1::ActorRole>(1 + Pick(4)));
  }

  std::mt19937 random_;
};

TEST(LateTest, AnyOrderOfArrivalGivesTheSameFactsAndTimeline) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    Stream stream(seed);
    std::vector<v1::TicketEvent> events = stream.Make();
    Player in_order;
    in_order.stitching.matter_window = kAlways;
    in_order.PlayAll(events);
    const v1::Journey expected = ViewOf(in_order);
    for (int round = 0; round < 5; ++round) {
      stream.Shuffle(&events);
      Player shuffled;
      shuffled.stitching.matter_window = kAlways;
      shuffled.PlayAll(events);
      std::string difference;
      MessageDifferencer differencer;
      differencer.ReportDifferencesToString(&difference);
      ASSERT_TRUE(differencer.Compare(expected, ViewOf(shuffled)))
          << "seed " << seed << ", round " << round << ":\n"
          << difference;
    }
  }
}

TEST(LateTest, OneStepAtATimeEqualsFoldingAnew) {
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    Player player;
    player.stitching.matter_window = kAlways;
    for (const v1::TicketEvent& event : Stream(seed).Make()) {
      player.Play(event);
      internal::v1::JourneyState anew = player.journey();
      Refold(-1, &anew, nullptr);
      ASSERT_TRUE(MessageDifferencer::Equals(anew, player.journey())) << "seed " << seed;
    }
  }
}

TEST(TruncationTest, FactsOutliveTheEntries) {
  Player player;
  for (int i = 0; i < 2600; ++i) {
    player.Play(EventBuilder(absl::StrCat("e", i), i)
                    .Is(i % 2 == 0 ? kOpen : kResolved)
                    .Group(absl::StrCat("group-", i))
                    .Assignee(absl::StrCat("agent-", i)));
  }
  const internal::v1::JourneyState& journey = player.journey();
  EXPECT_LE(journey.entry_count(), static_cast<uint32_t>(kMaxEntries));
  EXPECT_GE(journey.entry_count(), 750U);
  EXPECT_EQ(journey.base().entries() + journey.entry_count(), 2600U);
  EXPECT_EQ(player.facts().reassignments(), 2599);
  EXPECT_EQ(player.facts().reopens(), 1299);
  EXPECT_EQ(player.facts().groups_size(), kMaxGroups);
  EXPECT_LT(journey.ByteSizeLong(), 150'000U) << "names of dropped entries go too";
  internal::v1::JourneyState anew = journey;
  Refold(-1, &anew, nullptr);
  EXPECT_TRUE(MessageDifferencer::Equals(anew.facts(), journey.facts()));
  EXPECT_EQ(ViewJourney(journey, rules::RuleSet(), true).timeline_size(),
            static_cast<int>(journey.entry_count()));
  EXPECT_EQ(PositionsOfEvent("e3", player.record), std::vector<uint64_t>{4})
      << "duplicates are known beyond the entries";
}

TEST(TruncationTest, AnEventOlderThanTheDroppedOnesIsFoldedBehindThem) {
  Player player;
  for (int i = 1; i <= 1001; ++i) {
    player.Play(EventBuilder(absl::StrCat("e", i), i).Group(i % 2 == 0 ? "A" : "B"));
  }
  const int before = player.facts().reassignments();
  const Folded folded = player.Play(EventBuilder("late", 0).Group("C"));
  EXPECT_TRUE(folded.late);
  EXPECT_EQ(folded.entry, 0);
  EXPECT_EQ(player.facts().reassignments(), before + 1);
  EXPECT_EQ(StartedAt(player.journey()), absl::FromUnixMicros(kStart));
}

TEST(EventMemoryTest, KnowsTheNewestEventsAndForgetsTheOldest) {
  Player player;
  EXPECT_TRUE(PositionsOfEvent("e1", player.record).empty());
  for (int i = 1; i <= kMaxRememberedEvents; ++i) {
    RememberEvent(absl::StrCat("e", i), static_cast<uint64_t>(i), &player.record.person);
  }
  EXPECT_EQ(PositionsOfEvent("e1", player.record), std::vector<uint64_t>{1});
  RememberEvent("new", 5000, &player.record.person);
  EXPECT_TRUE(PositionsOfEvent("e1", player.record).empty());
  EXPECT_EQ(PositionsOfEvent("e2", player.record), std::vector<uint64_t>{2});
  EXPECT_EQ(PositionsOfEvent("new", player.record), std::vector<uint64_t>{5000});
}

}  // namespace
}  // namespace waypost::journey
