// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/expectations.h"

#include <map>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sidecar/base/proto_time.h"
#include "sidecar/pipeline/offline_desk.h"
#include "tests/unit/pipeline/pipeline_fixture.h"

namespace waypost::pipeline {
namespace {

using ::testing::SizeIs;
using ::waypost::testing::IsOk;

// Whoever reports a ticket is told what to expect of it.
std::shared_ptr<const rules::RuleSet> RulesThatAsk() {
  rules::RuleSet rules;
  rules.name = "asking";
  rules.digest = "0123456789abcdef";
  rules.languages = {"en"};
  rules.stages = testing::DefaultStages();
  rules::Rule rule;
  rule.id = "asks";
  rule.on = testing::On({v1::EVENT_TYPE_CREATED});
  rule.annotations.push_back({"by", testing::Text("{{expect.known ? expect.resolve_by : ''}}")});
  rules.rules.push_back(std::move(rule));
  return testing::Freeze(std::move(rules));
}

// Tickets opened every half hour by another person each; they take evenly from 0 to 10 hours, in an
// order that is mixed but always the same.
std::vector<v1::TicketEvent> Tickets(int count) {
  std::multimap<absl::Time, v1::TicketEvent> events;
  for (int i = 0; i < count; ++i) {
    const absl::Time opened = kStart + i * absl::Minutes(30);
    const std::string ref = absl::StrCat("T", i);
    v1::TicketEvent event = MakeEvent(absl::StrCat("open ", i), ref, absl::StrCat("p", i), opened);
    event.mutable_ticket()->set_status_category(v1::STATUS_CATEGORY_OPEN);
    event.mutable_ticket()->set_group("desk");
    events.emplace(opened, event);
    const absl::Time resolved = opened + absl::Minutes(6) * (i * 37 % 100 + 0.5);
    event = MakeEvent(absl::StrCat("end ", i), ref, absl::StrCat("p", i), resolved);
    event.mutable_ticket()->set_status_category(v1::STATUS_CATEGORY_RESOLVED);
    events.emplace(resolved, event);
  }
  std::vector<v1::TicketEvent> in_order;
  for (auto& [at, event] : events) in_order.push_back(std::move(event));
  return in_order;
}

class ExpectationsTest : public PipelineFixture {
 protected:
  ExpectationsTest() {
    UseRules(RulesThatAsk());
    options_.backlog_grace = absl::ZeroDuration();
  }

  // What was expected of the ticket; unset when nobody asked.
  v1::TicketExpectation Play(const v1::TicketEvent& event) {
    clock_.Set(FromProto(event.occurred_at()));
    const auto response = Record(event);
    EXPECT_THAT(response, IsOk());
    if (!response.ok() || response->enrichment().expectations().empty()) return {};
    return response->enrichment().expectations(0);
  }

  void PlayAll(const std::vector<v1::TicketEvent>& events) {
    for (const v1::TicketEvent& event : events) Play(event);
  }

  // Each decision of the log with what was expected and observed.
  std::vector<std::string> Decisions() {
    std::vector<std::string> decisions;
    WAYPOST_EXPECT_OK(inner_->ScanLog(0, [&](const store::LogRecord& record) {
      decisions.push_back(record.decision);
      return absl::OkStatus();
    }));
    return decisions;
  }
};

TEST_F(ExpectationsTest, ADeskLearnsFromItsOwnTickets) {
  Start();
  const std::vector<v1::TicketEvent> events = Tickets(600);
  EXPECT_EQ(Play(events.front()).reason_code(), "TOO_FEW_TICKETS");
  v1::TicketExpectation last;
  for (size_t i = 1; i < events.size(); ++i) {
    const v1::TicketExpectation told = Play(events[i]);
    if (!told.ticket_ref().empty()) last = told;
  }
  ASSERT_TRUE(last.known()) << last.reason();
  const absl::Time opened = kStart + 599 * absl::Minutes(30);
  EXPECT_NEAR(absl::ToDoubleHours(FromProto(last.resolve_p50()) - opened), 5, 0.7);
  EXPECT_NEAR(absl::ToDoubleHours(FromProto(last.resolve_p80()) - opened), 8, 0.7);
  EXPECT_NEAR(last.coverage(), 0.8, 0.05);
  EXPECT_GT(last.log_position(), 1'000);

  const Stats stats = pipeline_->stats();
  ASSERT_THAT(stats.expectations, SizeIs(1));
  EXPECT_EQ(stats.expectations[0].tenant, "default");
  EXPECT_FALSE(stats.expectations[0].ages[0].refused);
  EXPECT_NEAR(stats.expectations[0].ages[0].coverage->p80, 0.8, 0.05);
}

TEST_F(ExpectationsTest, TenantsDoNotLearnFromEachOther) {
  Start();
  PlayAll(Tickets(600));
  v1::TicketEvent event = MakeEvent("x", "X1", "p1", kStart + absl::Hours(400));
  event.set_tenant("other");
  EXPECT_EQ(Play(event).reason_code(), "TOO_FEW_TICKETS");
  EXPECT_THAT(pipeline_->stats().expectations, SizeIs(2));
}

class ExpectationsCutTest : public ExpectationsTest,
                            public ::testing::WithParamInterface<uint32_t> {};

// Kills and clean restarts, with the tables written or not: what is expected stays the same, to the
// byte, because the log alone says what was learned.
TEST_P(ExpectationsCutTest, RestartsAtAnyMomentChangeNothing) {
  const std::vector<v1::TicketEvent> events = Tickets(400);
  Start();
  PlayAll(events);
  const std::vector<std::string> uninterrupted = Decisions();
  pipeline_.reset();

  inner_ = store::MakeMemoryStore();
  clock_.Set(kStart);
  std::mt19937 random(GetParam());
  Start();
  for (const v1::TicketEvent& event : events) {
    Play(event);
    if (random() % 40 == 0) WAYPOST_ASSERT_OK(pipeline_->Flush());
    if (random() % 50 == 0) {
      random() % 3 == 0 ? pipeline_.reset() : Crash();
      Start();
    }
  }
  EXPECT_EQ(Decisions(), uninterrupted);
}

TEST_P(ExpectationsCutTest, AStoreThatFailsTeachesNothingTwice) {
  const std::vector<v1::TicketEvent> events = Tickets(400);
  Start();
  PlayAll(events);
  const std::vector<std::string> undisturbed = Decisions();
  pipeline_.reset();

  inner_ = store::MakeMemoryStore();
  clock_.Set(kStart);
  std::mt19937 random(GetParam());
  Start();
  for (const v1::TicketEvent& event : events) {
    if (random() % 40 == 0) {
      faulty_->FailAppends(absl::UnavailableError("sync failed"));
      clock_.Set(FromProto(event.occurred_at()));
      EXPECT_FALSE(Record(event).ok());
      faulty_->FailAppends(absl::OkStatus());
      while (!pipeline_->stats().store.ok()) std::this_thread::yield();
    }
    Play(event);
  }
  EXPECT_EQ(Decisions(), undisturbed);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ExpectationsCutTest, ::testing::Values(1, 2, 3));

TEST_F(ExpectationsTest, WhatWasLearnedOutlivesTheRecordsItCameFrom) {
  const std::vector<v1::TicketEvent> events = Tickets(600);
  Start();
  PlayAll(events);
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  clock_.Set(kStart + options_.retention + absl::Hours(24 * 30));
  WAYPOST_ASSERT_OK(pipeline_->Flush());
  EXPECT_THAT(Decisions(), SizeIs(0));
  Crash();
  Start();
  const std::vector<TenantCoverage> coverages = pipeline_->stats().expectations;
  ASSERT_THAT(coverages, SizeIs(1));
  EXPECT_NEAR(coverages[0].ages[0].coverage->p80, 0.8, 0.05);
}

TEST_F(ExpectationsTest, ADamagedCopyIsLeftOut) {
  Start();
  PlayAll(Tickets(100));
  pipeline_.reset();
  WAYPOST_ASSERT_OK(inner_->Materialize({.expectations = {{"default", "nonsense"}}}));
  Start();
  EXPECT_THAT(pipeline_->stats().expectations, SizeIs(0));
  const v1::TicketEvent event = MakeEvent("x", "X1", "p1", kStart + absl::Hours(60));
  EXPECT_EQ(Play(event).reason_code(), "TOO_FEW_TICKETS");
}

TEST_F(ExpectationsTest, ADeskWithoutThreadsLearnsTheSame) {
  const std::vector<v1::TicketEvent> events = Tickets(400);
  Start();
  OfflineDesk desk(RulesThatAsk());
  desk.LetTimePass([](const internal::v1::Decision&, const journey::PersonRecord&) {});
  for (const v1::TicketEvent& event : events) {
    const v1::TicketExpectation live = Play(event);
    const auto offline = desk.Record(event, FromProto(event.occurred_at()));
    ASSERT_THAT(offline, IsOk());
    if (live.ticket_ref().empty()) continue;
    EXPECT_EQ(offline->enrichment->expectations(0).ShortDebugString(), live.ShortDebugString());
  }
}

TEST_F(ExpectationsTest, AnExplanationTellsWhatWasExpectedThen) {
  Start();
  PlayAll(Tickets(600));
  v1::ExplainJourneyRequest request;
  request.set_tenant("default");
  request.mutable_ticket()->set_source("desk");
  request.mutable_ticket()->set_ref("T400");
  request.set_event_id("open 400");
  const auto explained = pipeline_->ExplainJourney(request);
  ASSERT_THAT(explained, IsOk());
  ASSERT_THAT(explained->decision().expectations(), SizeIs(1));
  const v1::TicketExpectation& told = explained->decision().expectations(0);
  EXPECT_TRUE(told.known());
  EXPECT_LT(told.log_position(), 900);
}

}  // namespace
}  // namespace waypost::pipeline
