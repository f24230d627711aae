// SPDX-License-Identifier: Apache-2.0
// The shipped rules over random events, late events, clocks that jump and restarts: an owner is
// told of a thing once, not beyond the caps, and no alert is forgotten or lives for ever.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sidecar/journey/alert_gates.h"
#include "tests/unit/journey/random_desk.h"

namespace waypost::journey {
namespace {

using internal::v1::JourneyState;

// Tickets that move about, and some with a parent.
std::vector<Step> Moving(unsigned seed, int length) {
  std::vector<Step> steps = Stream(seed).Make(length);
  std::mt19937 random(seed + 1000);
  for (Step& step : steps) {
    if (!step.event.has_value()) continue;
    v1::Ticket* ticket = step.event->mutable_ticket();
    ticket->set_group(absl::StrCat("Network ", random() % 3));
    if (random() % 4 == 0 && ticket->ref()[2] == '0') ticket->set_parent_ref("MI1");
  }
  return steps;
}

struct Raised {
  absl::Time at;
  v1::ExperienceAlert alert;
  std::string journey_id;
  std::string ticket_ref;
};

std::vector<Raised> AlertsOf(const RandomDesk& desk) {
  std::vector<Raised> alerts;
  for (const Logged& logged : desk.log()) {
    for (const v1::ExperienceAlert& alert : logged.decision.enrichment().alerts()) {
      std::string ref = logged.event.ticket().ref();
      if (logged.decision.due_at() != 0 && logged.decision.ticket() != 0) {
        const int journey = FindJourney(logged.decision.enrichment().journey_id(), desk.record());
        if (journey < 0) continue;
        const JourneyState& state = desk.record().journeys[static_cast<size_t>(journey)];
        ref = state.tickets(static_cast<int>(logged.decision.ticket()) - 1).ticket().ref();
      }
      alerts.push_back({logged.now, alert, logged.decision.enrichment().journey_id(), ref});
    }
  }
  return alerts;
}

// Follows every alert from its raising on; what is open in the end must be what the record holds.
class Ledger {
 public:
  void Take(const Logged& logged) {
    const v1::Enrichment& decided = logged.decision.enrichment();
    auto& open = open_[decided.journey_id()];
    for (const v1::AlertResolution& resolution : decided.resolved_alerts()) {
      EXPECT_EQ(std::erase_if(open,
                              [&](const auto& kind_and_id) {
                                return kind_and_id.second == resolution.alert_id();
                              }),
                1U)
          << resolution.ShortDebugString();
    }
    for (const v1::ExperienceAlert& alert : decided.alerts()) {
      EXPECT_TRUE(ids_.insert(alert.id()).second) << "told twice under one id " << alert.id();
      if (!alert.repeats_id().empty()) {
        EXPECT_EQ(open[alert.kind()], alert.repeats_id()) << alert.ShortDebugString();
        continue;
      }
      EXPECT_EQ(open.count(alert.kind()), 0U) << alert.ShortDebugString();
      open[alert.kind()] = alert.id();
    }
  }

  // What an event that ends its journey raises never stays open.
  void ExpectSameAs(const JourneyState& journey) {
    std::map<std::string, std::string> held;
    for (const v1::OpenAlert& alert : journey.open_alerts()) {
      held[alert.alert().kind()] = alert.alert().id();
    }
    EXPECT_EQ(held.size(), static_cast<size_t>(journey.open_alerts_size()));
    if (journey.progress().ended_at() != 0) open_[journey.id()].clear();
    EXPECT_EQ(open_[journey.id()], held) << journey.id();
  }

 private:
  std::map<std::string, std::map<std::string, std::string>> open_;  // by journey, then kind
  std::set<std::string> ids_;
};

class AlertPropertyTest : public ::testing::TestWithParam<unsigned> {
 protected:
  static constexpr int kSteps = 400;
  const std::shared_ptr<const rules::RuleSet> rules_ = ShippedRules();
};

TEST_P(AlertPropertyTest, OneOfAKindIsOpenAndWhatIsOpenIsNeverLost) {
  RandomDesk desk(rules_);
  Ledger ledger;
  size_t taken = 0;
  for (const Step& step : Moving(GetParam(), kSteps)) {
    desk.Play(step);
    for (; taken < desk.log().size(); ++taken) ledger.Take(desk.log()[taken]);
    for (const JourneyState& journey : desk.record().journeys) ledger.ExpectSameAs(journey);
    if (HasFailure()) return;
  }
  EXPECT_GT(AlertsOf(desk).size(), 20U) << "the stream must give occasions";
}

TEST_P(AlertPropertyTest, NoTicketHasMoreAlertsInADayThanTheCap) {
  RandomDesk desk(rules_);
  for (const Step& step : Moving(GetParam(), kSteps)) desk.Play(step);
  const std::vector<Raised> alerts = AlertsOf(desk);
  for (size_t number = 0; number < alerts.size(); ++number) {
    const Raised& one = alerts[number];
    if (one.alert.severity() == v1::SEVERITY_CRITICAL) continue;
    const auto before = std::count_if(
        alerts.begin(), alerts.begin() + static_cast<std::ptrdiff_t>(number),
        [&](const Raised& other) {
          return other.alert.severity() != v1::SEVERITY_CRITICAL &&
                 other.journey_id == one.journey_id && other.ticket_ref == one.ticket_ref &&
                 other.at > one.at - absl::Hours(24);
        });
    EXPECT_LT(before, rules_->caps.alerts_per_ticket_per_day) << one.alert.ShortDebugString();
  }
}

TEST_P(AlertPropertyTest, WhatWaitsIsLookedAtInTime) {
  RandomDesk desk(rules_);
  for (const Step& step : Moving(GetParam(), kSteps)) {
    desk.Play(step);
    for (const JourneyState& journey : desk.record().journeys) {
      for (const internal::v1::PendingAction& pending : journey.pending()) {
        if (!pending.has_alert()) continue;
        EXPECT_EQ(journey.progress().ended_at(), 0) << pending.ShortDebugString();
      }
      for (const v1::OpenAlert& open : journey.open_alerts()) {
        const rules::Rule* rule = rules_->FindRule(open.alert().rule_id());
        ASSERT_NE(rule, nullptr);
        EXPECT_EQ(open.has_repeat_at(), IsLasting(*rule)) << open.ShortDebugString();
      }
    }
    if (HasFailure()) return;
  }
}

TEST_P(AlertPropertyTest, RestartsChangeNothing) {
  RandomDesk whole(rules_);
  RandomDesk cut(rules_);
  std::mt19937 random(GetParam());
  for (const Step& step : Moving(GetParam(), kSteps)) {
    whole.Play(step);
    cut.Play(step);
    if (random() % 20 == 0) cut.Restart();
    if (HasFailure()) return;
  }
  EXPECT_EQ(RandomDesk::Bytes(cut.record()), RandomDesk::Bytes(whole.record()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, AlertPropertyTest, ::testing::Range(1U, 13U));

}  // namespace
}  // namespace waypost::journey
