// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/matcher.h"

#include <algorithm>
#include <utility>

namespace waypost::rules {
namespace {

// How a pair of a number and a derived event is packed: ordered by number, then derived event.
constexpr int kDerivedBits = 16;

Match MatchOf(uint64_t pair) {
  return {static_cast<size_t>(pair >> kDerivedBits),
          static_cast<size_t>(pair & ((uint64_t{1} << kDerivedBits) - 1))};
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

void Matcher::FindPairs(const ConditionIndex& index, Pairs* pairs) {
  Candidates candidates;
  for (size_t derived = 0; derived < events_.size(); ++derived) {
    FindCandidates(index, derived, &candidates);
    for (const uint32_t number : candidates) {
      pairs->push_back((uint64_t{number} << kDerivedBits) | uint64_t{derived});
    }
  }
  if (events_.size() > 1) {
    std::sort(pairs->begin(), pairs->end());
  }
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
  Pairs pairs;
  FindPairs(rule_set_.index->touchpoints(journey), &pairs);
  std::string message;
  for (const uint64_t pair : pairs) {
    const Match match = MatchOf(pair);
    const Touchpoint& touchpoint = touchpoints[match.number];
    if (!touchpoint.on.Accepts(events_[match.derived].type())) {
      continue;
    }
    Look(match.derived);
    const Truth truth = EvaluateCondition(touchpoint.condition, bindings_.activation(), &message);
    if (truth == Truth::kTrue) {
      return match;
    }
    if (truth == Truth::kError) {
      AddRuleError(touchpoint.id, touchpoint.location, message, errors);
    }
  }
  return std::nullopt;
}

void Matcher::FindRules(Matches* matches, RuleErrors* errors) {
  Pairs pairs;
  FindPairs(rule_set_.index->rules(), &pairs);
  std::string message;
  for (const uint64_t pair : pairs) {
    const auto [number, derived] = MatchOf(pair);
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
