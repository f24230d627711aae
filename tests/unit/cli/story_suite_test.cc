// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/story_suite.h"

#include <fstream>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "sidecar/base/proto_time.h"
#include "tests/support/temporary_folder.h"

namespace waypost::cli {
namespace {

constexpr const char* kSuite = R"(
apiVersion: waypost/v1
kind: story-suite
name: S
rules: ../rules
defaults:
  source: desk
  requester: {id: ana, language: de, tags: [vip]}
  agent: {id: sam}
  ticket: {ref: T1, channel: phone, group: Desk}
stories:
  - name: one
    start: 2026-03-02T09:00:00Z
    steps:
      - {at: +0m, signal: login_failed}
      - {at: +10m, event: {status_category: new}}
      - {at: +1d2h, event: {group: Net}, comment: Hello}
      - {at: "2026-03-05T00:00:00Z", by: customer, comment: {body: x, visibility: provider}}
      - {at: +1h, event: {ref: T2, group: ""}, id: mine, type: updated}
      - {at: +2h, expect: {updates: [{rule: keep-posted}]}}
  - name: two
    tickets_take: {p50: 90m, p80: 1d}
    defaults: {requester: {id: bob}}
    steps:
      - {at: +0m, event: {}}
)";

class StorySuiteTest : public testing::Test {
 protected:
  std::optional<StorySuite> Load(const std::string& text) {
    const std::string path = folder_.path() + "/s_test.yaml";
    std::ofstream(path) << text;
    DiagnosticSink sink;
    std::optional<StorySuite> suite = StorySuite::Load(path, &sink);
    for (const Diagnostic& finding : sink.Take()) {
      ADD_FAILURE() << finding.location.ToString() << ": " << finding.message;
    }
    return suite;
  }

  TemporaryFolder folder_;
};

TEST_F(StorySuiteTest, MakesEventsOfSteps) {
  const std::optional<StorySuite> suite = Load(kSuite);
  ASSERT_TRUE(suite.has_value());
  ASSERT_EQ(suite->stories.size(), 2U);
  const std::vector<StoryStep>& steps = suite->stories[0].steps;
  ASSERT_EQ(steps.size(), 6U);

  EXPECT_FALSE(steps[0].event->has_ticket());
  EXPECT_EQ(steps[0].event->signal().name(), "login_failed");
  EXPECT_EQ(steps[0].event->actor().id(), "ana");

  // The first event of a ticket carries the defaults and is the customer's.
  EXPECT_EQ(steps[1].event->ticket().ref(), "T1");
  EXPECT_EQ(steps[1].event->ticket().group(), "Desk");
  EXPECT_EQ(steps[1].event->ticket().requester().tags(0), "vip");
  EXPECT_EQ(steps[1].event->actor().role(), v1::ACTOR_ROLE_CUSTOMER);
  EXPECT_EQ(steps[1].event->source(), "desk");

  // Later ones tell what they say and no more.
  EXPECT_EQ(steps[2].event->ticket().group(), "Net");
  EXPECT_FALSE(steps[2].event->ticket().has_channel());
  EXPECT_FALSE(steps[2].event->ticket().has_requester());
  EXPECT_EQ(steps[2].event->comment().visibility(), v1::VISIBILITY_BOTH);
  EXPECT_EQ(steps[2].event->actor().id(), "sam");
  EXPECT_EQ(FromProto(steps[2].event->occurred_at()), suite->stories[0].start + absl::Hours(26));

  EXPECT_EQ(steps[3].event->comment().visibility(), v1::VISIBILITY_PROVIDER);
  EXPECT_EQ(steps[3].event->actor().role(), v1::ACTOR_ROLE_CUSTOMER);

  EXPECT_EQ(steps[4].event->event_id(), "mine");
  EXPECT_EQ(steps[4].event->type(), v1::EVENT_TYPE_UPDATED);
  EXPECT_EQ(steps[4].event->ticket().ref(), "T2");
  EXPECT_TRUE(steps[4].event->ticket().has_group());
  EXPECT_EQ(steps[4].event->ticket().group(), "");

  // Without an event a step expects what time alone brought.
  EXPECT_FALSE(steps[5].event.has_value());
  EXPECT_EQ(steps[5].at, suite->stories[0].start + absl::Hours(2));
  ASSERT_EQ(steps[5].expect.updates.size(), 1U);

  EXPECT_EQ(suite->stories[1].steps[0].event->ticket().requester().id(), "bob");
  EXPECT_EQ(suite->stories[1].steps[0].event->ticket().requester().language(), "");
}

struct StepCase {
  const char* text;
  std::optional<absl::Duration> want;
};

TEST_F(StorySuiteTest, AStoryMaySayHowLongTicketsTake) {
  const std::optional<StorySuite> suite = Load(kSuite);
  ASSERT_TRUE(suite.has_value());
  EXPECT_FALSE(suite->stories[0].tickets_take.has_value());
  ASSERT_TRUE(suite->stories[1].tickets_take.has_value());
  EXPECT_EQ(suite->stories[1].tickets_take->p50, absl::Minutes(90));
  EXPECT_EQ(suite->stories[1].tickets_take->p80, absl::Hours(24));
}

TEST_F(StorySuiteTest, LengthsThatTicketsCannotTakeAreReported) {
  for (const char* lengths : {"{p50: soon, p80: 1d}", "{p50: 2d, p80: 1d}", "{p50: 1h}"}) {
    std::string text = kSuite;
    text.replace(text.find("{p50: 90m, p80: 1d}"), 19, lengths);
    const std::string path = folder_.path() + "/s_test.yaml";
    std::ofstream(path) << text;
    DiagnosticSink sink;
    EXPECT_FALSE(StorySuite::Load(path, &sink).has_value()) << lengths;
    EXPECT_EQ(sink.Take().size(), 1U) << lengths;
  }
}

TEST(ParseStepTest, ReadsLengthsOfTime) {
  for (const StepCase& one : std::vector<StepCase>{{"+0m", absl::ZeroDuration()},
                                                   {"2h30m", absl::Minutes(150)},
                                                   {"+1d", absl::Hours(24)},
                                                   {"1w1d", absl::Hours(8 * 24)},
                                                   {"90s", absl::Seconds(90)},
                                                   {"", std::nullopt},
                                                   {"+", std::nullopt},
                                                   {"5", std::nullopt},
                                                   {"-5m", std::nullopt},
                                                   {"5y", std::nullopt},
                                                   {"5m ", std::nullopt}}) {
    EXPECT_EQ(ParseStep(one.text), one.want) << one.text;
  }
}

}  // namespace
}  // namespace waypost::cli
