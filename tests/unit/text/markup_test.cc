// SPDX-License-Identifier: Apache-2.0
#include "sidecar/text/markup.h"

#include "gtest/gtest.h"

namespace waypost {
namespace {

TEST(MarkupTest, EscapesWhatHasAMeaning) {
  EXPECT_EQ(EscapeMarkup("<a href=\"x\">'&'</a>\x02\n"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;\xEF\xBF\xBD\n");
}

}  // namespace
}  // namespace waypost
