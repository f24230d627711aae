// SPDX-License-Identifier: Apache-2.0
// The texts of a journey by number (JourneyState.names).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "waypost/internal/v1/state.pb.h"

namespace waypost::journey {

// Never told.
inline constexpr uint32_t kUntold = 0;
// Told, and empty.
inline constexpr uint32_t kEmpty = 1;

using Names = google::protobuf::RepeatedPtrField<std::string>;

// The text of a number; empty for kUntold and kEmpty. Valid until the names change.
[[nodiscard]] const std::string& NameOf(uint32_t number, const Names& names);

// The number of `text`, which is added when it is new. `guess` is tried first: most values are the
// same as before. Linear in the number of names.
[[nodiscard]] uint32_t Intern(std::string_view text, uint32_t guess, Names* names);

// Drops the names that nothing in the journey refers to, and renumbers.
void CompactNames(internal::v1::JourneyState* journey);

}  // namespace waypost::journey
