// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/ordered_events.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/cli/json_event_reader.h"

namespace waypost::cli {
namespace {

std::string Event(const std::string& id, const std::string& ref, int minute) {
  return absl::StrCat("{\"eventId\":\"", id, "\",\"ticket\":{\"ref\":\"", ref,
                      "\"},\"occurredAt\":\"2026-03-02T09:", minute, ":00Z\"}\n");
}

// "ID@MINUTE", with "!" where the event was moved, or the line of what gives no event.
std::vector<std::string> Ordered(const std::string& text) {
  JsonEventReader reader(InputStream::FromText(text));
  const auto ordered = OrderedEvents::Load(&reader, [](int64_t) {});
  EXPECT_TRUE(ordered.ok()) << ordered.status();
  std::vector<std::string> events;
  ReadEvent next;
  while (*(*ordered)->Next(&next)) {
    if (!next.status.ok()) {
      events.push_back(absl::StrCat("line ", next.line));
      continue;
    }
    events.push_back(absl::StrCat(next.event.event_id(), "@",
                                  next.event.occurred_at().seconds() / 60 % 60,
                                  next.clamped ? "!" : ""));
  }
  return events;
}

TEST(OrderedEventsTest, PlaysByTime) {
  EXPECT_THAT(Ordered(Event("a", "T", 30) + Event("b", "U", 10) + Event("c", "U", 20)),
              testing::ElementsAre("b@10", "c@20", "a@30"));
}

TEST(OrderedEventsTest, KeepsTheOrderOfTheFileAtTheSameTime) {
  EXPECT_THAT(Ordered(Event("b", "T", 30) + Event("a", "U", 30) + Event("c", "T", 30)),
              testing::ElementsAre("b@30", "a@30", "c@30"));
}

TEST(OrderedEventsTest, TrustsTheOrderOfTheFileWithinATicket) {
  EXPECT_THAT(Ordered(Event("a", "T", 30) + Event("b", "T", 20) + Event("c", "U", 25) +
                      Event("d", "T", 40)),
              testing::ElementsAre("c@25", "a@30", "b@30!", "d@40"));
}

TEST(OrderedEventsTest, GivesWhatIsNoEventFirst) {
  EXPECT_THAT(Ordered(Event("a", "T", 30) + "broken\n" + Event("b", "U", 20)),
              testing::ElementsAre("line 2", "b@20", "a@30"));
}

}  // namespace
}  // namespace waypost::cli
