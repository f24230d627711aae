// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/offline_desk.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sidecar/journey/due.h"
#include "tests/unit/journey/random_desk.h"

namespace waypost::pipeline {
namespace {

using internal::v1::Decision;
using journey::PersonRecord;
using journey::Step;

class KnowsNothing final : public journey::Outlook {
 public:
  [[nodiscard]] v1::TicketExpectation Ask(const journey::AskedTicket& ticket,
                                          absl::Time now) const override {
    return journey::Tell({.refusal = expectation::Refusal::kTooFewTickets}, ticket.ref, 0, now);
  }
};

// Random events of one person, on a clock that never goes back.
std::vector<Step> Steps(unsigned seed) {
  std::vector<Step> steps = journey::Stream(seed).Make(400);
  absl::Time now = absl::InfinitePast();
  for (Step& step : steps) step.now = now = std::max(now, step.now);
  return steps;
}

// Who asks what is due anew before each decision.
std::vector<std::string> DecidedOneByOne(const rules::RuleSet& rules,
                                         const std::vector<Step>& steps) {
  const KnowsNothing outlook;
  std::vector<std::string> decisions;
  PersonRecord record;
  record.person.set_tenant("default");
  record.person.set_person_id("u1");
  absl::Time now = absl::InfinitePast();
  uint64_t position = 0;
  for (const Step& step : steps) {
    for (absl::Time due = NextDue(rules, record); due <= step.now; due = NextDue(rules, record)) {
      now = std::max(now, due);
      decisions.push_back(
          EvaluateDue(rules, now, ++position, &record, &outlook).value().SerializeAsString());
    }
    now = step.now;
    if (!step.event.has_value()) continue;
    const auto evaluation = Evaluate(rules, *step.event, ++position, now, &record, &outlook);
    EXPECT_TRUE(evaluation.ok()) << evaluation.status();
    decisions.push_back(evaluation->decision.enrichment().SerializeAsString());
  }
  return decisions;
}

std::vector<std::string> DecidedByDesk(std::shared_ptr<const rules::RuleSet> rules,
                                       const std::vector<Step>& steps) {
  const KnowsNothing outlook;
  std::vector<std::string> decisions;
  OfflineDesk desk(std::move(rules));
  desk.AskInstead(&outlook);
  desk.LetTimePass([&](const Decision& decision, const PersonRecord&) {
    decisions.push_back(decision.SerializeAsString());
  });
  for (const Step& step : steps) {
    desk.AdvanceTo(step.now);
    if (!step.event.has_value()) continue;
    const auto recorded = desk.Record(*step.event, step.now);
    EXPECT_TRUE(recorded.ok()) << recorded.status();
    decisions.push_back(recorded->enrichment->SerializeAsString());
  }
  return decisions;
}

class OfflineDeskTest : public ::testing::TestWithParam<unsigned> {};

// The desk remembers what is due from one decision to the next; news must not find it stale.
TEST_P(OfflineDeskTest, DecidesAsWhoAsksAnewEachTime) {
  const std::shared_ptr<const rules::RuleSet> rules = journey::ShippedRules();
  const std::vector<Step> steps = Steps(GetParam());
  EXPECT_EQ(DecidedByDesk(rules, steps), DecidedOneByOne(*rules, steps));
}

INSTANTIATE_TEST_SUITE_P(Seeds, OfflineDeskTest, ::testing::Range(1U, 21U));

}  // namespace
}  // namespace waypost::pipeline
