// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/survey_token.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::connectors {
namespace {

constexpr const char* kSecret = "a secret of the test, long enough";

SurveyToken Token() {
  SurveyToken token;
  token.tenant = "acme";
  token.survey_id = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
  token.kind = v1::SURVEY_KIND_CES;
  token.source = "rt";
  token.ticket_ref = "Störung 47/11";
  token.language = "de-AT";
  token.expires_at = absl::FromUnixSeconds(1'800'000'000);
  return token;
}

TEST(SurveyTokenTest, WhatIsSealedIsOpenedAgain) {
  const std::string sealed = SealSurveyToken(Token(), kSecret);
  EXPECT_THAT(sealed, testing::MatchesRegex("[A-Za-z0-9_-]+"));
  const auto opened = OpenSurveyToken(sealed, {"another secret, also believed", kSecret});
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->tenant, "acme");
  EXPECT_EQ(opened->survey_id, Token().survey_id);
  EXPECT_EQ(opened->kind, v1::SURVEY_KIND_CES);
  EXPECT_EQ(opened->source, "rt");
  EXPECT_EQ(opened->ticket_ref, "Störung 47/11");
  EXPECT_EQ(opened->language, "de-AT");
  EXPECT_EQ(opened->expires_at, Token().expires_at);
  EXPECT_EQ(sealed, SealSurveyToken(Token(), kSecret));
}

TEST(SurveyTokenTest, NoneOfItsBitsCanBeChanged) {
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(SealSurveyToken(Token(), kSecret), &bytes));
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(OpenSurveyToken(absl::WebSafeBase64Escape(changed), {kSecret}).has_value()) << bit;
  }
}

TEST(SurveyTokenTest, OneTokenHasOneText) {
  const std::string sealed = SealSurveyToken(Token(), kSecret);
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  int opened = 0;
  for (const char last : alphabet) {
    const std::string changed = sealed.substr(0, sealed.size() - 1) + last;
    if (OpenSurveyToken(changed, {kSecret}).has_value()) ++opened;
  }
  EXPECT_EQ(opened, 1);
  EXPECT_FALSE(OpenSurveyToken(sealed + "=", {kSecret}).has_value());
  EXPECT_FALSE(OpenSurveyToken(sealed + "==", {kSecret}).has_value());
  EXPECT_FALSE(OpenSurveyToken(" " + sealed, {kSecret}).has_value());
}

TEST(SurveyTokenTest, WhatNobodyOfUsSignedIsNotOpened) {
  const std::string sealed = SealSurveyToken(Token(), kSecret);
  EXPECT_FALSE(OpenSurveyToken(sealed, {}).has_value());
  EXPECT_FALSE(OpenSurveyToken(sealed, {"some other secret of somebody"}).has_value());
  for (const char* text :
       {"", "A", "AAAA", "////", "..", "0000000000000000000000000000000000000"}) {
    EXPECT_FALSE(OpenSurveyToken(text, {kSecret}).has_value()) << text;
  }
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(OpenSurveyToken(sealed.substr(0, size), {kSecret}).has_value()) << size;
  }
}

// Two tokens whose fields joined are the same text are different tokens.
TEST(SurveyTokenTest, FieldsDoNotRunIntoEachOther) {
  SurveyToken left = Token();
  SurveyToken right = Token();
  left.source = "a";
  left.ticket_ref = "b1";
  right.source = "ab";
  right.ticket_ref = "1";
  EXPECT_NE(SealSurveyToken(left, kSecret), SealSurveyToken(right, kSecret));
}

TEST(SurveyTokenTest, WhatIsTooLongIsNotSealed) {
  SurveyToken token = Token();
  token.ticket_ref = std::string(65'536, 'x');
  EXPECT_EQ(SealSurveyToken(token, kSecret), "");
}

}  // namespace
}  // namespace waypost::connectors
