// SPDX-License-Identifier: Apache-2.0
#include "sidecar/base/keyed_hash.h"

#include "gtest/gtest.h"

namespace waypost {
namespace {

// What was stored depends on these values: they may never change. The first is the beginning of
// HMAC-SHA-256 of "5:hello" under "key", as `openssl dgst -sha256 -hmac key` prints it.
TEST(KeyedHashTest, ValuesStayTheSameForEver) {
  EXPECT_EQ(KeyedHash("key", {"hello"}), "68398ed36dfab05f83073a6347eda107");
  EXPECT_EQ(KeyedHash("", {}), "b613679a0814d9ec772f95d778c35fc5");
}

TEST(KeyedHashTest, AnotherKeyGivesAnotherHash) {
  EXPECT_NE(KeyedHash("one", {"hello"}), KeyedHash("two", {"hello"}));
}

TEST(KeyedHashTest, PartsDoNotRunTogether) {
  EXPECT_NE(KeyedHash("key", {"ab", "c"}), KeyedHash("key", {"a", "bc"}));
  EXPECT_NE(KeyedHash("key", {"ab", ""}), KeyedHash("key", {"ab"}));
}

}  // namespace
}  // namespace waypost
