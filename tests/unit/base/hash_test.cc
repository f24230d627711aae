// SPDX-License-Identifier: Apache-2.0
#include "sidecar/base/hash.h"

#include "gtest/gtest.h"

namespace waypost {
namespace {

// Stored identifiers depend on these values: they may never change.
TEST(StableHashTest, ValuesStayTheSameForEver) {
  EXPECT_EQ(HashToHex(StableHash("")), "efd01f60ba992926");
  EXPECT_EQ(HashToHex(StableHashCombine(StableHash("default"), "INC0000045")), "5aa1de9d3686e838");
}

TEST(StableHashTest, PartsDoNotRunTogether) {
  EXPECT_NE(StableHashCombine(StableHash("ab"), "c"), StableHashCombine(StableHash("a"), "bc"));
}

}  // namespace
}  // namespace waypost
