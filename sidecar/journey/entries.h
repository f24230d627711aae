// SPDX-License-Identifier: Apache-2.0
// The entries of a journey (JourneyState.entries), one behind the other in serialized form: events
// in order only append, and what is not read costs no more than its bytes.
#pragma once

#include <vector>

#include "absl/functional/function_ref.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::journey {

// Calls `visit` for each entry, oldest first.
void ForEachEntry(const internal::v1::JourneyState& journey,
                  absl::FunctionRef<void(const internal::v1::Entry&)> visit);

[[nodiscard]] std::vector<internal::v1::Entry> ReadEntries(
    const internal::v1::JourneyState& journey);
void WriteEntries(const std::vector<internal::v1::Entry>& entries,
                  internal::v1::JourneyState* journey);

// Adds the newest entry.
void AppendEntry(const internal::v1::Entry& entry, internal::v1::JourneyState* journey);

// Merges the fields of `addition` into the entry of that number: those that are set replace, those
// that repeat are added. Constant for the newest entry, otherwise linear.
void AddToEntry(int number, const internal::v1::Entry& addition,
                internal::v1::JourneyState* journey);

// The touchpoints of an entry in readable form; numbers are those of the journey's names.
struct Passed {
  v1::ConsumerRole role = v1::CONSUMER_ROLE_UNSPECIFIED;
  uint32_t touchpoint = 0;
  uint32_t stage = 0;
  uint32_t owner = 0;
  v1::TouchpointKind kind = v1::TOUCHPOINT_KIND_UNSPECIFIED;
  int emotion = 0;  // -2 to 2
  v1::EmotionBasis emotion_basis = v1::EMOTION_BASIS_UNSPECIFIED;
  v1::Visibility visibility = v1::VISIBILITY_UNSPECIFIED;
};
[[nodiscard]] int CountPassed(const internal::v1::Entry& entry);
[[nodiscard]] Passed GetPassed(const internal::v1::Entry& entry, int number);
void AddPassed(const Passed& passed, internal::v1::Entry* entry);

}  // namespace waypost::journey
