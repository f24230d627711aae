// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waypost {

// A 64-bit FNV-1a hash with a final avalanche. Stable across machines, builds and versions, so it
// may be stored. Not for secrets, not against an adversary.
[[nodiscard]] uint64_t StableHash(std::string_view text);

// Continues `seed` with a separator and `text`: StableHash of several parts that cannot run
// together ("ab","c" differs from "a","bc").
[[nodiscard]] uint64_t StableHashCombine(uint64_t seed, std::string_view text);

// The hash as 16 lower-case hexadecimal digits.
[[nodiscard]] std::string HashToHex(uint64_t hash);

}  // namespace waypost
