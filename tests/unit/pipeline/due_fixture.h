// SPDX-License-Identifier: Apache-2.0
// A pipeline whose rules wait for silence, and what its log tells of it.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sidecar/pipeline/outgoing.h"
#include "tests/unit/pipeline/pipeline_fixture.h"

namespace waypost::pipeline {

// SmallRules with a message after silence: an hour for P1, else `usual`.
inline std::shared_ptr<const rules::RuleSet> RulesThatKeepPosted(const std::string& digest,
                                                                 absl::Duration usual) {
  rules::RuleSet rules;
  rules.name = "small";
  rules.digest = digest;
  rules.languages = {"en"};
  rules.stages = testing::DefaultStages();
  rules::Rule rule;
  rule.id = "keep-posted";
  rule.timer_driven = true;
  rule.after_silence = {{"P1", {absl::Hours(1)}}, {"default", {usual}}};
  rule.update.emplace();
  rule.update->parts = {testing::Texts({{"en", "still working on {{ticket.ref}}"}})};
  rules.rules.push_back(std::move(rule));
  return testing::Freeze(std::move(rules));
}

class DueTest : public PipelineFixture {
 protected:
  DueTest() {
    UseRules(RulesThatKeepPosted("rules-1", absl::Hours(8)));
    options_.backlog_grace = absl::ZeroDuration();
  }

  void Settle() { WAYPOST_ASSERT_OK(pipeline_->SettleDue()); }

  // The clock goes on, and what time brings is decided.
  void Pass(absl::Duration step) {
    clock_.Advance(step);
    Settle();
  }

  v1::TicketEvent Opened(const std::string& ref, const std::string& person,
                         const std::string& priority = "P3") {
    v1::TicketEvent event = MakeEvent("open " + ref, ref, person, clock_.Now());
    event.mutable_ticket()->set_priority(priority);
    event.mutable_ticket()->set_status_category(v1::STATUS_CATEGORY_NEW);
    return event;
  }

  v1::TicketEvent Told(const std::string& ref, const std::string& id) {
    v1::TicketEvent event = MakeEvent(id, ref, "", clock_.Now());
    event.mutable_actor()->set_role(v1::ACTOR_ROLE_AGENT);
    event.mutable_comment()->set_body("news");
    event.mutable_comment()->set_visibility(v1::VISIBILITY_BOTH);
    return event;
  }

  void Open(const std::string& ref, const std::string& person, const std::string& priority = "P3") {
    ASSERT_THAT(Record(Opened(ref, person, priority)), ::waypost::testing::IsOk());
  }

  // The log's decisions of time, in order.
  std::vector<internal::v1::Decision> Decisions() {
    std::vector<internal::v1::Decision> decisions;
    WAYPOST_EXPECT_OK(inner_->ScanLog(0, [&](const store::LogRecord& record) {
      internal::v1::Decision decision;
      EXPECT_TRUE(decision.ParseFromString(record.decision));
      EXPECT_EQ(record.event.empty(), decision.due_at() != 0);
      if (decision.due_at() != 0) decisions.push_back(decision);
      return absl::OkStatus();
    }));
    return decisions;
  }

  // "480 still working on T1": minutes since the start, and what was sent.
  std::vector<std::string> Sent() {
    std::vector<std::string> sent;
    for (const internal::v1::Decision& decision : Decisions()) {
      const absl::Time at = absl::FromUnixMicros(decision.decided_at());
      for (const v1::StatusUpdate& update : decision.enrichment().status_updates()) {
        sent.push_back(absl::StrCat(absl::ToInt64Minutes(at - kStart), " ", update.text()));
      }
    }
    return sent;
  }

  // A line per record.
  // Without what settles alerts that are over: that depends on whether somebody may have had them,
  // which nobody knows after a restart.
  std::vector<std::string> WholeLog() {
    std::vector<std::string> log;
    WAYPOST_EXPECT_OK(inner_->ScanLog(0, [&](const store::LogRecord& record) {
      v1::TicketEvent event;
      internal::v1::Decision decision;
      EXPECT_TRUE(event.ParseFromString(record.event));
      EXPECT_TRUE(decision.ParseFromString(record.decision));
      // How much had been learned by then depends on how far the commit thread was.
      for (auto& expectation : *decision.mutable_enrichment()->mutable_expectations()) {
        expectation.clear_log_position();
      }
      auto* changes = decision.mutable_outbox()->mutable_changes();
      changes->erase(std::remove_if(changes->begin(), changes->end(),
                                    [](const internal::v1::ActionChange& change) {
                                      return change.reason_code() == kResolved;
                                    }),
                     changes->end());
      log.push_back(absl::StrCat(record.position, " ", record.person_id, " ",
                                 event.ShortDebugString(), " -> ", decision.ShortDebugString()));
      return absl::OkStatus();
    }));
    return log;
  }
};

}  // namespace waypost::pipeline
