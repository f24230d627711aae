// SPDX-License-Identifier: Apache-2.0
// Several persons of one desk, with the letters between them: whoever delivers them may crash.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sidecar/journey/event_memory.h"
#include "sidecar/journey/letters.h"
#include "sidecar/journey/survey_requests.h"
#include "sidecar/rules/vocabulary.h"
#include "tests/unit/journey/survey_desk.h"

namespace waypost::journey {

// A rule that asks the customer, or whoever `recipient` gives, after `delay`.
inline rules::Rule AskOther(const std::string& recipient, absl::Duration delay,
                            const std::string& id = "relation") {
  rules::Rule rule = AskRuleAfter(delay);
  rule.id = id;
  rule.survey->kind = v1::SURVEY_KIND_NPS;
  rule.survey->role = v1::CONSUMER_ROLE_CUSTOMER;
  rule.survey->cooldown = absl::Hours(90 * 24);
  std::vector<cel::Issue> issues;
  rule.survey->recipient =
      cel::Program::Compile(recipient, rules::RulesEnvironment(), cel::TypeKind::kString, &issues);
  EXPECT_TRUE(rule.survey->recipient.has_value()) << recipient;
  return rule;
}

// The ticket `ref` of the person, as SurveyDesk's EventOf.
inline v1::TicketEvent EventOfPerson(const std::string& person, const std::string& ref, int minutes,
                                     v1::StatusCategory category) {
  v1::TicketEvent event = EventOf(ref, minutes, category);
  event.mutable_ticket()->mutable_requester()->set_id(person);
  return event;
}

class SurveyTown {
 public:
  // One record of the log.
  struct Logged {
    uint64_t position = 0;
    std::string person;
    v1::TicketEvent event;  // empty: time brought it
    internal::v1::Decision decision;
  };
  // What the town does beside deciding, told of each decision.
  using Watch = std::function<void(absl::Time now, const Logged& logged)>;

  explicit SurveyTown(rules::RuleSet rules, Watch watch = {})
      : rules_(testing::Freeze(std::move(rules))), watch_(std::move(watch)) {}

  // An event of the person whose ticket it is; answers go to whoever was asked. What is due and
  // letters come first and after it.
  absl::Status Record(const v1::TicketEvent& event, absl::Time now) {
    AdvanceTo(now);
    const std::string holder = event.ticket().requester().id();
    const auto answer = AnswerOfOther(event, Of(holder));
    const v1::TicketEvent& settled = answer.has_value() ? *answer : event;
    const absl::Status status = Settle(settled, answer.has_value() ? settled.actor().id() : holder);
    AdvanceTo(now);
    return status;
  }
  absl::Status Record(const v1::TicketEvent& event) {
    return Record(event, absl::FromUnixSeconds(event.occurred_at().seconds()));
  }

  void AdvanceTo(absl::Time now) {
    now_ = now;
    for (bool again = true; again;) {
      again = false;
      for (auto& [name, record] : persons_) again |= DecideDue(name, &record);
      again |= DeliverLetters();
    }
  }
  void AdvanceTo(int minutes) { AdvanceTo(At(minutes)); }

  // The next letters stay until then.
  bool carry_letters = true;
  // Each letter is delivered so often before it is settled.
  int deliveries = 1;

  // The records as the log alone gives them.
  void Restart() {
    std::map<std::string, PersonRecord> replayed;
    for (const Logged& logged : log_) {
      PersonRecord* record = Find(logged.person, &replayed);
      const absl::Status status =
          logged.decision.due_at() == 0
              ? Replay(logged.event, logged.decision, logged.position, record)
              : ReplayDue(logged.decision, logged.position, record);
      ASSERT_TRUE(status.ok()) << status;
    }
    ASSERT_EQ(replayed.size(), persons_.size());
    for (const auto& [name, record] : replayed) ExpectSame(record, persons_[name]);
    persons_ = std::move(replayed);
  }

  PersonRecord& Of(const std::string& person) { return *Find(person, &persons_); }

  // "relation SEND", "relation DO_NOT_SEND COOLDOWN": the person's surveys as they stand.
  std::vector<std::string> SurveysOf(const std::string& person) {
    std::vector<std::string> surveys;
    for (const auto& journey : Of(person).journeys) {
      for (const v1::SurveyDecision& survey : journey.surveys()) {
        surveys.push_back(
            absl::StrCat(survey.rule_id(), " ", SurveyDesk::Shown(std::vector{survey}).front()));
      }
    }
    return surveys;
  }

  [[nodiscard]] const std::vector<Logged>& log() const { return log_; }
  [[nodiscard]] const rules::RuleSet& rules() const { return *rules_; }

 private:
  static PersonRecord* Find(const std::string& name, std::map<std::string, PersonRecord>* persons) {
    PersonRecord& record = (*persons)[name];
    record.person.set_tenant("default");
    record.person.set_person_id(name);
    record.survey_secret = "secret";
    return &record;
  }

  static void ExpectSame(const PersonRecord& one, const PersonRecord& other) {
    EXPECT_EQ(one.person.SerializeAsString(), other.person.SerializeAsString());
    ASSERT_EQ(one.journeys.size(), other.journeys.size());
    for (size_t i = 0; i < one.journeys.size(); ++i) {
      EXPECT_EQ(one.journeys[i].SerializeAsString(), other.journeys[i].SerializeAsString());
    }
  }

  void Log(const std::string& person, const v1::TicketEvent& event,
           const internal::v1::Decision& decision) {
    log_.push_back({position_, person, event, decision});
    if (watch_) watch_(now_, log_.back());
  }

  absl::Status Settle(const v1::TicketEvent& event, const std::string& person) {
    PersonRecord& record = Of(person);
    // As whoever records events does: what was recorded before is not recorded again.
    if (!PositionsOfEvent(event.event_id(), record).empty()) return absl::OkStatus();
    const auto evaluation = Evaluate(*rules_, event, ++position_, now_, &record);
    if (!evaluation.ok()) return evaluation.status();
    Log(person, event, evaluation->decision);
    return absl::OkStatus();
  }

  bool DecideDue(const std::string& name, PersonRecord* record) {
    bool any = false;
    while (const auto decision = EvaluateDue(*rules_, now_, ++position_, record)) {
      Log(name, {}, *decision);
      any = true;
    }
    return any;
  }

  bool DeliverLetters() {
    if (!carry_letters) return false;
    std::vector<std::pair<std::string, internal::v1::Letter>> letters;
    for (auto& [name, record] : persons_) {
      for (internal::v1::Letter& letter : LettersDue(record, now_)) {
        letters.emplace_back(name, std::move(letter));
      }
    }
    for (const auto& [sender, letter] : letters) {
      for (int i = 0; i < deliveries; ++i) {
        EXPECT_TRUE(Settle(letter.event(), letter.event().actor().id()).ok());
      }
      const auto settled =
          SettleLetter(letter, LetterOutcome::kRecorded, now_, ++position_, &Of(sender));
      Log(sender, {}, settled);
    }
    return !letters.empty();
  }

  std::shared_ptr<const rules::RuleSet> rules_;
  Watch watch_;
  std::map<std::string, PersonRecord> persons_;
  std::vector<Logged> log_;
  absl::Time now_ = At(0);
  uint64_t position_ = 0;
};

}  // namespace waypost::journey
