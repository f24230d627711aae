// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/keys.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::rules {
namespace {

TEST(KeysTest, EveryMappingIsAtItsPlaceAndDescribed) {
  int number = 0;
  for (const Mapping& mapping : Mappings()) {
    EXPECT_EQ(static_cast<int>(mapping.kind), number++) << mapping.name;
    EXPECT_FALSE(mapping.description.empty()) << mapping.name;
    std::set<std::string_view> names;
    for (const Key& key : mapping.keys) {
      EXPECT_TRUE(names.insert(key.name).second) << mapping.name << " " << key.name;
      EXPECT_THAT(std::string(key.description), testing::EndsWith(".")) << key.name;
      const bool choice = key.value == ValueKind::kChoice || key.value == ValueKind::kEventType;
      EXPECT_EQ(choice, !key.choices.empty()) << mapping.name << " " << key.name;
      EXPECT_FALSE(key.required && !key.default_text.empty()) << mapping.name << " " << key.name;
    }
  }
}

TEST(KeysTest, ChoicesStandAtTheNumbersOfTheirEnums) {
  EXPECT_EQ(EventTypeChoices()[v1::EVENT_TYPE_PRIORITY_CHANGED - 1], "priority_changed");
  EXPECT_EQ(EventTypeChoices()[v1::EVENT_TYPE_SIGNAL - 1], "signal");
  EXPECT_EQ(RoleChoices()[v1::CONSUMER_ROLE_SPONSOR - 1], "sponsor");
  EXPECT_EQ(TouchpointKindChoices()[v1::TOUCHPOINT_KIND_SERVICE_INTERACTION - 1],
            "service_interaction");
  EXPECT_EQ(VisibilityChoices()[v1::VISIBILITY_CONSUMER - 1], "consumer");
  EXPECT_EQ(SeverityChoices()[v1::SEVERITY_CRITICAL - 1], "critical");
  EXPECT_EQ(SurveyKindChoices()[v1::SURVEY_KIND_CES - 1], "ces");
}

}  // namespace
}  // namespace waypost::rules
