// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/outlook.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/expectation/observation.h"
#include "sidecar/journey/micros.h"
#include "tests/unit/journey/update_desk.h"

namespace waypost::journey {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kText[] = "{{expect.known ? 'Solved by ' + expect.resolve_by : 'Who knows'}}.";

// Remembers who asked and says half an hour and two hours, unless it refuses.
class AskedOutlook final : public Outlook {
 public:
  v1::TicketExpectation Ask(const AskedTicket& ticket, absl::Time now) const override {
    asked.push_back(std::string(ticket.ref));
    group = std::string(ticket.features.group);
    provider = std::string(ticket.features.provider);
    opened_at = ticket.opened_at;
    return Tell({.refusal = refusal, .p50 = absl::Minutes(30), .p80 = absl::Hours(2)}, ticket.ref,
                7, now);
  }

  expectation::Refusal refusal = expectation::Refusal::kNone;
  mutable std::vector<std::string> asked;
  mutable std::string group;
  mutable std::string provider;
  mutable absl::Time opened_at;
};

class OutlookTest : public ::testing::Test {
 protected:
  static std::shared_ptr<const rules::RuleSet> Rules(std::vector<rules::Rule> rules) {
    return testing::Freeze(UpdateRules(std::move(rules)));
  }

  internal::v1::Decision Decide(const v1::TicketEvent& event) {
    const absl::Time now = absl::FromUnixSeconds(event.occurred_at().seconds());
    auto evaluation = Evaluate(*rules, event, ++position, now, &record, &outlook);
    EXPECT_TRUE(evaluation.ok()) << evaluation.status();
    return evaluation.ok() ? evaluation->decision : internal::v1::Decision();
  }

  v1::TicketEvent Open(int minutes) {
    return CalmTicketAt(minutes, v1::STATUS_CATEGORY_OPEN, "Network 1");
  }

  std::shared_ptr<const rules::RuleSet> rules =
      Rules({UpdateRule("told", testing::On({v1::EVENT_TYPE_CREATED}), kText)});
  AskedOutlook outlook;
  PersonRecord record = [] {
    PersonRecord made;
    made.person.set_tenant("default");
    made.person.set_person_id("u1");
    return made;
  }();
  uint64_t position = 0;
};

TEST_F(OutlookTest, AMessageTellsTheWindowAndTheDecisionKeepsIt) {
  v1::TicketEvent event = Open(10);
  event.mutable_ticket()->mutable_opened_at()->set_seconds(absl::ToUnixSeconds(At(4)));
  const v1::Enrichment decided = Decide(event).enrichment();
  ASSERT_THAT(decided.status_updates(), SizeIs(1));
  EXPECT_THAT(decided.status_updates(0).text(), HasSubstr("Solved by 2026-03-02 12:00 UTC."));
  ASSERT_THAT(decided.expectations(), SizeIs(1));
  const v1::TicketExpectation& told = decided.expectations(0);
  EXPECT_TRUE(told.known());
  EXPECT_EQ(told.ticket_ref(), "INC1");
  EXPECT_EQ(MicrosOf(told.resolve_p50()), absl::ToUnixMicros(At(40)));
  EXPECT_EQ(MicrosOf(told.resolve_p80()), absl::ToUnixMicros(At(130)));
  EXPECT_EQ(told.log_position(), 7);
  EXPECT_THAT(outlook.asked, SizeIs(1));
  EXPECT_EQ(outlook.group, "Network 1");
  EXPECT_EQ(outlook.provider, "network");
  EXPECT_EQ(outlook.opened_at, At(4));
}

TEST_F(OutlookTest, NobodyIsAskedWhereNoRuleReadsIt) {
  rules = Rules({UpdateRule("told", testing::On({v1::EVENT_TYPE_CREATED}), "We have it.")});
  const v1::Enrichment decided = Decide(Open(0)).enrichment();
  EXPECT_THAT(decided.status_updates(), SizeIs(1));
  EXPECT_THAT(decided.expectations(), SizeIs(0));
  EXPECT_THAT(outlook.asked, SizeIs(0));
}

TEST_F(OutlookTest, SeveralRulesAskOnce) {
  rules = Rules({UpdateRule("one", testing::On({v1::EVENT_TYPE_CREATED}), kText),
                 UpdateRule("two", testing::On({v1::EVENT_TYPE_CREATED}), kText)});
  const v1::Enrichment decided = Decide(Open(0)).enrichment();
  EXPECT_THAT(decided.expectations(), SizeIs(1));
  EXPECT_THAT(outlook.asked, SizeIs(1));
}

TEST_F(OutlookTest, WhatIsNotKnownHasAReasonAndAFallBack) {
  const struct {
    expectation::Refusal refusal;
    std::string code;
  } kCases[] = {{expectation::Refusal::kTooFewTickets, "TOO_FEW_TICKETS"},
                {expectation::Refusal::kCoverageUnknown, "COVERAGE_UNKNOWN"}};
  for (const auto& one : kCases) {
    SCOPED_TRACE(one.code);
    outlook.refusal = one.refusal;
    record.journeys.clear();
    v1::TicketEvent event = Open(static_cast<int>(position));
    const v1::Enrichment decided = Decide(event).enrichment();
    ASSERT_THAT(decided.status_updates(), SizeIs(1));
    EXPECT_THAT(decided.status_updates(0).text(), HasSubstr("Who knows."));
    ASSERT_THAT(decided.expectations(), SizeIs(1));
    EXPECT_FALSE(decided.expectations(0).known());
    EXPECT_FALSE(decided.expectations(0).has_resolve_p80());
    EXPECT_EQ(decided.expectations(0).reason_code(), one.code);
    EXPECT_FALSE(decided.expectations(0).reason().empty());
    record.person.clear_contacts();
  }
}

TEST_F(OutlookTest, EndedTicketsAndSignalsAreNotAskedAbout) {
  rules::Rule rule;
  rule.id = "note";
  rule.annotations.push_back({"why", testing::Text("{{expect.reason}}")});
  rules = Rules({rule});
  const auto why = [&](const v1::TicketEvent& event) {
    const v1::Enrichment decided = Decide(event).enrichment();
    for (const v1::Annotation& annotation : decided.annotations()) {
      if (annotation.name() == "why") return annotation.value();
    }
    return std::string("nothing");
  };
  EXPECT_EQ(why(SignalAt(0, "s1", "login_failed", "portal")), "NO_TICKET");
  EXPECT_EQ(why(CalmTicketAt(1, v1::STATUS_CATEGORY_OPEN)), "");
  EXPECT_EQ(why(CalmTicketAt(2, v1::STATUS_CATEGORY_RESOLVED)), "ENDED");
  EXPECT_THAT(outlook.asked, SizeIs(1));
}

TEST_F(OutlookTest, AnExplanationTellsWhatWasAnsweredThen) {
  const v1::TicketEvent event = Open(0);
  PersonRecord before = record;
  const v1::Enrichment decided = Decide(event).enrichment();
  const auto folded = Fold(event, position, rules->stitching, nullptr, &before);
  ASSERT_TRUE(folded.ok());
  const RecordedOutlook recorded(&decided);
  const AskedTicket asked = {.tenant = "default", .ref = "INC1"};
  EXPECT_EQ(recorded.Ask(asked, At(500)).SerializeAsString(),
            decided.expectations(0).SerializeAsString());
  EXPECT_EQ(recorded.Ask({.ref = "INC2"}, At(0)).reason_code(), "NOT_ASKED");
  const auto explained = journey::Explain(*rules, event, before, *folded, At(0), &recorded);
  ASSERT_THAT(explained.rules(), SizeIs(1));
  EXPECT_EQ(explained.rules(0).verdict(), v1::VERDICT_FIRED);
}

TEST_F(OutlookTest, TimeAsksToo) {
  rules::Rule rule = UpdateRule("still", rules::EventTypes(), kText);
  rule.timer_driven = true;
  rule.after_silence = {{"default", {absl::Hours(1)}}};
  rules = Rules({rule});
  Decide(Open(0));
  EXPECT_THAT(outlook.asked, SizeIs(0));
  const auto decision = EvaluateDue(*rules, At(60), ++position, &record, &outlook);
  ASSERT_TRUE(decision.has_value());
  ASSERT_THAT(decision->enrichment().status_updates(), SizeIs(1));
  EXPECT_THAT(decision->enrichment().status_updates(0).text(), HasSubstr("Solved by"));
  EXPECT_THAT(decision->enrichment().expectations(), SizeIs(1));
  EXPECT_FALSE(decision->has_observation());
}

TEST_F(OutlookTest, EachEventOfATicketIsObserved) {
  using internal::v1::ExpectationObservation;
  const ExpectationObservation opened = Decide(Open(0)).observation();
  EXPECT_EQ(opened.key(), expectation::TicketKey("request-tracker", "INC1"));
  EXPECT_EQ(opened.opened_at(), absl::ToUnixSeconds(At(0)));
  EXPECT_EQ(opened.at(), absl::ToUnixSeconds(At(0)));
  EXPECT_EQ(opened.outcome(), internal::v1::EXPECTATION_OUTCOME_UNSPECIFIED);
  const ExpectationObservation moved =
      Decide(CalmTicketAt(5, v1::STATUS_CATEGORY_OPEN, "Network 2")).observation();
  EXPECT_NE(moved.group(), opened.group());
  EXPECT_NE(moved.progress(), opened.progress());
  EXPECT_EQ(moved.opened_at(), opened.opened_at());
  EXPECT_EQ(moved.at(), absl::ToUnixSeconds(At(5)));
  EXPECT_EQ(Decide(CalmTicketAt(9, v1::STATUS_CATEGORY_RESOLVED)).observation().outcome(),
            internal::v1::EXPECTATION_OUTCOME_RESOLVED);
  EXPECT_EQ(Decide(CalmTicketAt(12, v1::STATUS_CATEGORY_OPEN)).observation().outcome(),
            internal::v1::EXPECTATION_OUTCOME_UNSPECIFIED);
  v1::TicketEvent merged = CalmTicketAt(15, v1::STATUS_CATEGORY_OPEN);
  merged.mutable_ticket()->set_merged_into_ref("INC2");
  EXPECT_EQ(Decide(merged).observation().outcome(), internal::v1::EXPECTATION_OUTCOME_WITHDRAWN);
  EXPECT_FALSE(Decide(SignalAt(20, "s1", "login_failed", "portal")).has_observation());
}

}  // namespace
}  // namespace waypost::journey
