// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/letters.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/rules/vocabulary.h"
#include "tests/unit/journey/update_desk.h"

namespace waypost::journey {
namespace {

using internal::v1::Letter;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::waypost::testing::Freeze;
using ::waypost::testing::On;

std::shared_ptr<const rules::RuleSet> Rules() {
  return Freeze(UpdateRules(
      {UpdateRule("parent-news", On({v1::EVENT_TYPE_PARENT_NEWS}), "News of the parent.")}));
}

v1::TicketEvent WithParent(v1::TicketEvent event, const std::string& parent) {
  event.mutable_ticket()->set_parent_ref(parent);
  return event;
}

// What a child's letter is to its parent INC1.
v1::TicketEvent ChildLinked(int minutes, const std::string& child) {
  v1::TicketEvent event = EventAt(minutes, "linked " + child);
  event.set_type(v1::EVENT_TYPE_CHILD_LINKED);
  event.mutable_ticket()->set_ref("INC1");
  event.mutable_actor()->set_role(v1::ACTOR_ROLE_WAYPOST);
  event.set_relative_ref(child);
  return event;
}

v1::TicketEvent ParentNews(int minutes, const std::string& parent) {
  v1::TicketEvent event = EventAt(minutes, "news of " + parent);
  event.set_type(v1::EVENT_TYPE_PARENT_NEWS);
  event.mutable_ticket()->set_ref("INC1");
  event.mutable_actor()->set_role(v1::ACTOR_ROLE_SYSTEM);
  event.set_relative_ref(parent);
  return event;
}

// "parent_news of INC1 to INC2" per letter.
std::vector<std::string> Shown(const std::vector<Letter>& letters) {
  std::vector<std::string> shown;
  for (const Letter& letter : letters) {
    shown.push_back(absl::StrCat(rules::EventTypeName(letter.event().type()), " of ",
                                 letter.event().relative_ref(), " to ",
                                 letter.event().ticket().ref()));
  }
  return shown;
}

TEST(LettersTest, AChildMakesItselfKnownOnce) {
  Desk desk(Rules());
  desk.Record(WithParent(CalmTicketAt(0, v1::STATUS_CATEGORY_NEW), "MAJOR"));
  EXPECT_EQ(NextLetter(desk.record()), At(0));
  EXPECT_EQ(NextWork(desk.rules(), desk.record()), At(0));
  const std::vector<Letter> letters = LettersDue(desk.record(), At(0));
  ASSERT_THAT(Shown(letters), ElementsAre("child_linked of INC1 to MAJOR"));
  EXPECT_EQ(letters[0].event().source(), "request-tracker");
  EXPECT_EQ(letters[0].event().tenant(), "default");
  EXPECT_EQ(letters[0].event().actor().role(), v1::ACTOR_ROLE_WAYPOST);
  EXPECT_THAT(SettleLetter(letters[0], LetterOutcome::kRecorded, At(0), 2, &desk.record())
                  .settled_letter_ids(),
              SizeIs(1));
  desk.Record(WithParent(CalmTicketAt(5, v1::STATUS_CATEGORY_OPEN), "MAJOR"));
  EXPECT_EQ(NextLetter(desk.record()), absl::InfiniteFuture());
  desk.Record(WithParent(CalmTicketAt(9, v1::STATUS_CATEGORY_OPEN), "OTHER"));
  EXPECT_THAT(Shown(LettersDue(desk.record(), At(9))),
              ElementsAre("child_linked of INC1 to OTHER"));
}

TEST(LettersTest, AParentThatNobodyKnowsGetsNone) {
  for (const char* const parent : {"", "?", "INC1"}) {
    Desk desk(Rules());
    desk.Record(WithParent(CalmTicketAt(0, v1::STATUS_CATEGORY_NEW), parent));
    EXPECT_THAT(LettersDue(desk.record(), At(0)), IsEmpty()) << parent;
  }
}

TEST(LettersTest, NewsOfAParentGoesToItsChildren) {
  const struct {
    const char* name;
    v1::TicketEvent event;
    bool told;
  } kCases[] = {
      {"public comment", CommentAt(60, v1::STATUS_CATEGORY_OPEN), true},
      {"solution", CalmTicketAt(60, v1::STATUS_CATEGORY_RESOLVED), true},
      {"internal note",
       CommentAt(60, v1::STATUS_CATEGORY_OPEN, v1::ACTOR_ROLE_AGENT, v1::VISIBILITY_PROVIDER),
       false},
      {"the customer's own comment",
       CommentAt(60, v1::STATUS_CATEGORY_OPEN, v1::ACTOR_ROLE_CUSTOMER), false},
      {"Waypost's own message", CommentAt(60, v1::STATUS_CATEGORY_OPEN, v1::ACTOR_ROLE_WAYPOST),
       false},
      {"hand-over", CalmTicketAt(60, v1::STATUS_CATEGORY_OPEN, "Network 2"), false},
      {"comment that newer events have overtaken", CommentAt(5, v1::STATUS_CATEGORY_OPEN), false},
  };
  for (const auto& row : kCases) {
    Desk desk(Rules());
    desk.Record(CalmTicketAt(0, v1::STATUS_CATEGORY_OPEN));
    desk.Record(ChildLinked(10, "INC7"));
    desk.Record(ChildLinked(11, "INC8"));
    desk.Record(ChildLinked(12, "INC7"));
    EXPECT_THAT(LettersDue(desk.record(), At(1000)), IsEmpty()) << row.name;
    desk.Record(row.event);
    const std::vector<Letter> letters = LettersDue(desk.record(), At(1000));
    ASSERT_THAT(letters, SizeIs(row.told ? 2U : 0U)) << row.name;
    if (!row.told) continue;
    EXPECT_THAT(Shown(letters),
                ElementsAre("parent_news of INC1 to INC7", "parent_news of INC1 to INC8"))
        << row.name;
    EXPECT_NE(letters[0].event().event_id(), letters[1].event().event_id());
  }
}

TEST(LettersTest, AParentRemembersAThousandChildren) {
  Desk desk(Rules());
  desk.Record(CalmTicketAt(0, v1::STATUS_CATEGORY_OPEN));
  for (int child = 0; child < kMaxChildren + 5; ++child) {
    desk.Record(ChildLinked(10, absl::StrCat("C", child)));
  }
  desk.Record(CommentAt(60, v1::STATUS_CATEGORY_OPEN));
  std::set<std::string> ids;
  for (const Letter& letter : LettersDue(desk.record(), At(60))) {
    ids.insert(letter.event().event_id());
  }
  EXPECT_THAT(ids, SizeIs(kMaxChildren));
}

TEST(LettersTest, TheChildsRulesRunOnNewsOfItsParentAndOfNobodyElse) {
  Desk desk(Rules());
  desk.Record(WithParent(CalmTicketAt(0, v1::STATUS_CATEGORY_OPEN), "MAJOR"));
  const v1::Enrichment strange = desk.Record(ParentNews(10, "OTHER"));
  EXPECT_EQ(strange.events(0).type(), v1::EVENT_TYPE_UPDATED);
  EXPECT_THAT(Fates(strange), IsEmpty());
  const v1::Enrichment news = desk.Record(ParentNews(20, "MAJOR"));
  ASSERT_THAT(news.events(), SizeIs(1));
  EXPECT_EQ(news.events(0).type(), v1::EVENT_TYPE_PARENT_NEWS);
  EXPECT_EQ(news.events(0).to(), "MAJOR");
  EXPECT_FALSE(news.unmapped());
  EXPECT_THAT(Fates(news), ElementsAre("parent-news"));
}

TEST(LettersTest, ALetterToATicketThatNobodyKnowsIsTriedForThreeDays) {
  Desk desk(Rules());
  desk.Record(WithParent(CalmTicketAt(0, v1::STATUS_CATEGORY_NEW), "MAJOR"));
  int tries = 0;
  absl::Time now = NextLetter(desk.record());
  for (; now < absl::InfiniteFuture(); now = NextLetter(desk.record())) {
    const std::vector<Letter> letters = LettersDue(desk.record(), now);
    ASSERT_THAT(letters, SizeIs(1));
    const auto decision =
        SettleLetter(letters[0], LetterOutcome::kUnknownTicket, now, 10, &desk.record());
    EXPECT_EQ(decision.due_at(), absl::ToUnixMicros(now));
    ++tries;
  }
  EXPECT_EQ(tries, 73);
}

TEST(LettersTest, ALogWithoutRulesGivesTheSameLetters) {
  Desk desk(Rules());
  const v1::TicketEvent first = WithParent(CalmTicketAt(0, v1::STATUS_CATEGORY_NEW), "MAJOR");
  const v1::TicketEvent linked = ChildLinked(10, "INC7");
  const v1::TicketEvent news = CommentAt(60, v1::STATUS_CATEGORY_OPEN);
  const internal::v1::Decision decisions[] = {desk.Decide(first), desk.Decide(linked),
                                              desk.Decide(news)};
  const auto settled = SettleLetter(LettersDue(desk.record(), At(60))[0], LetterOutcome::kRecorded,
                                    At(60), 4, &desk.record());
  PersonRecord replayed;
  replayed.person.set_tenant("default");
  replayed.person.set_person_id("u1");
  ASSERT_TRUE(Replay(first, decisions[0], 1, &replayed).ok());
  ASSERT_TRUE(Replay(linked, decisions[1], 2, &replayed).ok());
  ASSERT_TRUE(Replay(news, decisions[2], 3, &replayed).ok());
  ASSERT_TRUE(ReplayDue(settled, 4, &replayed).ok());
  EXPECT_EQ(replayed.journeys[0].SerializeAsString(),
            desk.record().journeys[0].SerializeAsString());
  EXPECT_THAT(replayed.journeys[0].letters(), SizeIs(1));
}

}  // namespace
}  // namespace waypost::journey
