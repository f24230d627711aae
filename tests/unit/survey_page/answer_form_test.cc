// SPDX-License-Identifier: Apache-2.0
#include "connectors/survey_page/answer_form.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace waypost::survey_page {
namespace {

TEST(AnswerFormTest, ReadsWhatThePageSends) {
  const auto form = ParseAnswerForm(
      "rating=4&comment=Gr%C3%BC%C3%9Fe+%26+Dank%0D%0A2+%3C+3&lost_time=30&opened=17&lang=de&x=y");
  ASSERT_TRUE(form.has_value());
  EXPECT_EQ(form->rating, 4);
  EXPECT_EQ(form->comment, "Grüße & Dank\n2 < 3");
  EXPECT_EQ(form->lost_minutes, 30);
  EXPECT_EQ(form->opened, "17");
  EXPECT_EQ(form->language, "de");
}

TEST(AnswerFormTest, WhatIsLeftOutIsNotSaid) {
  for (const char* body : {"", "rating=&comment=&lost_time=&opened=", "&&", "other=1"}) {
    const auto form = ParseAnswerForm(body);
    ASSERT_TRUE(form.has_value()) << body;
    EXPECT_FALSE(form->rating.has_value()) << body;
    EXPECT_FALSE(form->lost_minutes.has_value()) << body;
    EXPECT_EQ(form->comment, "") << body;
  }
}

TEST(AnswerFormTest, WhatThePageNeverSendsIsNoAnswer) {
  const struct {
    const char* name;
    std::string body;
  } kRows[] = {
      {"a code cut off", "comment=%C3%"},
      {"a code that is none", "comment=%zz"},
      {"no UTF-8", "comment=%ff%fe"},
      {"half a character", "comment=%C3"},
      {"a surrogate", "comment=%ED%A0%80"},
      {"raw bytes", "comment=\xff"},
      {"a name that is no UTF-8", "%ff=1"},
      {"a rating twice", "rating=1&rating=5"},
      {"a rating that is no number", "rating=4.5"},
      {"a negative rating", "rating=-1"},
      {"a rating beyond all numbers", "rating=99999999999999999999"},
      {"lost time that is no number", "lost_time=much"},
      {"more lost time than there is", "lost_time=60001"},
      {"a copy that is no number", "opened=1x"},
      {"a copy of too many digits", "opened=111111111111111111111"},
      {"a long language", "lang=" + std::string(36, 'x')},
      {"JSON", "{\"rating\": \"%\"}"},
  };
  for (const auto& row : kRows) EXPECT_FALSE(ParseAnswerForm(row.body).has_value()) << row.name;
  std::string many;
  for (int field = 0; field < 33; ++field) absl::StrAppend(&many, "f", field, "=1&");
  EXPECT_FALSE(ParseAnswerForm(many).has_value());
}

TEST(AnswerFormTest, KeepsWhatPeopleTypeAndNoControlCharacters) {
  EXPECT_EQ(ParseAnswerForm("comment=%00a%1Bb%0Dc%09d%7F++")->comment, "ab\nc\td");
}

TEST(AnswerFormTest, CountsCharactersNotBytes) {
  std::string umlauts;
  for (size_t at = 0; at < kMaxComment; ++at) umlauts += "%C3%A4";
  EXPECT_FALSE(ParseAnswerForm("comment=" + umlauts)->CommentIsTooLong());
  EXPECT_TRUE(ParseAnswerForm("comment=x" + umlauts)->CommentIsTooLong());
}

TEST(AnswerFormTest, TheSameAnswerOfTheSameCopyHasTheSameId) {
  connectors::SurveyToken token;
  token.survey_id = "s-1";
  const std::string first = "rating=4&comment=x&lost_time=30&opened=1";
  const auto id = [&](const std::string& body) {
    return FeedbackId(token, *ParseAnswerForm(body));
  };
  EXPECT_EQ(id(first), id(first + "&lang=de"));
  std::set<std::string> ids = {id(first)};
  for (const char* other :
       {"rating=5&comment=x&lost_time=30&opened=1", "rating=4&comment=y&lost_time=30&opened=1",
        "rating=4&comment=x&lost_time=0&opened=1", "rating=4&comment=x&opened=1",
        "rating=4&comment=x&lost_time=30&opened=2"}) {
    EXPECT_TRUE(ids.insert(id(other)).second) << other;
  }
  token.survey_id = "s-2";
  EXPECT_TRUE(ids.insert(id(first)).second);
}

}  // namespace
}  // namespace waypost::survey_page
