// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/request.h"

#include "gtest/gtest.h"

namespace waypost::connectors {
namespace {

TEST(RequestTest, ReadsHeadersAndBodyByteForByte) {
  const auto request = ParseRequestText("Ce-Id:  A1 \r\nX: a: b\r\n\r\n{\"a\":\r\n1}\n");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->Header("ce-id"), "A1");
  EXPECT_EQ(request->Header("x"), "a: b");
  EXPECT_EQ(request->Header("none"), "");
  EXPECT_EQ(request->body, "{\"a\":\r\n1}\n");
}

TEST(RequestTest, TakesTheFirstOfHeadersWithOneName) {
  Request request;
  request.AddHeader("X-Token", "first");
  request.AddHeader("x-token", "second");
  EXPECT_EQ(request.Header("x-token"), "first");
}

TEST(RequestTest, NamesTheLineThatIsNoHeader) {
  EXPECT_EQ(ParseRequestText("A: b\nnothing\n\n{}").status().message(),
            "line 2 is no header of the form \"Name: value\"");
}

}  // namespace
}  // namespace waypost::connectors
