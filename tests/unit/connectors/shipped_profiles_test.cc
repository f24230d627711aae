// SPDX-License-Identifier: Apache-2.0
// Every profile in connectors/ loads, and its fixtures give what they expect.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "connectors/engine/fixture.h"
#include "connectors/engine/profile.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/service/request_validation.h"

namespace waypost::connectors {
namespace {

using ::testing::IsEmpty;

const std::filesystem::path kConnectors = std::filesystem::path(WAYPOST_SOURCE_DIR) / "connectors";

std::vector<std::string> ProfileNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kConnectors)) {
    if (std::filesystem::exists(entry.path() / "profile.yaml")) {
      names.push_back(entry.path().filename().string());
    }
  }
  return names;
}

class ShippedProfileTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    DiagnosticSink sink;
    profile_ = Profile::Load((kConnectors / GetParam() / "profile.yaml").string(), {}, &sink);
    for (const Diagnostic& finding : sink.Take()) ADD_FAILURE() << finding.ToString();
    fixtures_ = FindFixtures((kConnectors / GetParam() / "fixtures").string());
  }

  std::unique_ptr<const Profile> profile_;
  std::vector<Fixture> fixtures_;
};

TEST_P(ShippedProfileTest, FixturesGiveWhatTheyExpect) {
  ASSERT_NE(profile_, nullptr);
  ASSERT_FALSE(fixtures_.empty());
  for (const Fixture& fixture : fixtures_) {
    SCOPED_TRACE(fixture.name);
    const auto result = RunFixture(*profile_, fixture);
    ASSERT_TRUE(result.ok()) << result.status();
    const auto differences = CompareWithExpected(fixture, *result);
    ASSERT_TRUE(differences.ok()) << differences.status();
    EXPECT_THAT(*differences, IsEmpty());
  }
}

TEST_P(ShippedProfileTest, EventsAreSuchAsTheSidecarTakes) {
  ASSERT_NE(profile_, nullptr);
  const absl::Time now = absl::FromUnixSeconds(1'780'000'000);
  for (const Fixture& fixture : fixtures_) {
    SCOPED_TRACE(fixture.name);
    const auto request = ReadRequestFile(fixture.request_path);
    ASSERT_TRUE(request.ok()) << request.status();
    const auto events = profile_->Map(*request, now);
    if (!events.ok()) continue;  // a fixture of what is refused
    for (RuleEvent result : *events) {
      result.event.set_source("desk");
      for (const auto& violation : service::CheckEvent(result.event, "event", now)) {
        ADD_FAILURE() << violation.field << ": " << violation.description;
      }
    }
  }
}

std::string TestName(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Profiles, ShippedProfileTest, testing::ValuesIn(ProfileNames()), TestName);

TEST(ShippedProfilesTest, AreThere) {
  EXPECT_THAT(ProfileNames(), testing::IsSupersetOf({"generic", "request-tracker"}));
}

}  // namespace
}  // namespace waypost::connectors
