// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/event_factory.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace waypost::bench {
namespace {

using google::protobuf::util::MessageDifferencer;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;
using v1::TicketEvent;

std::vector<TicketEvent> Make(const EventFactoryOptions& options, int count) {
  EventFactory factory(options);
  std::vector<TicketEvent> events;
  for (int i = 0; i < count; ++i) events.push_back(factory.Next());
  return events;
}

const EventFactoryOptions kOptions = {.start = absl::FromUnixSeconds(1'700'000'000)};

TEST(EventFactoryTest, SameOptionsGiveTheSameSeries) {
  const std::vector<TicketEvent> first = Make(kOptions, 500);
  const std::vector<TicketEvent> second = Make(kOptions, 500);
  for (size_t i = 0; i < first.size(); ++i) {
    ASSERT_TRUE(MessageDifferencer::Equals(first[i], second[i])) << i;
  }
}

TEST(EventFactoryTest, SlotsAndSeedsShareNoEventAndNoTicket) {
  std::set<std::string> ids;
  std::map<std::string, int> slot_of_ticket;
  for (int slot = 0; slot < 4; ++slot) {
    EventFactoryOptions options = kOptions;
    options.slot = slot % 2;
    options.seed = 1 + static_cast<uint64_t>(slot) / 2;
    for (const TicketEvent& event : Make(options, 500)) {
      EXPECT_TRUE(ids.insert(event.event_id()).second) << event.event_id();
      EXPECT_EQ(slot_of_ticket.try_emplace(event.ticket().ref(), slot).first->second, slot);
    }
  }
}

TEST(EventFactoryTest, EveryTicketIsReportedFirstAndClosedLast) {
  std::map<std::string, std::vector<v1::StatusCategory>> lives;
  for (const TicketEvent& event : Make(kOptions, 5'000)) {
    lives[event.ticket().ref()].push_back(event.ticket().status_category());
  }
  int reopened = 0;
  int under_way = 0;
  for (const auto& [ref, life] : lives) {
    EXPECT_EQ(life.front(), v1::STATUS_CATEGORY_NEW) << ref;
    for (size_t i = 1; i < life.size(); ++i) {
      EXPECT_NE(life[i - 1], v1::STATUS_CATEGORY_CLOSED) << ref;
      if (life[i - 1] == v1::STATUS_CATEGORY_RESOLVED && life[i] == v1::STATUS_CATEGORY_OPEN) {
        ++reopened;
      }
    }
    if (life.back() != v1::STATUS_CATEGORY_CLOSED) ++under_way;
  }
  EXPECT_LE(under_way, kOptions.open_tickets);
  EXPECT_GT(reopened, 0);
}

TEST(EventFactoryTest, EventsHaveTheSizeOfRealOnes) {
  size_t bytes = 0;
  for (const TicketEvent& event : Make(kOptions, 1'000)) bytes += event.ByteSizeLong();
  EXPECT_THAT(bytes / 1'000, AllOf(Ge(550), Le(650)));
}

TEST(EventFactoryTest, OnlyCreatedOpensOneJourneyAPerson) {
  EventFactoryOptions options = kOptions;
  options.only_created = true;
  std::set<std::string> persons;
  std::set<std::string> tickets;
  for (const TicketEvent& event : Make(options, 300)) {
    persons.insert(event.ticket().requester().id());
    tickets.insert(event.ticket().ref());
    EXPECT_EQ(event.ticket().status_category(), v1::STATUS_CATEGORY_NEW);
  }
  EXPECT_EQ(persons.size(), 300u);
  EXPECT_EQ(tickets.size(), 300u);
}

}  // namespace
}  // namespace waypost::bench
