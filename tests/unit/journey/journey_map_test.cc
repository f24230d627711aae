// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/journey_map.h"

#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"

namespace waypost::journey {
namespace {

using google::protobuf::util::TimeUtil;

rules::RuleSet TwoStages() {
  rules::RuleSet rules;
  rules.stages = {{"engage", {}}, {"co_create", {}}};
  rules::JourneyDefinition definition;
  definition.id = "get-help";
  rules::Touchpoint call;
  call.id = "call";
  call.channel = "phone";
  definition.touchpoints.push_back(std::move(call));
  rules.journeys.push_back(std::move(definition));
  return rules;
}

v1::Journey JourneyWithUserView() {
  v1::Journey journey;
  v1::JourneyPosition* position = journey.add_roles()->mutable_position();
  position->set_role(v1::CONSUMER_ROLE_USER);
  position->set_journey_definition_id("get-help");
  return journey;
}

void AddStep(const char* touchpoint, const char* stage, const char* channel, int64_t second,
             int emotion, v1::EmotionBasis basis, v1::Journey* journey) {
  v1::TimelineStep* step = journey->add_timeline();
  *step->mutable_occurred_at() = TimeUtil::SecondsToTimestamp(second);
  step->set_channel(channel);
  v1::TouchpointPassed* passed = step->add_touchpoints();
  passed->set_role(v1::CONSUMER_ROLE_USER);
  passed->set_touchpoint_id(touchpoint);
  passed->set_stage(stage);
  passed->set_emotion(emotion);
  passed->set_emotion_basis(basis);
}

TEST(JourneyMapTest, CountsTouchpointsByStageAndChannelAndKeepsSaidApartFromInferred) {
  const rules::RuleSet rules = TwoStages();
  JourneyMap map({}, rules);
  v1::Journey journey = JourneyWithUserView();
  AddStep("call", "engage", "", 10, -2, v1::EMOTION_BASIS_INFERRED, &journey);
  AddStep("call", "engage", "phone", 20, -1, v1::EMOTION_BASIS_SAID, &journey);
  AddStep("news", "co_create", "email", 30, 0, v1::EMOTION_BASIS_UNSPECIFIED, &journey);
  map.Add(journey);

  const v1::GetJourneyMapResponse response = map.Build();
  EXPECT_EQ(response.journeys(), 1);
  ASSERT_EQ(response.cells_size(), 2);
  EXPECT_EQ(response.cells(0).stage(), "engage");
  EXPECT_EQ(response.cells(0).channel(), "phone") << "the touchpoint's, where the event tells none";
  EXPECT_EQ(response.cells(0).touchpoints(0).passed(), 2);
  EXPECT_EQ(response.cells(0).touchpoints(0).journeys(), 1);
  EXPECT_EQ(response.cells(0).touchpoints(0).emotion_inferred(), -2);
  EXPECT_EQ(response.cells(0).touchpoints(0).emotion_said(), -1);
  EXPECT_EQ(response.cells(1).channel(), "email") << "the event's channel";
  EXPECT_FALSE(response.cells(1).touchpoints(0).has_emotion_said());
  EXPECT_EQ(response.channels(0), "phone") << "most used first";
}

TEST(JourneyMapTest, TheEventsOwnChannelComesBeforeTheTouchpoints) {
  const rules::RuleSet rules = TwoStages();
  JourneyMap map({}, rules);
  v1::Journey journey = JourneyWithUserView();
  AddStep("call", "engage", "email", 10, 0, v1::EMOTION_BASIS_UNSPECIFIED, &journey);
  map.Add(journey);
  ASSERT_EQ(map.Build().cells_size(), 1);
  EXPECT_EQ(map.Build().cells(0).channel(), "email");
}

TEST(JourneyMapTest, LeavesOutStepsBeyondTheWindowAndJourneysWithoutSteps) {
  const rules::RuleSet rules = TwoStages();
  v1::GetJourneyMapRequest request;
  *request.mutable_start_at() = TimeUtil::SecondsToTimestamp(15);
  *request.mutable_end_at() = TimeUtil::SecondsToTimestamp(20);
  JourneyMap map(request, rules);
  v1::Journey outside = JourneyWithUserView();
  AddStep("call", "engage", "", 10, 0, v1::EMOTION_BASIS_UNSPECIFIED, &outside);
  AddStep("call", "engage", "", 20, 0, v1::EMOTION_BASIS_UNSPECIFIED, &outside);
  v1::Journey inside = JourneyWithUserView();
  AddStep("call", "engage", "", 15, 0, v1::EMOTION_BASIS_UNSPECIFIED, &inside);
  map.Add(outside);
  map.Add(inside);
  EXPECT_EQ(map.Build().journeys(), 1);
  EXPECT_EQ(map.Build().cells(0).touchpoints(0).passed(), 1);
}

TEST(JourneyMapTest, CountsAGapOncePerJourneyMostFrequentFirst) {
  const rules::RuleSet rules = TwoStages();
  JourneyMap map({}, rules);
  for (const bool repeated : {false, true, true}) {
    v1::Journey journey = JourneyWithUserView();
    AddStep("call", "engage", "", 10, 0, v1::EMOTION_BASIS_UNSPECIFIED, &journey);
    for (int i = 0; i < (repeated ? 2 : 1); ++i) {
      v1::Gap* gap = journey.mutable_roles(0)->add_gaps();
      gap->set_kind(repeated ? v1::GAP_KIND_REPEATED : v1::GAP_KIND_SKIPPED);
      gap->set_step("call");
    }
    map.Add(journey);
  }
  const v1::GetJourneyMapResponse response = map.Build();
  ASSERT_EQ(response.gaps_size(), 2);
  EXPECT_EQ(response.gaps(0).gap().kind(), v1::GAP_KIND_REPEATED);
  EXPECT_EQ(response.gaps(0).journeys(), 2);
}

}  // namespace
}  // namespace waypost::journey
