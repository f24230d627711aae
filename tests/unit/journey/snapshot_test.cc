// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/snapshot.h"

#include <string>

#include "gtest/gtest.h"

namespace waypost::journey {
namespace {

v1::Ticket Told(const std::string& priority, const std::string& subject = "") {
  v1::Ticket ticket;
  ticket.set_ref("T-1");
  ticket.set_priority(priority);
  if (!subject.empty()) ticket.set_subject(subject);
  return ticket;
}

void Merge(const v1::Ticket& told, int64_t at, internal::v1::TicketState* state) {
  MergeTicket(told, told.status_category(), at, state);
}

TEST(SnapshotTest, AbsentKeepsAndEmptyClears) {
  internal::v1::TicketState state;
  v1::Ticket first = Told("P1", "Printer");
  first.set_group("Desk");
  first.set_status_category(v1::STATUS_CATEGORY_OPEN);
  first.mutable_assignee()->set_id("x");
  Merge(first, 1, &state);
  v1::Ticket second;
  second.set_ref("T-1");
  second.set_group("");
  second.mutable_assignee();
  Merge(second, 2, &state);
  EXPECT_EQ(state.ticket().priority(), "P1");
  EXPECT_EQ(state.ticket().subject(), "Printer");
  EXPECT_TRUE(state.ticket().has_group());
  EXPECT_EQ(state.ticket().group(), "");
  EXPECT_FALSE(state.ticket().has_assignee());
  EXPECT_EQ(state.ticket().status_category(), v1::STATUS_CATEGORY_OPEN);
}

TEST(SnapshotTest, AFieldThatANewerEventToldStays) {
  internal::v1::TicketState state;
  Merge(Told("P1", "one"), 10, &state);
  Merge(Told("P3"), 30, &state);
  Merge(Told("P2", "two"), 20, &state);
  EXPECT_EQ(state.ticket().priority(), "P3");
  EXPECT_EQ(state.ticket().subject(), "two");
  Merge(Told("P4", "three"), 15, &state);
  EXPECT_EQ(state.ticket().priority(), "P3");
  EXPECT_EQ(state.ticket().subject(), "two");
  Merge(Told("P5"), 30, &state);
  EXPECT_EQ(state.ticket().priority(), "P5") << "of the same time the later arrival";
}

TEST(SnapshotTest, FullSnapshotsKeepOneTime) {
  internal::v1::TicketState state;
  for (int at = 1; at <= 10; ++at) Merge(Told("P1", "s"), at, &state);
  EXPECT_EQ(state.told_at_size(), 1);
  EXPECT_EQ(state.told_at(0), 10);
}

TEST(SnapshotTest, ALateDismissalOfTheAssigneeDoesNotUndoANewerOne) {
  internal::v1::TicketState state;
  v1::Ticket newer;
  newer.mutable_assignee()->set_id("y");
  Merge(newer, 20, &state);
  v1::Ticket older;
  older.mutable_assignee();
  Merge(older, 10, &state);
  EXPECT_EQ(state.ticket().assignee().id(), "y");
}

TEST(SnapshotTest, APersonOfTheSameIdKeepsWhatIsNotToldAgain) {
  internal::v1::TicketState state;
  v1::Ticket told;
  told.mutable_requester()->set_id("ann");
  told.mutable_requester()->set_language("de");
  told.mutable_requester()->add_tags("vip");
  Merge(told, 1, &state);
  told.mutable_requester()->Clear();
  told.mutable_requester()->set_id("ann");
  told.mutable_requester()->set_email("ann@example.com");
  Merge(told, 2, &state);
  EXPECT_EQ(state.ticket().requester().language(), "de");
  EXPECT_EQ(state.ticket().requester().tags_size(), 1);
  EXPECT_EQ(state.ticket().requester().email(), "ann@example.com");
  told.mutable_requester()->Clear();
  told.mutable_requester()->set_id("bob");
  Merge(told, 3, &state);
  EXPECT_EQ(state.ticket().requester().language(), "");
}

TEST(SnapshotTest, CustomFieldsMergeByName) {
  internal::v1::TicketState state;
  v1::Ticket told;
  (*told.mutable_custom_fields())["a"] = "1";
  (*told.mutable_custom_fields())["b"] = "1";
  Merge(told, 10, &state);
  told.clear_custom_fields();
  (*told.mutable_custom_fields())["b"] = "2";
  Merge(told, 20, &state);
  told.clear_custom_fields();
  (*told.mutable_custom_fields())["b"] = "late";
  (*told.mutable_custom_fields())["c"] = "late";
  Merge(told, 15, &state);
  EXPECT_EQ(state.ticket().custom_fields().at("a"), "1");
  EXPECT_EQ(state.ticket().custom_fields().at("b"), "2");
  EXPECT_EQ(state.ticket().custom_fields().at("c"), "late");
}

TEST(SnapshotTest, OpenedAtIsTheFirstEventUnlessTold) {
  internal::v1::TicketState state;
  Merge(Told("P1"), 10, &state);
  DefaultOpenedAt(5'000'000, &state);
  EXPECT_EQ(state.ticket().opened_at().seconds(), 5);
  v1::Ticket told;
  told.mutable_opened_at()->set_seconds(3);
  Merge(told, 11, &state);
  DefaultOpenedAt(5'000'000, &state);
  EXPECT_EQ(state.ticket().opened_at().seconds(), 3);
}

}  // namespace
}  // namespace waypost::journey
