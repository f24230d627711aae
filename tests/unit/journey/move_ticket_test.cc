// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/move_ticket.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sidecar/journey/apply.h"
#include "sidecar/journey/entries.h"
#include "sidecar/journey/names.h"
#include "tests/unit/journey/event_builder.h"

namespace waypost::journey {
namespace {

constexpr auto kNew = v1::STATUS_CATEGORY_NEW;

TEST(MoveTicketTest, AJourneyWithThisTicketAloneMovesWhole) {
  Player ann("ann");
  Player bob("bob");
  ann.Play(EventBuilder("s", 0).LoneSignal("login_failed", "portal"));
  ann.Play(EventBuilder("1", 1).Is(kNew).Group("A").Requester("ann"));
  const std::string id = ann.journey().id();
  const absl::StatusOr<Moved> moved = MoveTicket("tool", "T-1", &ann.record, &bob.record);
  ASSERT_TRUE(moved.ok());
  EXPECT_TRUE(moved->whole);
  EXPECT_EQ(moved->from_id, id);
  EXPECT_EQ(moved->to_id, id);
  EXPECT_TRUE(ann.record.journeys.empty());
  EXPECT_EQ(bob.journey().person_id(), "bob");
  EXPECT_EQ(bob.facts().signals(), 1);
  EXPECT_EQ(PositionsOfEvent("1", bob.record), std::vector<uint64_t>{2});
  bob.position = 2;
  EXPECT_EQ(TypesOf(bob.Play(EventBuilder("2", 2).Group("B").Requester("bob"))), "assigned");
  EXPECT_EQ(bob.journey().tickets(0).ticket().requester().id(), "bob");
}

TEST(MoveTicketTest, OneOfSeveralTicketsBecomesAJourneyOfItsOwn) {
  Player ann("ann");
  Player bob("bob");
  internal::v1::Decision decision;
  v1::TouchpointPassed* touchpoint = decision.add_touchpoints();
  touchpoint->set_role(v1::CONSUMER_ROLE_USER);
  touchpoint->set_touchpoint_id("reported");
  touchpoint->set_stage("engage");
  ann.Play(EventBuilder("1", 0).Is(kNew).Matter("mail", "login").Group("A").Channel("phone"));
  Apply(decision, ann.Play(EventBuilder("2", 1).Ref("T-2").Is(kNew).Matter("mail", "login")),
        &ann.record);
  ann.Play(EventBuilder("3", 2).Group("B"));
  ann.Play(EventBuilder("4", 3).Ref("T-2").Group("C"));
  const absl::StatusOr<Moved> moved = MoveTicket("tool", "T-2", &ann.record, &bob.record);
  ASSERT_TRUE(moved.ok());
  EXPECT_FALSE(moved->whole);
  EXPECT_EQ(moved->from_id, ann.journey().id());
  EXPECT_EQ(moved->to_id, bob.journey().id());
  EXPECT_NE(moved->to_id, moved->from_id);
  EXPECT_EQ(ann.journey().tickets_size(), 1);
  EXPECT_EQ(ann.journey().entry_count(), 2U);
  EXPECT_EQ(ann.facts().tickets(), 1);
  EXPECT_EQ(ann.facts().reassignments(), 1);
  EXPECT_EQ(bob.journey().entry_count(), 2U);
  EXPECT_EQ(bob.facts().tickets(), 1);
  EXPECT_EQ(bob.facts().holder(), "C");
  const internal::v1::RoleState* role = FindRole(bob.journey(), v1::CONSUMER_ROLE_USER);
  ASSERT_NE(role, nullptr);
  EXPECT_EQ(NameOf(role->touchpoint(), bob.journey().names()), "reported");
  EXPECT_EQ(ReadEntries(bob.journey()).front().event_id(), "2");
}

// An alert and a survey of that rule, one sent.
internal::v1::Decision Acting(const std::string& rule, std::string_view ref) {
  internal::v1::Decision decision;
  v1::ExperienceAlert* alert = decision.mutable_enrichment()->add_alerts();
  alert->set_id(absl::StrCat("alert-", rule));
  alert->set_rule_id(rule);
  for (const auto outcome : {v1::SURVEY_OUTCOME_SEND, v1::SURVEY_OUTCOME_DO_NOT_SEND}) {
    v1::SurveyDecision* survey = decision.mutable_enrichment()->add_surveys();
    survey->set_id(absl::StrCat(rule, "-", outcome));
    survey->set_rule_id(rule);
    survey->set_outcome(outcome);
    survey->set_source("tool");
    survey->set_ticket_ref(std::string(ref));
  }
  return decision;
}

TEST(MoveTicketTest, AlertsAndSurveysGoWithTheirTicket) {
  Player ann("ann");
  Player bob("bob");
  const auto play = [&ann](EventBuilder event, const std::string& rule) {
    event.Is(kNew).Matter("mail", "login");
    Apply(Acting(rule, event.ticket().ref()), ann.Play(event), &ann.record);
  };
  play(EventBuilder("1", 0), "one");
  play(EventBuilder("2", 1).Ref("T-2"), "two");
  ASSERT_EQ(ann.journey().open_alerts_size(), 2);
  ASSERT_TRUE(MoveTicket("tool", "T-2", &ann.record, &bob.record).ok());
  for (const auto& [player, rule] : {std::pair(&ann, "one"), std::pair(&bob, "two")}) {
    const internal::v1::JourneyState& journey = player->journey();
    ASSERT_EQ(journey.open_alerts_size(), 1) << rule;
    EXPECT_EQ(journey.open_alerts(0).alert().rule_id(), rule);
    ASSERT_EQ(journey.surveys_size(), 2) << rule;
    EXPECT_EQ(journey.surveys(0).rule_id(), rule);
    EXPECT_EQ(journey.facts().surveys_sent(), 1) << rule;
    EXPECT_EQ(journey.facts().surveys_not_sent(), 1) << rule;
  }
}

TEST(MoveTicketTest, AlertsAreClosedWhereAllThatIsLeftHasEnded) {
  Player ann("ann");
  Player bob("bob");
  Apply(Acting("one", "T-1"), ann.Play(EventBuilder("1", 0).Is(kNew).Matter("mail", "login")),
        &ann.record);
  ann.Play(EventBuilder("2", 1).Ref("T-2").Is(kNew).Matter("mail", "login"));
  ann.Play(EventBuilder("3", 2).Is(v1::STATUS_CATEGORY_RESOLVED));
  ASSERT_EQ(ann.journey().open_alerts_size(), 1) << "the other ticket is open";
  ASSERT_TRUE(MoveTicket("tool", "T-2", &ann.record, &bob.record).ok());
  EXPECT_EQ(ann.journey().open_alerts_size(), 0);
}

TEST(MoveTicketTest, DroppedEntriesStillExplainWhatCameAfter) {
  Player ann("ann");
  Player bob("bob");
  ann.Play(EventBuilder("1", 0).Is(kNew).Matter("mail", "login").Ref("T-2").Group("Z"));
  for (int i = 1; i <= 1000; ++i) {
    ann.Play(EventBuilder(absl::StrCat("e", i), i).Matter("mail", "login").Group("A"));
  }
  ASSERT_TRUE(ann.journey().has_base());
  ASSERT_TRUE(MoveTicket("tool", "T-2", &ann.record, &bob.record).ok());
  bob.position = 2000;
  const Folded folded = bob.Play(EventBuilder("n", 2000).Ref("T-2").Group("Y"));
  ASSERT_EQ(TypesOf(folded), "assigned");
  EXPECT_EQ(folded.events[0].from(), "Z");
  EXPECT_EQ(bob.facts().tickets(), 1);
  EXPECT_EQ(PositionsOfEvent("1", bob.record), std::vector<uint64_t>{1});
}

TEST(MoveTicketTest, AnUnknownTicketIsNotFound) {
  Player ann("ann");
  Player bob("bob");
  ann.Play(EventBuilder("1", 0));
  EXPECT_EQ(MoveTicket("tool", "T-9", &ann.record, &bob.record).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(MoveTicket("other", "T-1", &ann.record, &bob.record).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace waypost::journey
