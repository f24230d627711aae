// SPDX-License-Identifier: Apache-2.0
// The attention budget: how much a person is asked to read, over updates and surveys.
#pragma once

#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "sidecar/journey/gates.h"
#include "sidecar/rules/rule_set.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::journey {

inline constexpr std::string_view kAttentionBudget = "ATTENTION_BUDGET";
inline constexpr absl::Duration kDay = absl::Hours(24);
inline constexpr absl::Duration kWeek = absl::Hours(7 * 24);

// An update or a digest of updates, and no survey.
[[nodiscard]] bool IsUpdate(const internal::v1::Contact& contact);

// When the person got the messages after `since` that `counts` accepts, ascending.
[[nodiscard]] std::vector<absl::Time> ContactTimes(
    const internal::v1::PersonState& person, absl::Time since,
    absl::FunctionRef<bool(const internal::v1::Contact&)> counts);

// What a message is worth to the person, least first.
enum class Worth {
  kOther,    // any other update
  kSurvey,   // a survey or its reminder
  kPromise,  // an update that makes a promise, comes while one is open, or tells of a status, such
             // as a question or the solution (`once: status`)
  kUrgent,   // about a ticket of P1 or P2
};

// The ticket's priority is P1 or P2: caps, budget and quiet hours do not hold.
[[nodiscard]] bool IsUrgent(std::string_view priority);

// When one more message keeps to at most `limit` (at least 1) within every `window`, given the
// times of those before, ascending. `from` or later.
[[nodiscard]] absl::Time FreeFrom(absl::Time from, int limit, absl::Duration window,
                                  const std::vector<absl::Time>& times);

// ATTENTION_BUDGET: of messages_per_person_per_week, which counts every message in the 7 days
// before `at`, kPromise may use all, kSurvey up to 80 %, kOther up to 60 %, each at least one. So
// what is worth more finds room without knowing what the week will bring (trunk reservation).
// kUrgent always passes. When closed, `until` says from when on it would pass.
[[nodiscard]] Gate AttentionGate(Worth worth, absl::Time at, const rules::Caps& caps,
                                 const internal::v1::PersonState& person);

}  // namespace waypost::journey
