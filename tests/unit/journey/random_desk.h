// SPDX-License-Identifier: Apache-2.0
// Random events of one person, late ones among them, on a clock that jumps, and a desk that can be
// restarted.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sidecar/journey/micros.h"
#include "sidecar/rules/loader.h"
#include "tests/unit/journey/desk.h"

namespace waypost::journey {

inline constexpr const char* kZone = "America/New_York";

inline std::shared_ptr<const rules::RuleSet> ShippedRules() {
  const auto loaded = rules::LoadRules(WAYPOST_SOURCE_DIR "/rules/service-desk");
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return loaded->rule_set;
}

// The first digit of a ref is the priority.
inline std::string PriorityOf(const std::string& ref) {
  return absl::StrCat("P", ref.substr(0, 1));
}
inline bool IsUrgentRef(const std::string& ref) { return !ref.empty() && ref[0] <= '2'; }

// What happens at a time: an event, or only that somebody looks at the clock.
struct Step {
  absl::Time now;
  std::optional<v1::TicketEvent> event;
};

class Stream {
 public:
  explicit Stream(unsigned seed) : random_(seed) {}

  std::vector<Step> Make(int length) {
    std::vector<Step> steps;
    for (int i = 0; i < length; ++i) {
      MoveClock();
      steps.push_back({now_, Chance(4) ? std::nullopt : std::optional(Event(i))});
    }
    return steps;
  }

 private:
  int Below(int bound) { return static_cast<int>(random_() % static_cast<uint32_t>(bound)); }
  bool Chance(int one_in) { return Below(one_in) == 0; }

  void MoveClock() {
    now_ += Chance(3) ? absl::Seconds(Below(600)) : absl::Minutes(Below(8 * 60));
    if (Chance(40)) now_ += absl::Hours(24 * Below(9));
    if (Chance(40)) now_ -= absl::Hours(Below(50));
  }

  v1::TicketEvent Event(int number) {
    constexpr v1::StatusCategory kCategories[] = {
        v1::STATUS_CATEGORY_NEW,      v1::STATUS_CATEGORY_OPEN,
        v1::STATUS_CATEGORY_OPEN,     v1::STATUS_CATEGORY_WAITING_ON_CUSTOMER,
        v1::STATUS_CATEGORY_RESOLVED, v1::STATUS_CATEGORY_CANCELED};
    const std::string ref = absl::StrCat(1 + Below(4), "0", Below(3));
    v1::TicketEvent event =
        TicketAt(0, absl::StrCat("e", number), kCategories[Below(6)], "Service Desk");
    const absl::Time at = Chance(8) ? now_ - absl::Minutes(Below(48 * 60)) : now_;
    SetTime(absl::ToUnixMicros(at), event.mutable_occurred_at());
    event.mutable_ticket()->set_ref(ref);
    event.mutable_ticket()->set_priority(PriorityOf(ref));
    event.mutable_ticket()->set_category(ref);
    event.mutable_ticket()->mutable_requester()->set_time_zone(kZone);
    if (Chance(3)) event.mutable_actor()->set_role(v1::ACTOR_ROLE_CUSTOMER);
    if (Chance(3)) {
      event.mutable_comment()->set_body("text");
      event.mutable_comment()->set_visibility(Chance(3) ? v1::VISIBILITY_PROVIDER
                                                        : v1::VISIBILITY_BOTH);
    }
    return event;
  }

  std::mt19937 random_;
  absl::Time now_ = At(0);
};

struct Logged {
  absl::Time now;
  uint64_t position = 0;
  v1::TicketEvent event;  // empty for a decision of time
  internal::v1::Decision decision;
};

class RandomDesk {
 public:
  explicit RandomDesk(std::shared_ptr<const rules::RuleSet> rules) : rules_(std::move(rules)) {
    record_ = NewRecord();
  }

  void Play(const Step& step) {
    now_ = step.now;
    RunTimers();
    if (!step.event.has_value()) return;
    const auto evaluation = Evaluate(*rules_, *step.event, ++position_, now_, &record_);
    ASSERT_TRUE(evaluation.ok()) << evaluation.status();
    log_.push_back({now_, position_, *step.event, evaluation->decision});
  }

  // The record as the log alone gives it.
  void Restart() {
    PersonRecord replayed = NewRecord();
    for (const Logged& logged : log_) {
      const absl::Status status =
          logged.decision.due_at() == 0
              ? Replay(logged.event, logged.decision, logged.position, &replayed)
              : ReplayDue(logged.decision, logged.position, &replayed);
      ASSERT_TRUE(status.ok()) << status;
    }
    EXPECT_EQ(Bytes(replayed), Bytes(record_));
    record_ = std::move(replayed);
  }

  static std::vector<std::string> Bytes(const PersonRecord& record) {
    std::vector<std::string> bytes = {record.person.SerializeAsString()};
    for (const auto& journey : record.journeys) bytes.push_back(journey.SerializeAsString());
    return bytes;
  }

  [[nodiscard]] const std::vector<Logged>& log() const { return log_; }
  [[nodiscard]] const PersonRecord& record() const { return record_; }
  [[nodiscard]] absl::Time now() const { return now_; }

 private:
  static PersonRecord NewRecord() {
    PersonRecord record;
    record.person.set_tenant("default");
    record.person.set_person_id("u1");
    return record;
  }

  void RunTimers() {
    while (const auto decision = EvaluateDue(*rules_, now_, position_ + 1, &record_)) {
      log_.push_back({now_, ++position_, {}, *decision});
    }
  }

  std::shared_ptr<const rules::RuleSet> rules_;
  PersonRecord record_;
  absl::Time now_ = At(0);
  uint64_t position_ = 0;
  std::vector<Logged> log_;
};

}  // namespace waypost::journey
