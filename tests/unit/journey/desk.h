// SPDX-License-Identifier: Apache-2.0
// A service desk in small: events of one person, evaluated one after the other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "sidecar/journey/due.h"
#include "sidecar/journey/evaluate.h"
#include "sidecar/journey/explain.h"
#include "tests/support/rule_set_builder.h"

namespace waypost::journey {

// 2026-03-02 09:00 UTC, a Monday, and `minutes` later.
inline absl::Time At(int minutes) {
  return absl::FromUnixSeconds(1'772'442'000) + absl::Minutes(minutes);
}

inline v1::TicketEvent EventAt(int minutes, const std::string& id) {
  v1::TicketEvent event;
  event.set_event_id(id);
  event.set_tenant("default");
  event.set_source("request-tracker");
  event.mutable_occurred_at()->set_seconds(absl::ToUnixSeconds(At(minutes)));
  return event;
}

// A lone signal of the person u1.
inline v1::TicketEvent SignalAt(int minutes, const std::string& id, const std::string& name,
                                const std::string& channel) {
  v1::TicketEvent event = EventAt(minutes, id);
  event.mutable_actor()->set_id("u1");
  event.mutable_signal()->set_name(name);
  event.mutable_signal()->set_channel(channel);
  return event;
}

// A snapshot of INC1, requested by u1; an agent acted.
inline v1::TicketEvent TicketAt(int minutes, const std::string& id, v1::StatusCategory category,
                                const std::string& group) {
  v1::TicketEvent event = EventAt(minutes, id);
  event.mutable_actor()->set_id("agent-1");
  event.mutable_actor()->set_role(v1::ACTOR_ROLE_AGENT);
  v1::Ticket* ticket = event.mutable_ticket();
  ticket->set_ref("INC1");
  ticket->set_type("incident");
  ticket->set_priority("P2");
  ticket->set_channel("phone");
  ticket->mutable_requester()->set_id("u1");
  ticket->mutable_requester()->set_language("de-AT");
  ticket->set_status_category(category);
  ticket->set_status(v1::StatusCategory_Name(category));
  ticket->set_group(group);
  return event;
}

class Desk {
 public:
  explicit Desk(std::shared_ptr<const rules::RuleSet> rules) : rules_(std::move(rules)) {
    record_.person.set_tenant("default");
    record_.person.set_person_id("u1");
  }

  // Evaluates an event at the time it happened.
  v1::Enrichment Record(const v1::TicketEvent& event) { return Decide(event).enrichment(); }

  internal::v1::Decision Decide(const v1::TicketEvent& event) {
    return DecideAt(TimeOf(event), event);
  }

  // The event arrives at `now`.
  internal::v1::Decision DecideAt(absl::Time now, const v1::TicketEvent& event) {
    now_ = std::max(now_, now);
    const absl::StatusOr<Evaluation> evaluation =
        Evaluate(*rules_, event, ++position_, now, &record_);
    EXPECT_TRUE(evaluation.ok()) << evaluation.status();
    return evaluation.ok() ? evaluation->decision : internal::v1::Decision();
  }

  // What time brings up to then, each at the moment it is due.
  std::vector<internal::v1::Decision> Pass(absl::Time until) {
    std::vector<internal::v1::Decision> decisions;
    for (absl::Time due = NextDue(*rules_, record_); due <= until;
         due = NextDue(*rules_, record_)) {
      now_ = std::max(now_, due);
      EvaluateDueAt(now_, &decisions);
    }
    return decisions;
  }

  // What is due at `now`, when nobody looked before.
  std::vector<internal::v1::Decision> EvaluateDueAt(absl::Time now) {
    std::vector<internal::v1::Decision> decisions;
    EvaluateDueAt(now, &decisions);
    return decisions;
  }

  // Explains an event without recording it.
  [[nodiscard]] v1::ExplainJourneyResponse Explain(const v1::TicketEvent& event) const {
    PersonRecord record = record_;
    const absl::StatusOr<Folded> folded =
        Fold(event, position_ + 1, rules_->stitching, nullptr, &record);
    EXPECT_TRUE(folded.ok()) << folded.status();
    return journey::Explain(*rules_, event, record, *folded, TimeOf(event));
  }

  [[nodiscard]] const PersonRecord& record() const { return record_; }
  [[nodiscard]] PersonRecord& record() { return record_; }
  [[nodiscard]] const rules::RuleSet& rules() const { return *rules_; }
  [[nodiscard]] uint64_t position() const { return position_; }

 private:
  void EvaluateDueAt(absl::Time now, std::vector<internal::v1::Decision>* decisions) {
    while (auto decision = EvaluateDue(*rules_, now, position_ + 1, &record_)) {
      ++position_;
      decisions->push_back(*std::move(decision));
    }
  }

  static absl::Time TimeOf(const v1::TicketEvent& event) {
    return absl::FromUnixSeconds(event.occurred_at().seconds());
  }

  std::shared_ptr<const rules::RuleSet> rules_;
  PersonRecord record_;
  uint64_t position_ = 0;
  absl::Time now_ = absl::InfinitePast();
};

}  // namespace waypost::journey
