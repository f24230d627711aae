// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/printable.h"

#include <string>

#include "gtest/gtest.h"

namespace waypost {
namespace {

struct Case {
  std::string name;
  std::string text;
  std::string want;
};

class PrintableTest : public testing::TestWithParam<Case> {};

TEST_P(PrintableTest, EscapesWhatATerminalMustNotGet) {
  EXPECT_EQ(Printable(GetParam().text), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Characters, PrintableTest,
    testing::Values(Case{"Plain", "In progress", "In progress"}, Case{"Empty", "", ""},
                    Case{"OtherScripts", "Zoë 日本 🙂 עברית",
                         "Zoë 日本 🙂 עברית"},
                    Case{"TerminalEscape", "\x1b[2Jx", "\\x1b[2Jx"},
                    Case{"NulAndDelete", std::string("a\0b\x7f", 4), "a\\x00b\\x7f"},
                    Case{"LineBreaksAndTabs", "a\r\nb\tc", "a\\x0d\\x0ab\\x09c"},
                    Case{"C1",
                         "\xc2\x9b"
                         "2Jx\xc2\x80",
                         "\\x9b2Jx\\x80"},
                    Case{"NoBreakSpaceStays", "\xc2\xa0", "\xc2\xa0"},
                    Case{"BareC1Byte",
                         "\x9b"
                         "2J",
                         "\\x9b2J"},
                    Case{"CutOffSequence", "x\xe2\x80", "x\\xe2\\x80"},
                    Case{"BidiOverride", "a\u202Eb\u202C", "a\\u202eb\\u202c"},
                    Case{"BidiIsolates", "\u2066a\u2069", "\\u2066a\\u2069"},
                    Case{"LineSeparators", "a\u2028b\u2029", "a\\u2028b\\u2029"},
                    Case{"NeighboursStay", "\u2027\u202F\u2065\u206A", "\u2027\u202F\u2065\u206A"}),
    [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

TEST(PrintableTest, KeepsWhatTheCallerLaysOut) {
  EXPECT_EQ(Printable("a\n\tb\x1b", "\n"), "a\n\\x09b\\x1b");
}

}  // namespace
}  // namespace waypost
