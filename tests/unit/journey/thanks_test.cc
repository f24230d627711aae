// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/thanks.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/unit/journey/survey_desk.h"

namespace waypost::journey {
namespace {

struct Case {
  const char* name;
  const char* text;
  bool thanks;
};

class ThanksTest : public ::testing::TestWithParam<Case> {};

TEST_P(ThanksTest, IsToldFromWords) {
  EXPECT_EQ(IsBareThanks(GetParam().text, {"Ana Lopez", "Sam Reed"}), GetParam().thanks)
      << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Texts, ThanksTest,
    ::testing::Values(
        Case{"English", "Thank you!", true}, Case{"Shouted", "THANKS A LOT!!!", true},
        Case{"ForWhat", "Hi Sam,\n\nmany thanks for your quick help.\n\nBest regards\nAna Lopez",
             true},
        Case{"ThatItWorks", "Great, it works now - thanks!", true},
        Case{"Apostrophe", "It’s working now, thank you", true},
        Case{"Emoji", "Thanks \xF0\x9F\x91\x8D", true}, Case{"German", "Vielen Dank!", true},
        Case{"Umlauts", "Herzlichen Dank für die schnelle Hilfe und schöne Grüße", true},
        Case{"UmlautsWrittenOut", "Danke schoen, viele Gruesse", true},
        Case{"Swiss", "Merci, freundliche Grüsse", true},
        Case{"CapitalUmlaut", "DANKE FÜR DIE SCHNELLE RÜCKMELDUNG", true},
        Case{"GermanThatItWorks", "Super, jetzt geht es wieder. Danke, Sam!", true},
        Case{"GermanWorksAgain", "Super, es geht wieder. Danke, Sam!", true},
        Case{"Signature", "Thanks\n-- \nAna Lopez\nHead of Sales, call me about my printer", true},
        Case{"Quoted", "Danke!\n> Wir halten 500 für gelöst.\n> Bitte probieren Sie es aus.", true},
        Case{"OlderMail", "Thanks\nOn Mon, 2 Mar 2026, Sam Reed wrote:\nDoes the printer work?",
             true},
        Case{"But", "Thanks, but it still does not work", false},
        Case{"GermanBut", "Danke, aber es geht nicht", false},
        Case{"WorksNot", "It works not. Thanks", false},
        Case{"Question", "Thanks! Does it work?", false},
        Case{"OneMoreThing", "Thank you. And the printer?", false},
        Case{"Yes", "Yes, thanks", false}, Case{"Ja", "Ja, danke", false},
        Case{"InAdvance", "Thanks in advance", false},
        Case{"GermanInAdvance", "Vielen Dank im Voraus", false},
        Case{"NoThanks", "No thanks to you", false}, Case{"WorksAlone", "It works", false},
        Case{"Number", "Thanks 4711", false}, Case{"Stranger", "Thanks Peter", false},
        Case{"Empty", "", false}, Case{"OnlyQuote", "> Thanks", false},
        Case{"BrokenUtf8", "Thanks \xC3", true}, Case{"CutUtf8", "\xF0\x9F", false}),
    [](const auto& info) { return info.param.name; });

TEST(ThanksTest, LongTextsAreNoMereThanks) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "thank you ";
  EXPECT_TRUE(IsBareThanks(text, {}));
  for (int i = 0; i < 20; ++i) text += "thank you ";
  EXPECT_FALSE(IsBareThanks(text, {}));
}

v1::TicketEvent Reply(int minutes, v1::StatusCategory category, const std::string& body) {
  v1::TicketEvent event = EventOf("INC1", minutes, category);
  event.set_event_id("reply-" + body);
  event.mutable_actor()->set_role(v1::ACTOR_ROLE_CUSTOMER);
  event.mutable_comment()->set_body(body);
  event.mutable_comment()->set_visibility(v1::VISIBILITY_BOTH);
  return event;
}

// INC1, resolved, and opened again by the tool because the customer replied.
SurveyDesk RepliedTo(const std::string& body) {
  SurveyDesk desk(SurveyRules(AskRuleAfter(absl::Hours(8))));
  desk.Record(EventOf("INC1", 0, v1::STATUS_CATEGORY_OPEN));
  desk.Record(EventOf("INC1", kHour, v1::STATUS_CATEGORY_RESOLVED));
  desk.Record(Reply(2 * kHour, v1::STATUS_CATEGORY_OPEN, body));
  return desk;
}

TEST(ThankedTicketTest, IsNotReopened) {
  SurveyDesk desk = RepliedTo("Thank you!");
  EXPECT_EQ(desk.record.journeys[0].facts().reopens(), 0);
  EXPECT_EQ(desk.record.journeys[0].facts().open_tickets(), 0);
  EXPECT_EQ(RepliedTo("Does not work").record.journeys[0].facts().reopens(), 1);
}

TEST(ThankedTicketTest, StaysEndedWhileSnapshotsOnlyRepeatThatItIsOpen) {
  SurveyDesk desk = RepliedTo("Thank you!");
  desk.Record(EventOf("INC1", 3 * kHour, v1::STATUS_CATEGORY_OPEN));
  EXPECT_EQ(desk.record.journeys[0].facts().reopens(), 0);
}

TEST(ThankedTicketTest, IsReopenedOnceSomebodyWorksOnIt) {
  SurveyDesk desk = RepliedTo("Thank you!");
  v1::TicketEvent moved = EventOf("INC1", 3 * kHour, v1::STATUS_CATEGORY_OPEN);
  moved.mutable_ticket()->set_group("Network");
  desk.Record(moved);
  EXPECT_EQ(desk.record.journeys[0].facts().reopens(), 1);
}

TEST(ThankedTicketTest, IsReopenedByTheNextRealWord) {
  SurveyDesk desk = RepliedTo("Thank you!");
  desk.Record(Reply(3 * kHour, v1::STATUS_CATEGORY_OPEN, "Now it is broken again"));
  EXPECT_EQ(desk.record.journeys[0].facts().reopens(), 1);
}

TEST(ThankedTicketTest, IsAskedAbout) {
  EXPECT_EQ(RepliedTo("Thank you!").Until(9 * kHour), std::vector<std::string>{"SEND"});
}

}  // namespace
}  // namespace waypost::journey
