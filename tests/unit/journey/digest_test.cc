// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/digest.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/journey/update_desk.h"

namespace waypost::journey {
namespace {

using internal::v1::Decision;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using ::waypost::testing::Freeze;
using ::waypost::testing::On;

constexpr v1::StatusCategory kOpen = v1::STATUS_CATEGORY_OPEN;
constexpr v1::StatusCategory kResolved = v1::STATUS_CATEGORY_RESOLVED;
constexpr int kDayInMinutes = 24 * 60;

rules::Rule Received() {
  return UpdateRule("received", On({v1::EVENT_TYPE_CREATED}), "We have it.", absl::Hours(100));
}

// A desk whose person was told of INC1 to INC5 in the first five minutes; INC6 and more wait for
// the digest, which is due after a day and a minute.
Desk BusyDesk(int tickets, std::vector<rules::Rule> rules = {Received()}) {
  Desk desk(Freeze(UpdateRules(std::move(rules))));
  for (int number = 1; number <= tickets; ++number) desk.Record(ReportAt(number, number));
  return desk;
}

TEST(DigestTest, MoreThanThePersonCanTakeBecomesOneDigest) {
  Desk desk(Freeze(UpdateRules({Received()})));
  for (int number = 1; number <= 5; ++number) {
    EXPECT_THAT(Fates(desk.Record(ReportAt(number, number))), ElementsAre("received"));
  }
  for (int number = 6; number <= 8; ++number) {
    EXPECT_THAT(Fates(desk.Record(ReportAt(number, number))),
                ElementsAre("received waits: PERSON_CAP"));
  }
  desk.Record(ReportAt(100, 7, kResolved));
  const std::vector<Decision> decisions = desk.Pass(At(2 * 1440));
  EXPECT_THAT(Fates(decisions),
              ElementsAre("+1441 received", "+1441 received dropped: SUPERSEDED"));
  const v1::StatusUpdate& digest = decisions[0].enrichment().status_updates(0);
  EXPECT_EQ(digest.text(),
            "We have it. Do nothing. See INC6.\n\nWe have it. Do nothing. See INC8.");
  EXPECT_THAT(digest.digest_of(), SizeIs(2));
  EXPECT_FALSE(digest.has_next_update_by());
  EXPECT_THAT(desk.record().person.digest(), IsEmpty());
  ASSERT_THAT(desk.record().person.contacts(), SizeIs(6));
  EXPECT_EQ(desk.record().person.contacts(5).kind(), internal::v1::CONTACT_KIND_DIGEST);
}

TEST(DigestTest, WhatIsNotTrueAnyMoreIsLeftOut) {
  Desk desk = BusyDesk(7);
  v1::TicketEvent answer = ReportAt(100, 6, kOpen);
  answer.mutable_comment()->set_body("It is the switch.");
  answer.mutable_comment()->set_visibility(v1::VISIBILITY_BOTH);
  desk.Record(answer);
  EXPECT_THAT(Fates(desk.Pass(At(2 * kDayInMinutes))),
              ElementsAre("+1441 received", "+1441 received dropped: SUPERSEDED"));
}

TEST(DigestTest, IsNotSentMoreThanThreeDaysLate) {
  Desk desk = BusyDesk(7);
  EXPECT_THAT(Fates(desk.EvaluateDueAt(At(4 * kDayInMinutes + 2))),
              Contains("+1441 received dropped: TOO_LATE").Times(2));
  EXPECT_THAT(desk.record().person.digest(), IsEmpty());
}

TEST(DigestTest, CountsAsAMessageAboutEachOfItsTickets) {
  Desk desk =
      BusyDesk(7, {Received(), UpdateRule("moved", On({v1::EVENT_TYPE_ASSIGNED}), "Moved")});
  desk.Pass(At(kDayInMinutes + 1));
  for (const int number : {6, 1}) {
    v1::TicketEvent moved = ReportAt(kDayInMinutes + 6, number, kOpen);
    moved.mutable_ticket()->set_group("Network 2");
    EXPECT_THAT(Fates(desk.Record(moved)),
                ElementsAre(number == 6 ? "moved waits: MERGE_WINDOW" : "moved"))
        << number;
  }
}

TEST(DigestTest, HoldsTheNewestAndSaysWhichItLeavesOut) {
  Desk desk = BusyDesk(5 + kMaxDigestItems);
  EXPECT_THAT(Fates(desk.Record(ReportAt(90, 90))),
              UnorderedElementsAre("received waits: PERSON_CAP", "received dropped: PERSON_CAP"));
  ASSERT_THAT(desk.record().person.digest(), SizeIs(kMaxDigestItems));
  EXPECT_EQ(desk.record().person.digest(0).update().status_update().ticket_ref(), "INC7");
}

}  // namespace
}  // namespace waypost::journey
