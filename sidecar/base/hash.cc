// SPDX-License-Identifier: Apache-2.0
#include "sidecar/base/hash.h"

#include "absl/strings/str_cat.h"

namespace waypost {
namespace {

// FNV-1a parameters: http://www.isthe.com/chongo/tech/comp/fnv/ (public domain).
constexpr uint64_t kOffsetBasis = 0xcbf29ce484222325;
constexpr uint64_t kPrime = 0x100000001b3;

uint64_t Absorb(uint64_t hash, std::string_view text) {
  for (const unsigned char byte : text) hash = (hash ^ byte) * kPrime;
  return hash;
}

// The finaliser of MurmurHash3 (public domain): spreads the last bytes over all bits.
uint64_t Avalanche(uint64_t hash) {
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
  return hash ^ (hash >> 33);
}

}  // namespace

uint64_t StableHash(std::string_view text) { return Avalanche(Absorb(kOffsetBasis, text)); }

uint64_t StableHashCombine(uint64_t seed, std::string_view text) {
  // 0xff never occurs in UTF-8, so it separates the parts.
  return Avalanche(Absorb((seed ^ 0xff) * kPrime, text));
}

std::string HashToHex(uint64_t hash) { return absl::StrCat(absl::Hex(hash, absl::kZeroPad16)); }

}  // namespace waypost
