// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/event_queues.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::connectors {
namespace {

using ::testing::ElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1'777'888'800);

QueuedEvent Event(const std::string& id, const std::string& ref) {
  QueuedEvent queued;
  queued.event.set_event_id(id);
  queued.event.set_source("rt");
  queued.event.mutable_ticket()->set_ref(ref);
  return queued;
}

std::vector<std::string> Ids(const std::vector<QueuedEvent*>& events) {
  std::vector<std::string> ids;
  for (const QueuedEvent* event : events) ids.push_back(event->event.event_id());
  return ids;
}

TEST(EventQueuesTest, GivesOneEventPerTicketInTheirOrder) {
  EventQueues queues;
  queues.Add(Event("1", "A"));
  queues.Add(Event("2", "A"));
  queues.Add(Event("3", "B"));
  auto next = queues.Next(kNow, 10);
  EXPECT_THAT(Ids(next), ElementsAre("1", "3"));
  queues.Remove(next[0]);
  EXPECT_THAT(Ids(queues.Next(kNow, 10)), ElementsAre("3", "2"));
}

TEST(EventQueuesTest, AnEventThatWaitsHoldsUpItsTicketAlone) {
  EventQueues queues;
  queues.Add(Event("1", "A"));
  queues.Add(Event("2", "A"));
  queues.Add(Event("3", "B"));
  queues.Next(kNow, 1)[0]->not_before = kNow + absl::Seconds(5);
  EXPECT_THAT(Ids(queues.Next(kNow, 10)), ElementsAre("3"));
  EXPECT_EQ(queues.NextTime(), absl::InfinitePast());
  queues.Remove(queues.Next(kNow, 10)[0]);
  EXPECT_EQ(queues.NextTime(), kNow + absl::Seconds(5));
  EXPECT_THAT(Ids(queues.Next(kNow + absl::Seconds(5), 10)), ElementsAre("1"));
}

TEST(EventQueuesTest, EveryTicketHasItsTurn) {
  EventQueues queues;
  for (const char* id : {"1", "2", "3"}) queues.Add(Event(id, "A"));
  queues.Add(Event("4", "B"));
  queues.Remove(queues.Next(kNow, 1)[0]);
  EXPECT_THAT(Ids(queues.Next(kNow, 1)), ElementsAre("4"));
}

TEST(EventQueuesTest, EventsWithoutATicketKeepTheOrderOfTheirPerson) {
  v1::TicketEvent event;
  event.set_tenant("t");
  event.set_source("ivr");
  event.mutable_actor()->set_id("ana");
  const std::string person = OrderingKey(event);
  event.mutable_ticket()->set_ref("ana");
  EXPECT_NE(OrderingKey(event), person);
  event.set_source("rt");
  const std::string rt = OrderingKey(event);
  event.set_tenant("u");
  EXPECT_NE(OrderingKey(event), rt);
}

}  // namespace
}  // namespace waypost::connectors
