// SPDX-License-Identifier: Apache-2.0
// The texts of a journey by number (JourneyState.names): each once, one behind the other in one
// string, so that they cost little more memory than their bytes and are quick to search.
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

// The text of a number; empty for kUntold, kEmpty and numbers that do not exist. Valid until the
// names change. Linear in the number.
[[nodiscard]] std::string_view NameOf(uint32_t number, std::string_view names);

// The number of `text`, which is added when it is new. `guess` is tried first: most values are the
// same as before. Linear in the number of names. Texts are cut at 16,383 bytes, which no valid
// event has.
[[nodiscard]] uint32_t Intern(std::string_view text, uint32_t guess, std::string* names);

// Drops the names that nothing in the journey refers to, and renumbers.
void CompactNames(internal::v1::JourneyState* journey);

}  // namespace waypost::journey
