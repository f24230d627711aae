// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/challenge.h"

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace waypost::connectors {
namespace {

const ChallengeScheme kScheme = {HmacAlgorithm::kSha256, "crc_token", "hello"};

std::string HexHmac(const std::string& secret, const std::string& text) {
  return absl::BytesToHexString(Hmac(HmacAlgorithm::kSha256, secret, text));
}

TEST(ChallengeTest, AnswersWhoeverKnowsOneOfTheSecrets) {
  const std::string token = HexHmac("new", "hello");
  EXPECT_EQ(AnswerChallenge(kScheme, {"old", "new"}, token), HexHmac("new", token));
  EXPECT_EQ(AnswerChallenge(kScheme, {"new", "old"}, token), HexHmac("new", token));
}

TEST(ChallengeTest, SignsNothingThatSomebodyElseMadeUp) {
  const std::string token = HexHmac("key", "hello");
  for (const std::string& forged : {std::string(R"({"item": 1}1777888800)"), std::string(),
                                    HexHmac("another key", "hello"), token.substr(1)}) {
    EXPECT_EQ(AnswerChallenge(kScheme, {"key"}, forged), std::nullopt) << forged;
  }
  EXPECT_EQ(AnswerChallenge(kScheme, {}, token), std::nullopt);
}

}  // namespace
}  // namespace waypost::connectors
