// SPDX-License-Identifier: Apache-2.0
// The life of a survey, from the closure of a ticket to its expiry.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/surveys.h"
#include "tests/unit/journey/survey_desk.h"

namespace waypost::journey {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr v1::StatusCategory kNew = v1::STATUS_CATEGORY_NEW;
constexpr v1::StatusCategory kOpen = v1::STATUS_CATEGORY_OPEN;
constexpr v1::StatusCategory kResolved = v1::STATUS_CATEGORY_RESOLVED;
constexpr v1::StatusCategory kClosed = v1::STATUS_CATEGORY_CLOSED;

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixMicros(MicrosOf(time));
}

calendar::BusinessCalendar MondayToFriday(int from, int to) {
  calendar::OpeningHours hours;
  for (size_t day = 0; day < 5; ++day) hours.week[day] = {{from * 60, to * 60}};
  return *calendar::BusinessCalendar::Create(hours);
}

// A desk that asks after eight hours, with INC1 resolved at minute 60.
SurveyDesk ClosedDesk(rules::Rule rule = AskRuleAfter(absl::Hours(8))) {
  SurveyDesk desk(SurveyRules(std::move(rule)));
  desk.Record(EventOf("INC1", 0, kNew));
  desk.Record(EventOf("INC1", kHour, kResolved));
  return desk;
}

TEST(SurveyTest, WaitsForItsDelayAndIsSentThen) {
  SurveyDesk desk(SurveyRules(AskRuleAfter(absl::Hours(8))));
  desk.Record(EventOf("INC1", 0, kNew));
  const v1::Enrichment closed = desk.Record(EventOf("INC1", kHour, kResolved));
  ASSERT_EQ(closed.surveys_size(), 1);
  const v1::SurveyDecision& scheduled = closed.surveys(0);
  EXPECT_EQ(scheduled.outcome(), v1::SURVEY_OUTCOME_SCHEDULED);
  EXPECT_EQ(TimeOf(scheduled.send_at()), At(9 * kHour));
  EXPECT_EQ(scheduled.ticket_ref(), "INC1");
  EXPECT_EQ(scheduled.source(), "request-tracker");
  EXPECT_THAT(closed.rule_ids(), ElementsAre("csat"));
  EXPECT_EQ(desk.record.journeys[0].facts().surveys_sent(), 0);

  EXPECT_THAT(desk.Until(9 * kHour - 1), IsEmpty());
  const auto sent = desk.AdvanceTo(At(9 * kHour));
  ASSERT_THAT(SurveyDesk::Shown(sent), ElementsAre("SEND"));
  EXPECT_EQ(sent[0].id(), scheduled.id());
  EXPECT_EQ(sent[0].person_id(), "u1");
  EXPECT_EQ(sent[0].language(), "de-AT");
  EXPECT_EQ(TimeOf(sent[0].expires_at()), At(9 * kHour + 7 * kDay));
  EXPECT_EQ(desk.record.journeys[0].surveys_size(), 1) << "the same survey";
  EXPECT_EQ(desk.record.journeys[0].facts().surveys_sent(), 1);
  ASSERT_EQ(desk.record.person.contacts_size(), 1);
  EXPECT_EQ(absl::FromUnixMicros(desk.record.person.contacts(0).at()), At(9 * kHour));
}

TEST(SurveyTest, DelayIsThatOfTheChannel) {
  rules::Rule rule = AskRuleAfter(absl::Hours(8));
  rule.survey->delay["phone"].length = absl::Minutes(15);
  SurveyDesk desk = ClosedDesk(rule);
  EXPECT_THAT(desk.Until(kHour + 14), IsEmpty());
  EXPECT_THAT(desk.Until(kHour + 15), ElementsAre("SEND"));
}

TEST(SurveyTest, DelayMayBeBusinessTime) {
  rules::Rule rule = AskRule();
  rule.survey->delay["default"] = {.length = absl::Hours(8), .business = true};
  rules::RuleSet rules = SurveyRules(rule);
  rules.calendars.insert(rules.calendars.begin(), {"desk", MondayToFriday(8, 18), {}});
  SurveyDesk desk(rules);
  // Monday 2026-03-02, 09:00 UTC is minute 0: Friday 16:00 leaves two hours, Monday has the others.
  constexpr int kFridayAt16 = 4 * kDay + 7 * kHour;
  desk.Record(EventOf("INC1", 0, kNew));
  desk.Record(EventOf("INC1", kFridayAt16, kResolved));
  EXPECT_THAT(desk.Until(7 * kDay + 5 * kHour - 1), IsEmpty());
  EXPECT_THAT(desk.Until(7 * kDay + 5 * kHour), ElementsAre("SEND"));
}

// Quiet from 20:00 to 07:00 in Berlin, where it is one hour later than in UTC in March.
rules::RuleSet QuietRules(rules::Rule rule) {
  rules::RuleSet rules = SurveyRules(std::move(rule));
  rules.caps.quiet_hours = *calendar::QuietHours::Create(20 * 60, 7 * 60);
  return rules;
}

SurveyDesk QuietDesk(rules::Rule rule, int closed_at) {
  SurveyDesk desk(QuietRules(std::move(rule)));
  v1::TicketEvent created = EventOf("INC1", 0, kNew);
  created.mutable_ticket()->mutable_requester()->set_time_zone("Europe/Berlin");
  desk.Record(created);
  desk.Record(EventOf("INC1", closed_at, kResolved));
  return desk;
}

constexpr int kSevenInBerlin = kDay - 3 * kHour;  // on Tuesday: 06:00 UTC

TEST(SurveyTest, NobodyIsAskedAtNight) {
  SurveyDesk desk = QuietDesk(AskRuleAfter(absl::Hours(8)), 4 * kHour);  // due at 22:00 in Berlin
  EXPECT_THAT(desk.Until(kSevenInBerlin - 1), IsEmpty());
  EXPECT_THAT(desk.Until(kSevenInBerlin + 5), ElementsAre("SEND"));
}

TEST(SurveyTest, WhatBecomesDueAtNightWaitsForTheMorning) {
  SurveyDesk desk = QuietDesk(AskRuleAfter(absl::Hours(8)), kHour);
  // Due at 19:00 in Berlin, when nobody looked, until 23:00.
  EXPECT_THAT(desk.Until(13 * kHour), ElementsAre("SCHEDULED"));
  EXPECT_THAT(desk.Until(kSevenInBerlin - 1), IsEmpty());
  EXPECT_THAT(desk.Until(kSevenInBerlin + 5), ElementsAre("SEND"));
}

TEST(SurveyTest, NobodyIsRemindedAtNight) {
  rules::Rule rule = AskRule();
  rule.survey->reminder = absl::Hours(36);
  SurveyDesk desk = QuietDesk(rule, kHour);  // the reminder is due on Tuesday at 23:00 in Berlin
  EXPECT_THAT(desk.Until(kSevenInBerlin + kDay - 1), IsEmpty());
  EXPECT_THAT(desk.Until(kSevenInBerlin + kDay + 5), ElementsAre("REMIND"));
  EXPECT_THAT(desk.Until(100 * kDay), ElementsAre("EXPIRED"));
}

void FillWeek(int messages, int minutes, SurveyDesk* desk) {
  for (int i = 0; i < messages; ++i) {
    internal::v1::Contact* contact = desk->record.person.add_contacts();
    contact->set_kind(internal::v1::CONTACT_KIND_NOTICE);
    contact->set_at(absl::ToUnixMicros(At(minutes)));
  }
}

TEST(SurveyTest, WhoeverGotMuchIsNotAsked) {
  SurveyDesk enough = ClosedDesk();
  FillWeek(11, 2 * kHour, &enough);  // of 15, surveys may use 12
  EXPECT_THAT(enough.Until(9 * kHour), ElementsAre("SEND"));
  SurveyDesk too_much = ClosedDesk();
  FillWeek(12, 2 * kHour, &too_much);
  EXPECT_THAT(too_much.Until(9 * kHour), ElementsAre("DO_NOT_SEND ATTENTION_BUDGET"));
}

TEST(SurveyTest, WhoeverGotMuchIsNotReminded) {
  rules::Rule rule = AskRuleAfter(absl::Hours(8));
  rule.survey->reminder = absl::Hours(72);
  SurveyDesk desk = ClosedDesk(rule);
  EXPECT_THAT(desk.Until(9 * kHour), ElementsAre("SEND"));
  FillWeek(12, kDay, &desk);
  EXPECT_THAT(desk.Until(9 * kHour + 3 * kDay), IsEmpty());
  EXPECT_THAT(desk.Until(100 * kDay), ElementsAre("EXPIRED"));
  ASSERT_THAT(desk.suppressed, ::testing::SizeIs(1));
  EXPECT_EQ(desk.suppressed[0].reason_code(), "ATTENTION_BUDGET");
  EXPECT_EQ(desk.suppressed[0].action_kind(), v1::ACTION_KIND_SURVEY);
}

TEST(SurveyTest, ExpiresOnceWithoutAnswer) {
  SurveyDesk desk = ClosedDesk();
  EXPECT_THAT(desk.Until(9 * kHour), ElementsAre("SEND"));
  EXPECT_THAT(desk.Until(9 * kHour + 7 * kDay - 1), IsEmpty());
  EXPECT_THAT(desk.Until(9 * kHour + 7 * kDay), ElementsAre("EXPIRED"));
  EXPECT_THAT(desk.Until(100 * kDay), IsEmpty());
  EXPECT_EQ(desk.record.journeys[0].pending_size(), 0);
}

TEST(SurveyTest, RemindsAtMostOnce) {
  rules::Rule rule = AskRuleAfter(absl::Hours(8));
  rule.survey->reminder = absl::Hours(72);
  SurveyDesk desk = ClosedDesk(rule);
  EXPECT_THAT(desk.Until(9 * kHour), ElementsAre("SEND"));
  EXPECT_THAT(desk.Until(9 * kHour + 3 * kDay), ElementsAre("REMIND"));
  EXPECT_THAT(desk.Until(100 * kDay), ElementsAre("EXPIRED"));
  EXPECT_EQ(desk.record.person.contacts_size(), 2);
  EXPECT_EQ(desk.record.person.contacts(1).kind(), internal::v1::CONTACT_KIND_REMINDER);
}

TEST(SurveyTest, WhoeverOptsOutIsNotReminded) {
  rules::Rule rule = AskRuleAfter(absl::Hours(8));
  rule.survey->reminder = absl::Hours(72);
  SurveyDesk desk = ClosedDesk(rule);
  EXPECT_THAT(desk.Until(9 * kHour), ElementsAre("SEND"));
  v1::TicketEvent event = EventOf("INC1", 10 * kHour, kResolved);
  event.mutable_ticket()->mutable_requester()->add_tags("no-surveys");
  desk.Record(event);
  EXPECT_THAT(desk.Until(9 * kHour + 3 * kDay), IsEmpty());
  EXPECT_THAT(desk.Until(100 * kDay), ElementsAre("EXPIRED"));
  ASSERT_THAT(desk.suppressed, ::testing::SizeIs(1));
  EXPECT_EQ(desk.suppressed[0].reason_code(), "OPTED_OUT");
}

TEST(SurveyTest, NobodyIsRemindedOfATicketThatCameBack) {
  rules::Rule rule = AskRuleAfter(absl::Hours(8));
  rule.survey->reminder = absl::Hours(72);
  SurveyDesk desk = ClosedDesk(rule);
  EXPECT_THAT(desk.Until(9 * kHour), ElementsAre("SEND"));
  desk.Record(EventOf("INC1", 10 * kHour, kOpen));
  EXPECT_TRUE(desk.record.journeys[0].surveys(0).superseded());
  EXPECT_THAT(desk.Until(9 * kHour + 3 * kDay), IsEmpty());
  ASSERT_THAT(desk.suppressed, ::testing::SizeIs(1));
  EXPECT_EQ(desk.suppressed[0].reason_code(), "SUPERSEDED");
  EXPECT_THAT(desk.Until(100 * kDay), ElementsAre("EXPIRED"));
  EXPECT_TRUE(desk.record.journeys[0].surveys(0).superseded());
}

TEST(SurveyTest, ReopeningCancelsWhatIsScheduled) {
  SurveyDesk desk = ClosedDesk();
  const v1::Enrichment reopened = desk.Record(EventOf("INC1", 2 * kHour, kOpen));
  EXPECT_THAT(SurveyDesk::Shown(reopened.surveys()), ElementsAre("DO_NOT_SEND REOPENED"));
  EXPECT_THAT(desk.Until(100 * kDay), IsEmpty());
  EXPECT_EQ(desk.record.journeys[0].facts().surveys_not_sent(), 1);
}

TEST(SurveyTest, ClosingWhatWasResolvedChangesNothing) {
  SurveyDesk desk = ClosedDesk();
  const v1::TicketEvent closed = EventOf("INC1", 2 * kHour, kClosed);
  const v1::ExplainJourneyResponse explained = desk.Explain(closed);
  EXPECT_EQ(explained.rules(0).gates(0).code(), "SAME_CLOSURE");
  EXPECT_EQ(explained.rules(0).gates(0).reason(),
            "The rule has scheduled the survey about this closure for 2026-03-02 18:00 UTC "
            "already.");
  EXPECT_THAT(desk.Record(closed).surveys(), IsEmpty());
  EXPECT_THAT(desk.Until(9 * kHour - 1), IsEmpty());
  EXPECT_THAT(desk.Until(9 * kHour), ElementsAre("SEND")) << "counted from the solution";
  EXPECT_THAT(desk.Record(EventOf("INC1", 10 * kHour, kResolved)).surveys(), IsEmpty());
  EXPECT_THAT(desk.Record(EventOf("INC1", 11 * kHour, kClosed)).surveys(), IsEmpty());
  EXPECT_EQ(desk.record.journeys[0].surveys_size(), 1);
}

TEST(SurveyTest, DelayCountsFromTheSolutionAlsoForARuleOnTheClosing) {
  rules::Rule rule = AskRuleAfter(absl::Hours(8));
  rule.on = testing::On({v1::EVENT_TYPE_CLOSED});
  SurveyDesk soon = ClosedDesk(rule);
  soon.Record(EventOf("INC1", 2 * kHour, kClosed));
  EXPECT_THAT(soon.Until(9 * kHour - 1), IsEmpty());
  EXPECT_THAT(soon.Until(9 * kHour), ElementsAre("SEND"));
  SurveyDesk late = ClosedDesk(rule);
  EXPECT_THAT(SurveyDesk::Shown(late.Record(EventOf("INC1", 14 * kDay, kClosed)).surveys()),
              ElementsAre("SEND"))
      << "closed two weeks later, asked at once and not too late";
}

TEST(SurveyTest, ARefusalIsSaidOnceAndCountsOnce) {
  rules::Rule rule = AskRule();
  rule.survey->sample["default"] = 0;
  SurveyDesk desk = ClosedDesk(rule);
  EXPECT_THAT(desk.Record(EventOf("INC1", 2 * kHour, kClosed)).surveys(), IsEmpty());
  ASSERT_EQ(desk.record.journeys[0].surveys_size(), 1);
  EXPECT_EQ(desk.record.journeys[0].surveys(0).reason_code(), "SAMPLED_OUT");
  EXPECT_EQ(desk.record.journeys[0].facts().surveys_not_sent(), 1);
}

TEST(SurveyTest, ARefusalWhoseReasonIsGoneGivesWay) {
  SurveyDesk desk(SurveyRules(AskRule()));
  desk.Record(EventOf("INC1", 0, kNew));
  v1::TicketEvent resolved = EventOf("INC1", kHour, kResolved);
  resolved.mutable_actor()->set_role(v1::ACTOR_ROLE_SYSTEM);
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(resolved).surveys()),
              ElementsAre("DO_NOT_SEND AUTO_CLOSED"));
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(EventOf("INC1", 2 * kHour, kClosed)).surveys()),
              ElementsAre("SEND"))
      << "a person has looked at it";
  EXPECT_EQ(desk.record.journeys[0].surveys_size(), 1);
  EXPECT_EQ(desk.record.journeys[0].facts().surveys_not_sent(), 0);
  EXPECT_EQ(desk.record.journeys[0].facts().surveys_sent(), 1);
}

TEST(SurveyTest, AnotherTicketOfTheMatterReplacesTheScheduledOneForGood) {
  SurveyDesk desk = ClosedDesk();
  desk.Record(EventOf("INC2", 2 * kHour, kNew));
  const v1::Enrichment second = desk.Record(EventOf("INC2", 3 * kHour, kResolved));
  EXPECT_THAT(SurveyDesk::Shown(second.surveys()),
              ElementsAre("SCHEDULED", "DO_NOT_SEND SUPERSEDED"));
  EXPECT_THAT(desk.Record(EventOf("INC1", 4 * kHour, kClosed)).surveys(), IsEmpty());
  EXPECT_THAT(desk.Until(11 * kHour - 1), IsEmpty());
  EXPECT_THAT(desk.Until(11 * kHour), ElementsAre("SEND"));
}

TEST(SurveyTest, IdsCannotBeGuessed) {
  const auto id_with = [](std::string_view secret) {
    SurveyDesk desk(SurveyRules(AskRule()));
    desk.record.survey_secret = secret;
    desk.Record(EventOf("INC1", 0, kNew));
    return desk.Record(EventOf("INC1", kHour, kResolved)).surveys(0).id();
  };
  EXPECT_EQ(id_with("one"), id_with("one"));
  EXPECT_NE(id_with("one"), id_with("two"));
  EXPECT_EQ(id_with("one").size(), 34U) << "128 bits";
}

rules::Rule UpdateOn(v1::EventType type) {
  rules::Rule rule;
  rule.id = "told";
  rule.on = testing::On({type});
  rule.update.emplace();
  for (int part = 0; part < 4; ++part) {
    rule.update->parts.push_back(testing::Texts({{"en", "A part."}}));
  }
  return rule;
}

TEST(SurveyMessageTest, NobodyIsAskedTogetherWithAMessage) {
  rules::RuleSet rules = SurveyRules(UpdateOn(v1::EVENT_TYPE_RESOLVED));
  rules.rules.push_back(AskRule());
  SurveyDesk desk(rules);
  desk.Record(EventOf("INC1", 0, kNew));
  const v1::Enrichment resolved = desk.Record(EventOf("INC1", kHour, kResolved));
  EXPECT_EQ(resolved.status_updates_size(), 1);
  EXPECT_THAT(SurveyDesk::Shown(resolved.surveys()), ElementsAre("SCHEDULED"));
  EXPECT_THAT(desk.Until(kHour + 14), IsEmpty());
  EXPECT_THAT(desk.Until(kHour + 15), ElementsAre("SEND"));
}

TEST(SurveyMessageTest, NobodyIsAskedBeforeAMessageThatWaits) {
  SurveyDesk desk = ClosedDesk();
  internal::v1::PendingAction* waits = desk.record.journeys[0].add_pending();
  waits->set_id("u-waits");
  waits->set_ticket(1);
  waits->set_due_at(absl::ToUnixMicros(At(20 * kHour)));
  waits->mutable_status_update()->set_ticket_ref("INC1");
  EXPECT_THAT(desk.Until(20 * kHour - 1), ElementsAre("SCHEDULED"));
  EXPECT_THAT(desk.Until(20 * kHour + 14), IsEmpty());
  EXPECT_THAT(desk.Until(20 * kHour + 15), ElementsAre("SEND"));
}

TEST(SurveyMessageTest, MessagesAboutOtherTicketsAndDraftsKeepNobodyFromAsking) {
  SurveyDesk desk = ClosedDesk();
  for (const bool draft : {false, true}) {
    internal::v1::PendingAction* waits = desk.record.journeys[0].add_pending();
    waits->set_id(draft ? "u-draft" : "u-other");
    waits->set_ticket(draft ? 1 : 2);
    waits->set_due_at(absl::ToUnixMicros(At(20 * kHour)));
    waits->mutable_status_update()->set_draft(draft);
  }
  EXPECT_THAT(desk.Until(9 * kHour), ElementsAre("SEND"));
}

TEST(SurveyMessageTest, NobodyIsAskedBeforeTheDigest) {
  SurveyDesk desk = ClosedDesk();
  internal::v1::DigestItem* item = desk.record.person.add_digest();
  item->set_journey_id(desk.record.journeys[0].id());
  item->mutable_update()->set_id("u-digest");
  item->mutable_update()->set_rule_id("gone");
  item->mutable_update()->mutable_status_update()->set_ticket_ref("INC1");
  item->mutable_update()->set_decided_at(absl::ToUnixMicros(At(8 * kHour + 30)));
  EXPECT_THAT(desk.Until(9 * kHour), ElementsAre("SCHEDULED"));
  EXPECT_THAT(desk.Until(9 * kHour + 44), IsEmpty());
  EXPECT_THAT(desk.Until(9 * kHour + 45), ElementsAre("SEND"));
}

TEST(SurveyTest, IsLookedAtAgainWhenItIsDue) {
  const struct {
    const char* name;
    void (*meanwhile)(SurveyDesk* desk);
    const char* want;
  } kCases[] = {
      {"nothing happened", [](SurveyDesk*) {}, "SEND"},
      {"the person wrote",
       [](SurveyDesk* desk) {
         v1::TicketEvent event = EventOf("INC1", 2 * kHour, kResolved);
         event.mutable_actor()->set_role(v1::ACTOR_ROLE_CUSTOMER);
         event.mutable_comment()->set_body("It is still broken");
         event.mutable_comment()->set_visibility(v1::VISIBILITY_BOTH);
         desk->Record(event);
       },
       "DO_NOT_SEND NEW_WORD_FROM_CUSTOMER"},
      {"the person said thank you",
       [](SurveyDesk* desk) {
         v1::TicketEvent event = EventOf("INC1", 2 * kHour, kResolved);
         event.mutable_actor()->set_role(v1::ACTOR_ROLE_CUSTOMER);
         event.mutable_comment()->set_body("Thank you, it works!");
         event.mutable_comment()->set_visibility(v1::VISIBILITY_BOTH);
         desk->Record(event);
       },
       "SEND"},
      {"the person called",
       [](SurveyDesk* desk) {
         v1::TicketEvent event = EventOf("INC1", 2 * kHour, kResolved);
         event.mutable_signal()->set_name("call_abandoned");
         event.mutable_signal()->set_channel("phone");
         desk->Record(event);
       },
       "DO_NOT_SEND NEW_WORD_FROM_CUSTOMER"},
      {"an agent made a note",
       [](SurveyDesk* desk) {
         v1::TicketEvent event = EventOf("INC1", 2 * kHour, kResolved);
         event.mutable_comment()->set_body("done");
         event.mutable_comment()->set_visibility(v1::VISIBILITY_PROVIDER);
         desk->Record(event);
       },
       "SEND"},
      {"another ticket of the matter",
       [](SurveyDesk* desk) { desk->Record(EventOf("INC2", 2 * kHour, kNew)); },
       "DO_NOT_SEND OTHER_TICKET_OPEN"},
      {"a ticket of another matter",
       [](SurveyDesk* desk) { desk->Record(EventOf("REQ2", 2 * kHour, kNew)); }, "SEND"},
      {"merged",
       [](SurveyDesk* desk) {
         v1::TicketEvent event = EventOf("INC1", 2 * kHour, kResolved);
         event.mutable_ticket()->set_merged_into_ref("INC9");
         desk->Record(event);
       },
       "DO_NOT_SEND MERGED"},
      {"opted out",
       [](SurveyDesk* desk) {
         v1::TicketEvent event = EventOf("INC1", 2 * kHour, kResolved);
         event.mutable_ticket()->mutable_requester()->add_tags("no-surveys");
         desk->Record(event);
       },
       "DO_NOT_SEND OPTED_OUT"},
      {"the rule is gone", [](SurveyDesk* desk) { desk->Use(SurveyRules(AskRule("other"))); },
       "DO_NOT_SEND RULE_REMOVED"},
      {"asked about another matter",
       [](SurveyDesk* desk) {
         internal::v1::Contact* contact = desk->record.person.add_contacts();
         contact->set_kind(internal::v1::CONTACT_KIND_SURVEY);
         contact->set_at(absl::ToUnixMicros(At(2 * kHour)));
       },
       "DO_NOT_SEND COOLDOWN"},
  };
  for (const auto& row : kCases) {
    SurveyDesk desk = ClosedDesk();
    row.meanwhile(&desk);
    EXPECT_THAT(desk.Until(9 * kHour), ElementsAre(row.want)) << row.name;
  }
}

TEST(SurveyTest, NobodyLookedForTooLong) {
  SurveyDesk late = ClosedDesk();
  EXPECT_THAT(late.Until(9 * kHour + 7 * kDay), ElementsAre("SEND"));
  SurveyDesk too_late = ClosedDesk();
  EXPECT_THAT(too_late.Until(9 * kHour + 7 * kDay + 1), ElementsAre("DO_NOT_SEND TOO_LATE"));
}

TEST(SurveyTest, AnOldClosureThatIsToldLateIsNotAskedAbout) {
  SurveyDesk desk(SurveyRules(AskRuleAfter(absl::Hours(8))));
  desk.Record(EventOf("INC1", 0, kNew), At(30 * kDay));
  const v1::Enrichment closed = desk.Record(EventOf("INC1", kHour, kResolved), At(30 * kDay));
  EXPECT_THAT(SurveyDesk::Shown(closed.surveys()), ElementsAre("DO_NOT_SEND TOO_LATE"));
}

TEST(SurveyTest, OneMoreAfterAReopeningWhenNobodyAnswered) {
  rules::Rule rule = AskRule();
  rule.survey->cooldown = absl::Hours(24);
  SurveyDesk desk(SurveyRules(rule));
  desk.Record(EventOf("INC1", 0, kNew));
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(EventOf("INC1", 1, kResolved)).surveys()),
              ElementsAre("SEND"));
  desk.Record(EventOf("INC1", 2, kOpen));
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(EventOf("INC1", 3, kResolved)).surveys()),
              ElementsAre("DO_NOT_SEND COOLDOWN"))
      << "never inside the cool-down";
  desk.Record(EventOf("INC1", 4, kOpen));
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(EventOf("INC1", 2 * kDay, kResolved)).surveys()),
              ElementsAre("DO_NOT_SEND OPEN_INVITATION"))
      << "the first can still be answered";
  desk.Record(EventOf("INC1", 3 * kDay, kOpen));
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(EventOf("INC1", 9 * kDay, kResolved)).surveys()),
              ElementsAre("SEND"));
  desk.Record(EventOf("INC1", 10 * kDay, kOpen));
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(EventOf("INC1", 30 * kDay, kResolved)).surveys()),
              ElementsAre("DO_NOT_SEND ALREADY_SURVEYED"))
      << "not a third time";
}

TEST(SurveyTest, NoneAfterAReopeningWhenTheFirstWasAnswered) {
  rules::Rule rule = AskRule();
  rule.survey->cooldown = absl::ZeroDuration();
  SurveyDesk desk(SurveyRules(rule));
  desk.Record(EventOf("INC1", 0, kNew));
  const v1::Enrichment closed = desk.Record(EventOf("INC1", 1, kResolved));
  desk.Record(AnswerAt(2, closed.surveys(0).id(), 5));
  ASSERT_TRUE(desk.status.ok()) << desk.status;
  desk.Record(EventOf("INC1", 3, kOpen));
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(EventOf("INC1", 4, kResolved)).surveys()),
              ElementsAre("DO_NOT_SEND ALREADY_SURVEYED"));
  const v1::SurveyDecision& kept = desk.record.journeys[0].surveys(0);
  EXPECT_TRUE(kept.superseded());
  EXPECT_EQ(kept.answer().rating(), 5);
}

TEST(SurveyTest, ARuleInShadowModeAsksNobodyAndKeepsNobodyFromAsking) {
  rules::RuleSet rules = SurveyRules(AskRuleAfter(absl::Hours(1)));
  rules.rules[0].shadow = true;
  rules.rules.push_back(AskRule("real"));
  SurveyDesk desk(rules);
  desk.Record(EventOf("INC1", 0, kNew));
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(EventOf("INC1", kHour, kResolved)).surveys()),
              ElementsAre("SCHEDULED", "SEND"));
  EXPECT_EQ(desk.record.person.contacts_size(), 1);
  EXPECT_THAT(desk.Until(2 * kHour), ElementsAre("DO_NOT_SEND ALREADY_SURVEYED"));
  EXPECT_EQ(desk.record.journeys[0].facts().surveys_not_sent(), 0);
}

TEST(SurveyTest, TwoRulesAskOnceBetweenThem) {
  rules::RuleSet rules = SurveyRules(AskRuleAfter(absl::Hours(8)));
  rules.rules.push_back(AskRule("effort"));
  SurveyDesk desk(rules);
  desk.Record(EventOf("INC1", 0, kNew));
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(EventOf("INC1", kHour, kResolved)).surveys()),
              ElementsAre("SCHEDULED", "DO_NOT_SEND ALREADY_SURVEYED"));
}

TEST(SurveyTest, AFloodOfNoticesDoesNotEndACooldown) {
  SurveyDesk desk(SurveyRules(AskRule()));
  desk.Record(EventOf("INC1", 0, kNew));
  desk.Record(EventOf("INC1", 1, kResolved));
  for (int i = 0; i < 1000; ++i) {
    desk.record.person.add_contacts()->set_kind(internal::v1::CONTACT_KIND_NOTICE);
  }
  desk.Record(EventOf("REQ1", 8 * kDay, kNew));
  EXPECT_THAT(SurveyDesk::Shown(desk.Record(EventOf("REQ1", 9 * kDay, kResolved)).surveys()),
              ElementsAre("DO_NOT_SEND COOLDOWN"));
  EXPECT_EQ(desk.record.person.contacts_size(), 256);
}

TEST(SurveyTest, ReplayOfDecisionsGivesTheSameState) {
  const auto rules = testing::Freeze(SurveyRules(AskRuleAfter(absl::Hours(8))));
  PersonRecord live;
  live.person.set_tenant("default");
  live.person.set_person_id("u1");
  PersonRecord replayed = live;
  uint64_t position = 0;
  for (const v1::TicketEvent& event :
       {EventOf("INC1", 0, kNew), EventOf("INC1", kHour, kResolved)}) {
    const auto evaluation = Evaluate(*rules, event, ++position,
                                     absl::FromUnixSeconds(event.occurred_at().seconds()), &live);
    ASSERT_TRUE(evaluation.ok());
    ASSERT_TRUE(Replay(event, evaluation->decision, position, &replayed).ok());
  }
  while (const auto decision = EvaluateDue(*rules, At(30 * kDay), ++position, &live)) {
    ASSERT_TRUE(ReplayDue(*decision, position, &replayed).ok());
  }
  EXPECT_EQ(live.person.SerializeAsString(), replayed.person.SerializeAsString());
  EXPECT_EQ(live.journeys[0].SerializeAsString(), replayed.journeys[0].SerializeAsString());
}

}  // namespace
}  // namespace waypost::journey
