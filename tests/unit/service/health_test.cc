// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/health.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::service {
namespace {

using ::testing::ElementsAre;

TEST(HealthTest, ServesOnceAllPartsAreWell) {
  Health health;
  EXPECT_FALSE(health.serving());
  health.Set("rules", true, "in force");
  EXPECT_FALSE(health.serving());
  health.Set("store", true, "works");
  EXPECT_TRUE(health.serving());
  health.Set("store", false, "disk full");
  EXPECT_FALSE(health.serving());
  EXPECT_EQ(health.components()[1].message, "disk full");
}

TEST(HealthTest, TellsItsListenerOfChangesOnly) {
  Health health;
  std::vector<bool> told;
  health.Listen([&](bool serving) { told.push_back(serving); });
  health.Set("rules", true, "");
  health.Set("store", true, "");
  health.Set("store", true, "still");
  health.Set("shutdown", false, "");
  EXPECT_THAT(told, ElementsAre(false, true, false));
}

}  // namespace
}  // namespace waypost::service
