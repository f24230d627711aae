// SPDX-License-Identifier: Apache-2.0
// Which touchpoints and rules one event meets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "sidecar/cel/program.h"
#include "sidecar/rules/rule_index.h"
#include "sidecar/rules/rule_set.h"
#include "sidecar/rules/vocabulary.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::rules {

using RuleErrors = google::protobuf::RepeatedPtrField<v1::RuleError>;

// What a condition came to.
enum class Truth { kFalse, kTrue, kError };

// Evaluates a condition: none holds always. A result that is neither true nor false is an error.
// On an error `message` says what went wrong.
[[nodiscard]] Truth EvaluateCondition(const std::optional<cel::Program>& condition,
                                      cel::Activation activation, std::string* message);

// Something that matched, and the derived event that it matched on.
struct Match {
  size_t number = 0;   // of the touchpoint in its journey definition, or of the rule
  size_t derived = 0;  // in the derived events
};
using Matches = absl::InlinedVector<Match, 16>;

// At most this many errors are told per event: what is broken is broken for every event.
inline constexpr int kMaxRuleErrors = 16;

// Adds what could not be evaluated, once per place, unless there are kMaxRuleErrors already.
void AddRuleError(std::string_view id, const Location& location, std::string_view message,
                  RuleErrors* errors);

// Matches one event against a rule set through its index. Everything given outlives it. Leaves the
// bindings set to some derived event. Not thread-safe; made anew per event, on the stack.
class Matcher {
 public:
  // `rule_set` has its index; `events` is not empty.
  Matcher(const RuleSet& rule_set, absl::Span<const v1::DerivedEvent> events, Bindings* bindings);

  // Reads the facts anew: call it when something that the bindings read has changed.
  void Refresh();

  // The first journey definition of that role whose condition holds for the first derived event, as
  // a number in RuleSet::journeys.
  [[nodiscard]] std::optional<size_t> FirstJourney(v1::ConsumerRole role, RuleErrors* errors);

  // The touchpoint that the event passes in a journey definition: the first in the file whose
  // condition holds for a derived event that it accepts, whichever that is.
  [[nodiscard]] std::optional<Match> FirstTouchpoint(size_t journey, RuleErrors* errors);

  // All rules that match, in file order, each on the first derived event that it accepts and for
  // which its condition holds. Timer-driven rules never do.
  void FindRules(Matches* matches, RuleErrors* errors);

 private:
  // Conditions by number with a derived event that may satisfy them, packed.
  using Pairs = absl::InlinedVector<uint64_t, 128>;

  void Look(size_t derived);
  // The conditions of an index that a derived event may satisfy; the bindings look at it then.
  void FindCandidates(const ConditionIndex& index, size_t derived, Candidates* candidates);

  // The same for all derived events, by number, then derived event.
  void FindPairs(const ConditionIndex& index, Pairs* pairs);

  const RuleSet& rule_set_;
  absl::Span<const v1::DerivedEvent> events_;
  Bindings& bindings_;
  FactHashes hashes_;
  size_t looking_at_ = 0;  // derived event of the bindings
  size_t hashed_ = 0;      // and of the hashes
};

}  // namespace waypost::rules
