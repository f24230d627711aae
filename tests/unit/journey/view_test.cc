// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/view.h"

#include <string>

#include "gtest/gtest.h"
#include "sidecar/journey/apply.h"
#include "tests/unit/journey/event_builder.h"

namespace waypost::journey {
namespace {

constexpr auto kNew = v1::STATUS_CATEGORY_NEW;
constexpr auto kResolved = v1::STATUS_CATEGORY_RESOLVED;

rules::RuleSet Rules() {
  rules::RuleSet rules;
  rules.owners.resize(1);
  rules.owners[0].id = "desk-manager";
  rules.owners[0].name = "Desk manager";
  rules.providers.resize(1);
  rules.providers[0].id = "desk";
  rules.providers[0].groups = {"Desk*"};
  rules.journeys.resize(1);
  rules.journeys[0].id = "get-help";
  rules.journeys[0].ideal = {"reported", "fixed"};
  rules.journeys[0].touchpoints.resize(1);
  rules.journeys[0].touchpoints[0].id = "chased";
  rules.journeys[0].touchpoints[0].owner = 0;
  return rules;
}

internal::v1::Decision Passing(const std::string& touchpoint, const std::string& stage) {
  internal::v1::Decision decision;
  v1::TouchpointPassed* passed = decision.add_touchpoints();
  passed->set_role(v1::CONSUMER_ROLE_USER);
  passed->set_touchpoint_id(touchpoint);
  passed->set_stage(stage);
  passed->set_owner_id("desk-manager");
  passed->set_kind(v1::TOUCHPOINT_KIND_SERVICE_INTERACTION);
  passed->set_emotion(-2);
  passed->set_emotion_basis(v1::EMOTION_BASIS_SAID);
  passed->set_visibility(v1::VISIBILITY_CONSUMER);
  v1::JourneyPosition* position = decision.mutable_enrichment()->add_positions();
  position->set_role(v1::CONSUMER_ROLE_USER);
  position->set_journey_definition_id("get-help");
  position->set_stage(stage);
  position->set_touchpoint_id(touchpoint);
  position->set_owner_id("desk-manager");
  position->set_touchpoint_kind(v1::TOUCHPOINT_KIND_SERVICE_INTERACTION);
  decision.set_provider_id("desk");
  return decision;
}

void Raise(const std::string& rule, internal::v1::Decision* decision) {
  decision->mutable_enrichment()->add_alerts()->set_rule_id(rule);
}

TEST(ViewTest, ShowsRolesWithStagesAlignmentAndGaps) {
  Player player;
  Apply(Passing("reported", "engage"), player.Play(EventBuilder("1", 0).Is(kNew)), &player.record);
  Apply(Passing("chased", "co_create"), player.Play(EventBuilder("2", 5)), &player.record);
  Apply(Passing("chased", "co_create"), player.Play(EventBuilder("3", 6)), &player.record);
  const v1::Journey view = ViewJourney(player.journey(), Rules(), true);
  ASSERT_EQ(view.roles_size(), 1);
  const v1::RoleProjection& role = view.roles(0);
  EXPECT_EQ(role.position().stage(), "co_create");
  EXPECT_EQ(role.position().owner_name(), "Desk manager");
  EXPECT_EQ(role.position().provider_id(), "desk");
  ASSERT_EQ(role.stages_size(), 2);
  EXPECT_EQ(role.stages(0).stage(), "engage");
  EXPECT_EQ(MicrosOf(role.stages(1).entered_at()), kStart + 5 * kMinute);
  EXPECT_EQ(role.service_interactions(), 3);
  EXPECT_EQ(role.touchpoints(), 0);
  EXPECT_DOUBLE_EQ(role.alignment(), 1.0 / 3);
  ASSERT_EQ(role.gaps_size(), 2);
  EXPECT_EQ(role.gaps(0).kind(), v1::GAP_KIND_EXTRA);
  EXPECT_EQ(role.gaps(0).owner_id(), "desk-manager");
  EXPECT_EQ(role.gaps(1).kind(), v1::GAP_KIND_REPEATED);
  ASSERT_EQ(view.timeline_size(), 3);
  const v1::TouchpointPassed& passed = view.timeline(1).touchpoints(0);
  EXPECT_EQ(passed.touchpoint_id(), "chased");
  EXPECT_EQ(passed.stage(), "co_create");
  EXPECT_EQ(passed.owner_id(), "desk-manager");
  EXPECT_EQ(passed.kind(), v1::TOUCHPOINT_KIND_SERVICE_INTERACTION);
  EXPECT_EQ(passed.emotion(), -2);
  EXPECT_EQ(passed.emotion_basis(), v1::EMOTION_BASIS_SAID);
  EXPECT_EQ(passed.visibility(), v1::VISIBILITY_CONSUMER);
  EXPECT_EQ(view.facts().emotion(), -2);
  EXPECT_EQ(view.facts().emotion_basis(), v1::EMOTION_BASIS_SAID);
}

TEST(ViewTest, GroupsOfOneProviderAreOneHolder) {
  Player player;
  player.Play(EventBuilder("1", 0).Is(kNew).Group("Desk 1"));
  player.Play(EventBuilder("2", 10).Group("Desk 2"));
  player.Play(EventBuilder("3", 30).Group("Network"));
  player.Play(EventBuilder("4", 60).Group("Desk 1"));
  const v1::Journey view = ViewJourney(player.journey(), Rules(), false);
  ASSERT_EQ(view.facts().possessions_size(), 2);
  EXPECT_EQ(view.facts().possessions(0).holder(), "desk");
  EXPECT_EQ(Minutes(view.facts().possessions(0).held()), 30);
  EXPECT_EQ(view.facts().possessions(1).holder(), "Network");
  EXPECT_EQ(Minutes(view.facts().possessions(1).held()), 30);
  EXPECT_EQ(view.facts().holder(), "desk");
  EXPECT_EQ(player.facts().holder(), "Desk 1") << "rules read the group";
  EXPECT_EQ(view.timeline_size(), 0);
}

TEST(ViewTest, StepsTellTheirSideOfTheLineOfVisibility) {
  Player player;
  player.PlayAll({
      EventBuilder("1", 0).Is(kNew).Status("New", kNew).By(v1::ACTOR_ROLE_CUSTOMER),
      EventBuilder("2", 1).Group("Desk"),
      EventBuilder("3", 2).Comment(v1::VISIBILITY_PROVIDER),
      EventBuilder("4", 3).Comment(v1::VISIBILITY_BOTH),
      EventBuilder("5", 4).LoneSignal("search_no_result", "portal"),
      EventBuilder("6", 5).Is(kResolved),
  });
  const v1::Journey view = ViewJourney(player.journey(), Rules(), true);
  const v1::Visibility expected[] = {v1::VISIBILITY_BOTH,     v1::VISIBILITY_PROVIDER,
                                     v1::VISIBILITY_PROVIDER, v1::VISIBILITY_BOTH,
                                     v1::VISIBILITY_CONSUMER, v1::VISIBILITY_BOTH};
  ASSERT_EQ(view.timeline_size(), 6);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(view.timeline(i).visibility(), expected[i]) << i;
  EXPECT_EQ(view.timeline(4).ticket_ref(), "");
  EXPECT_EQ(view.timeline(4).signal(), "search_no_result");
  EXPECT_EQ(view.timeline(5).group(), "Desk");
  EXPECT_EQ(view.timeline(5).status(), "New");
  EXPECT_EQ(MicrosOf(view.ended_at()), kStart + 5 * kMinute);
}

TEST(ApplyTest, TheEndOfTheJourneyClosesTheAlertsBeforeItAndItsOwn) {
  Player player;
  internal::v1::Decision decision;
  Raise("ping-pong", &decision);
  Apply(decision, player.Play(EventBuilder("1", 0).Is(kNew)), &player.record);
  ASSERT_EQ(player.journey().open_alerts_size(), 1);
  EXPECT_EQ(player.journey().open_alerts(0).alert().rule_id(), "ping-pong");
  EXPECT_EQ(MicrosOf(player.journey().open_alerts(0).raised_at()), kStart);
  decision.Clear();
  Raise("silent-end", &decision);
  Apply(decision, player.Play(EventBuilder("2", 5).Is(kResolved)), &player.record);
  EXPECT_EQ(player.journey().open_alerts_size(), 0);
}

TEST(ApplyTest, SurveysAreCountedByOutcomeAndShadowNot) {
  Player player;
  internal::v1::Decision decision;
  const auto add = [&](const char* id, v1::SurveyOutcome outcome) {
    v1::SurveyDecision* survey = decision.mutable_enrichment()->add_surveys();
    survey->set_id(id);
    survey->set_outcome(outcome);
    return survey;
  };
  add("s1", v1::SURVEY_OUTCOME_SEND);
  add("s2", v1::SURVEY_OUTCOME_DO_NOT_SEND);
  add("s3", v1::SURVEY_OUTCOME_SCHEDULED);
  add("s4", v1::SURVEY_OUTCOME_SEND)->set_shadow(true);
  Apply(decision, player.Play(EventBuilder("2", 10)), &player.record);
  player.Play(EventBuilder("1", 0));
  EXPECT_EQ(player.facts().surveys_sent(), 1) << "and a late event folds nothing away";
  EXPECT_EQ(player.facts().surveys_not_sent(), 1);
  EXPECT_EQ(player.journey().surveys_size(), 4);
}

}  // namespace
}  // namespace waypost::journey
