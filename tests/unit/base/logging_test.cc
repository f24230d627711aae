// SPDX-License-Identifier: Apache-2.0
#include "sidecar/base/logging.h"

#include "gtest/gtest.h"
#include "sidecar/base/version.h"

namespace waypost {
namespace {

TEST(LoggingTest, TextQuotesWhatWouldRunTogether) {
  EXPECT_EQ(FormatLogText("Ready", {{"store", "sqlite"}, {"path", "a b"}, {"empty", ""}}),
            "Ready store=sqlite path=\"a b\" empty=\"\"");
}

TEST(LoggingTest, JsonEscapesWhateverItIsGiven) {
  EXPECT_EQ(FormatLogJson("a \"b\"\n", {{"id", std::string("e\x1b\\")}}),
            R"("message":"a \"b\"\n","id":"e\u001b\\")");
}

// A value cannot begin a line of its own.
TEST(LoggingTest, TextKeepsLineBreaksInside) {
  EXPECT_EQ(FormatLogText("x", {{"id", "a\nb"}}), "x id=\"a\\nb\"");
}

TEST(VersionTest, HasThreeParts) { EXPECT_NE(Version().find('.'), std::string_view::npos); }

}  // namespace
}  // namespace waypost
