// SPDX-License-Identifier: Apache-2.0
// One person at a desk with surveys, on a clock that is put forward.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "sidecar/journey/due.h"
#include "sidecar/journey/evaluate.h"
#include "sidecar/journey/explain.h"
#include "tests/support/rule_set_builder.h"
#include "tests/unit/journey/desk.h"

namespace waypost::journey {

// A rule that wants a survey after every resolution and closure, at once.
inline rules::Rule AskRule(const std::string& id = "csat") {
  rules::Rule rule;
  rule.id = id;
  rule.on = testing::On({v1::EVENT_TYPE_RESOLVED, v1::EVENT_TYPE_CLOSED});
  rule.survey.emplace();
  return rule;
}

inline rules::Rule AskRuleAfter(absl::Duration delay) {
  rules::Rule rule = AskRule();
  rule.survey->delay["default"].length = delay;
  return rule;
}

inline rules::RuleSet SurveyRules(rules::Rule rule) {
  rules::RuleSet rules;
  rules.name = "surveys";
  rules.languages = {"en"};
  rules.rules.push_back(std::move(rule));
  return rules;
}

class SurveyDesk {
 public:
  explicit SurveyDesk(rules::RuleSet rules) : rules_(testing::Freeze(std::move(rules))) {
    record.person.set_tenant("default");
    record.person.set_person_id("u1");
  }

  void Use(rules::RuleSet rules) { rules_ = testing::Freeze(std::move(rules)); }

  // Everything that is due comes first; then the event, at the time it happened unless told.
  v1::Enrichment Record(const v1::TicketEvent& event, std::optional<absl::Time> now = {}) {
    const absl::Time at = now.value_or(absl::FromUnixSeconds(event.occurred_at().seconds()));
    AdvanceTo(at);
    const absl::StatusOr<Evaluation> evaluation =
        Evaluate(*rules_, event, ++position_, at, &record);
    status = evaluation.status();
    return evaluation.ok() ? evaluation->decision.enrichment() : v1::Enrichment();
  }

  // What time brings up to `now`, in order.
  std::vector<v1::SurveyDecision> AdvanceTo(absl::Time now) {
    std::vector<v1::SurveyDecision> surveys;
    while (const auto decision = EvaluateDue(*rules_, now, ++position_, &record)) {
      for (const v1::SurveyDecision& survey : decision->enrichment().surveys()) {
        surveys.push_back(survey);
      }
      for (const v1::SuppressedAction& action : decision->enrichment().suppressed_actions()) {
        suppressed.push_back(action);
      }
    }
    return surveys;
  }

  // "SEND", "DO_NOT_SEND COOLDOWN": the surveys that time brings up to `minutes`.
  std::vector<std::string> Until(int minutes) { return Shown(AdvanceTo(At(minutes))); }

  template <typename Surveys>
  static std::vector<std::string> Shown(const Surveys& surveys) {
    std::vector<std::string> shown;
    for (const v1::SurveyDecision& survey : surveys) {
      const std::string name = v1::SurveyOutcome_Name(survey.outcome()).substr(15);
      shown.push_back(survey.reason_code().empty() ? name
                                                   : absl::StrCat(name, " ", survey.reason_code()));
    }
    return shown;
  }

  [[nodiscard]] v1::ExplainJourneyResponse Explain(const v1::TicketEvent& event) const {
    PersonRecord copy = record;
    const auto folded = Fold(event, position_ + 1, rules_->stitching, nullptr, &copy);
    EXPECT_TRUE(folded.ok()) << folded.status();
    return journey::Explain(*rules_, event, copy, *folded,
                            absl::FromUnixSeconds(event.occurred_at().seconds()));
  }

  PersonRecord record;
  absl::Status status;                           // of the newest event
  std::vector<v1::SuppressedAction> suppressed;  // by time, all so far

 private:
  std::shared_ptr<const rules::RuleSet> rules_;
  uint64_t position_ = 0;
};

// The ticket `ref` of u1, acted on by an agent. The first letter is the matter.
inline v1::TicketEvent EventOf(const std::string& ref, int minutes, v1::StatusCategory category) {
  v1::TicketEvent event =
      TicketAt(minutes, absl::StrCat(ref, "-", minutes, "-", category), category, "Desk");
  event.mutable_ticket()->set_ref(ref);
  event.mutable_ticket()->set_service(ref.substr(0, 1));
  event.mutable_ticket()->set_category("any");
  return event;
}

// An answer to a survey about INC1.
inline v1::TicketEvent AnswerAt(int minutes, const std::string& survey_id, int rating,
                                const std::string& id = "") {
  v1::TicketEvent event =
      EventAt(minutes, id.empty() ? absl::StrCat("answer-", minutes, "-", rating) : id);
  event.mutable_actor()->set_role(v1::ACTOR_ROLE_CUSTOMER);
  event.mutable_ticket()->set_ref("INC1");
  event.mutable_feedback()->set_survey_id(survey_id);
  event.mutable_feedback()->set_rating(rating);
  return event;
}

inline constexpr int kHour = 60;
inline constexpr int kDay = 24 * kHour;

}  // namespace waypost::journey
