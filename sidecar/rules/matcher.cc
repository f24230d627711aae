// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/matcher.h"

#include <algorithm>
#include <utility>

namespace waypost::rules {
namespace {

// A rule and a derived event that may go together, ordered by rule.
using Pair = uint64_t;
constexpr int kDerivedBits = 16;

Pair MakePair(uint32_t rule, size_t derived) {
  return (static_cast<Pair>(rule) << kDerivedBits) | static_cast<Pair>(derived);
}

}  // namespace

Truth EvaluateCondition(const std::optional<cel::Program>& condition, cel::Activation activation,
                        std::string* message) {
  if (!condition.has_value()) {
    return Truth::kTrue;
  }
  const cel::Value value = condition->Evaluate(activation);
  if (value.kind() == cel::ValueKind::kBool) {
    return value.AsBool() ? Truth::kTrue : Truth::kFalse;
  }
  *message = value.is_error() ? value.ErrorMessage() : "the condition is neither true nor false";
  return Truth::kError;
}

void AddRuleError(std::string_view id, const Location& location, std::string_view message,
                  RuleErrors* errors) {
  if (errors->size() >= kMaxRuleErrors) {
    return;
  }
  const std::string place = location.ToString();
  for (const v1::RuleError& error : *errors) {
    if (error.id() == id && error.location() == place) {
      return;
    }
  }
  v1::RuleError* error = errors->Add();
  error->set_id(std::string(id));
  error->set_location(place);
  error->set_message(std::string(message));
}

Matcher::Matcher(const RuleSet& rule_set, absl::Span<const v1::DerivedEvent> events,
                 Bindings* bindings)
    : rule_set_(rule_set), events_(events), bindings_(*bindings) {
  Refresh();
}

void Matcher::Refresh() {
  looking_at_ = 0;
  hashed_ = 0;
  bindings_.SetDerived(events_.front());
  rule_set_.index->paths().Read(bindings_.activation(), &hashes_);
}

void Matcher::Look(size_t derived) {
  if (derived != looking_at_) {
    looking_at_ = derived;
    bindings_.SetDerived(events_[derived]);
  }
}

void Matcher::FindCandidates(const ConditionIndex& index, size_t derived, Candidates* candidates) {
  Look(derived);
  if (derived != hashed_) {
    hashed_ = derived;
    rule_set_.index->paths().ReadDerived(bindings_.activation(), &hashes_);
  }
  candidates->clear();
  index.Find(events_[derived].type(), hashes_, candidates);
}

std::optional<size_t> Matcher::FirstJourney(v1::ConsumerRole role, RuleErrors* errors) {
  Look(0);
  std::string message;
  for (size_t number = 0; number < rule_set_.journeys.size(); ++number) {
    const JourneyDefinition& journey = rule_set_.journeys[number];
    if (journey.role != role) {
      continue;
    }
    const Truth truth = EvaluateCondition(journey.condition, bindings_.activation(), &message);
    if (truth == Truth::kTrue) {
      return number;
    }
    if (truth == Truth::kError) {
      AddRuleError(journey.id, journey.location, message, errors);
    }
  }
  return std::nullopt;
}

std::optional<Match> Matcher::FirstTouchpoint(size_t journey, RuleErrors* errors) {
  const std::vector<Touchpoint>& touchpoints = rule_set_.journeys[journey].touchpoints;
  const ConditionIndex& index = rule_set_.index->touchpoints(journey);
  Candidates candidates;
  std::string message;
  for (size_t derived = 0; derived < events_.size(); ++derived) {
    FindCandidates(index, derived, &candidates);
    for (const uint32_t number : candidates) {
      const Touchpoint& touchpoint = touchpoints[number];
      if (!touchpoint.on.Accepts(events_[derived].type())) {
        continue;
      }
      const Truth truth = EvaluateCondition(touchpoint.condition, bindings_.activation(), &message);
      if (truth == Truth::kTrue) {
        return Match{number, derived};
      }
      if (truth == Truth::kError) {
        AddRuleError(touchpoint.id, touchpoint.location, message, errors);
      }
    }
  }
  return std::nullopt;
}

void Matcher::FindRules(Matches* matches, RuleErrors* errors) {
  absl::InlinedVector<Pair, 128> pairs;
  Candidates candidates;
  for (size_t derived = 0; derived < events_.size(); ++derived) {
    FindCandidates(rule_set_.index->rules(), derived, &candidates);
    for (const uint32_t rule : candidates) {
      pairs.push_back(MakePair(rule, derived));
    }
  }
  if (events_.size() > 1) {
    std::sort(pairs.begin(), pairs.end());
  }
  std::string message;
  for (const Pair pair : pairs) {
    const size_t number = pair >> kDerivedBits;
    const size_t derived = pair & ((Pair{1} << kDerivedBits) - 1);
    const Rule& rule = rule_set_.rules[number];
    const bool taken = !matches->empty() && matches->back().number == number;
    if (taken || rule.timer_driven || !rule.on.Accepts(events_[derived].type())) {
      continue;
    }
    Look(derived);
    const Truth truth = EvaluateCondition(rule.condition, bindings_.activation(), &message);
    if (truth == Truth::kTrue) {
      matches->push_back({number, derived});
    } else if (truth == Truth::kError) {
      AddRuleError(rule.id, rule.location, message, errors);
    }
  }
}

}  // namespace waypost::rules
