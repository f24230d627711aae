// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/quote.h"

#include <string>

#include "gtest/gtest.h"

namespace waypost {
namespace {

TEST(QuoteTest, ShowsShortTextsWhole) {
  EXPECT_EQ(Quote(""), "\"\"");
  EXPECT_EQ(Quote(std::string(60, 'a')), "\"" + std::string(60, 'a') + "\"");
}

TEST(QuoteTest, CutsLongTextsBetweenCharacters) {
  EXPECT_EQ(Quote(std::string(61, 'a')), "\"" + std::string(60, 'a') + "...\"");
  EXPECT_EQ(Quote(std::string(59, 'a') + "\u00e9b"), "\"" + std::string(59, 'a') + "...\"");
}

}  // namespace
}  // namespace waypost
