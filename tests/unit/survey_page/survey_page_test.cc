// SPDX-License-Identifier: Apache-2.0
#include "connectors/survey_page/survey_page.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::survey_page {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr const char* kSecret = "a secret of the test, long enough";
constexpr const char* kAnswer = "rating=4&comment=Fine&opened=1&lang=en";

v1::SurveyAnswer Answered(int rating, absl::Time at, int changes = 0) {
  v1::SurveyAnswer answer;
  answer.set_rating(rating);
  answer.set_changes(changes);
  answer.mutable_first_answered_at()->set_seconds(absl::ToUnixSeconds(at));
  return answer;
}

// A desk that notes what it is asked, and answers as the test says.
class NotingDesk final : public SurveyDesk {
 public:
  std::optional<v1::SurveyAnswer> Find(const connectors::SurveyToken& /*token*/) override {
    return found;
  }
  TakenAnswer Record(const connectors::SurveyToken& token, const AnswerForm& form) override {
    recorded.push_back(form);
    tokens.push_back(token);
    return {outcome, Answered(form.rating.value_or(0), kNow)};
  }

  std::optional<v1::SurveyAnswer> found;
  AnswerOutcome outcome = AnswerOutcome::kRecorded;
  std::vector<AnswerForm> recorded;
  std::vector<connectors::SurveyToken> tokens;
};

class SurveyPageTest : public testing::Test {
 protected:
  SurveyPageTest() {
    config_.secrets = {kSecret};
    config_.trusted_proxies = {*connectors::NetworkRange::Parse("127.0.0.1")};
    token_.tenant = "acme";
    token_.survey_id = "s-1";
    token_.kind = v1::SURVEY_KIND_CSAT;
    token_.source = "rt";
    token_.ticket_ref = "4711";
    token_.expires_at = kNow + absl::Hours(1);
    DiagnosticSink sink;
    texts_ = TextCatalog::Load(
        std::string(WAYPOST_SOURCE_DIR) + "/connectors/survey_page/assets/texts.yaml", "", &sink);
    page_.emplace(config_, "https://Desk.example:443/feedback", *texts_, &desk_, clock_);
  }

  PageRequest Request() {
    PageRequest request;
    request.token = connectors::SealSurveyToken(token_, kSecret);
    request.remote = "127.0.0.1";
    request.host = "desk.example";
    request.content_type = "application/x-www-form-urlencoded";
    return request;
  }

  connectors::SurveyPageConfig config_;
  connectors::SurveyToken token_;
  std::unique_ptr<const TextCatalog> texts_;
  NotingDesk desk_;
  VirtualClock clock_{kNow};
  std::optional<SurveyPage> page_;
};

TEST_F(SurveyPageTest, ShowingRecordsNothing) {
  PageRequest request = Request();
  request.rating = "5";
  const PageAnswer answer = page_->Show(request);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.html, HasSubstr("value=\"5\" required checked"));
  EXPECT_THAT(answer.html, HasSubstr("5 is chosen already"));
  EXPECT_THAT(desk_.recorded, IsEmpty());
}

TEST_F(SurveyPageTest, ARatingThatIsNotOnTheScaleIsNotChosen) {
  for (const char* rating : {"0", "6", "-1", "x", "4.0", ""}) {
    PageRequest request = Request();
    request.rating = rating;
    EXPECT_THAT(page_->Show(request).html, testing::Not(HasSubstr(" checked"))) << rating;
  }
}

TEST_F(SurveyPageTest, AnAnswerIsRecordedAsTheTokenSays) {
  const PageAnswer answer = page_->Answer(Request(), kAnswer);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.html, HasSubstr("Thank you!"));
  ASSERT_THAT(desk_.recorded, SizeIs(1));
  EXPECT_EQ(desk_.recorded[0].rating, 4);
  EXPECT_EQ(desk_.recorded[0].comment, "Fine");
  EXPECT_EQ(desk_.tokens[0].tenant, "acme");
  EXPECT_EQ(desk_.tokens[0].survey_id, "s-1");
  EXPECT_EQ(desk_.tokens[0].ticket_ref, "4711");
}

TEST_F(SurveyPageTest, WhatBecomesOfAnAnswerIsTold) {
  const struct {
    AnswerOutcome outcome;
    int status;
    const char* text;
  } kRows[] = {
      {AnswerOutcome::kExpired, 410, "This survey has ended"},
      {AnswerOutcome::kFinal, 409, "This survey has ended"},
      {AnswerOutcome::kUnknown, 404, "This link does not work"},
      {AnswerOutcome::kNoRating, 400, "Please choose one of the numbers"},
      {AnswerOutcome::kRefused, 400, "could not be read"},
      {AnswerOutcome::kAway, 503, ">\nFine</textarea>"},
  };
  for (const auto& row : kRows) {
    desk_.outcome = row.outcome;
    const PageAnswer answer = page_->Answer(Request(), kAnswer);
    EXPECT_EQ(answer.status, row.status);
    EXPECT_THAT(answer.html, HasSubstr(row.text));
    EXPECT_EQ(answer.retry_after > absl::ZeroDuration(), row.status == 503);
  }
  desk_.outcome = AnswerOutcome::kFinal;
  desk_.found = Answered(2, kNow - absl::Hours(25));
  EXPECT_THAT(page_->Answer(Request(), kAnswer).html, HasSubstr("You chose 2 on a scale"));
}

TEST_F(SurveyPageTest, WhatIsNoAnswerIsNotRecorded) {
  const struct {
    const char* name;
    const char* body;
    const char* content_type;
    const char* origin;
    const char* fetch_site;
    int status;
  } kRows[] = {
      {"no rating", "comment=x", nullptr, "", "", 400},
      {"off the scale", "rating=6", nullptr, "", "", 400},
      {"no form", "rating=%zz", nullptr, "", "", 400},
      {"no UTF-8", "rating=4&comment=%ff", nullptr, "", "", 400},
      {"JSON", kAnswer, "application/json", "", "", 415},
      {"no type", kAnswer, "", "", "", 415},
      {"another site", kAnswer, nullptr, "https://evil.example", "", 403},
      {"a name like ours", kAnswer, nullptr, "https://desk.example.evil", "", 403},
      {"another port", kAnswer, nullptr, "https://desk.example:444", "", 403},
      {"a sister", kAnswer, nullptr, "", "same-site", 403},
      {"said by the browser", kAnswer, nullptr, "null", "cross-site", 403},
  };
  for (const auto& row : kRows) {
    PageRequest request = Request();
    if (row.content_type != nullptr) request.content_type = row.content_type;
    request.origin = row.origin;
    request.fetch_site = row.fetch_site;
    EXPECT_EQ(page_->Answer(request, row.body).status, row.status) << row.name;
  }
  EXPECT_THAT(desk_.recorded, IsEmpty());
}

TEST_F(SurveyPageTest, OurOwnFormIsTaken) {
  const struct {
    const char* origin;
    const char* fetch_site;
  } kRows[] = {{"", ""},
               {"null", "same-origin"},
               {"null", ""},
               {"https://desk.example", "same-origin"},
               {"https://desk.example", "none"}};
  for (const auto& row : kRows) {
    PageRequest request = Request();
    request.origin = row.origin;
    request.fetch_site = row.fetch_site;
    EXPECT_EQ(page_->Answer(request, kAnswer).status, 200) << row.origin << row.fetch_site;
  }
}

TEST_F(SurveyPageTest, ForgedTokensSeeNothing) {
  PageRequest request = Request();
  request.token.back() = request.token.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(page_->Show(request).status, 404);
  EXPECT_EQ(page_->Answer(request, kAnswer).status, 404);
  request.token = "";
  EXPECT_EQ(page_->Show(request).status, 404);
  EXPECT_THAT(desk_.recorded, IsEmpty());
}

TEST_F(SurveyPageTest, TheEndOfASurvey) {
  clock_.Set(token_.expires_at);
  EXPECT_EQ(page_->Show(Request()).status, 410);
  // Whoever has answered may still change that.
  desk_.found = Answered(4, kNow);
  EXPECT_EQ(page_->Show(Request()).status, 200);
  clock_.Set(token_.expires_at + absl::Hours(24));
  EXPECT_EQ(page_->Show(Request()).status, 410);
  EXPECT_EQ(page_->Answer(Request(), kAnswer).status, 410);
  EXPECT_THAT(desk_.recorded, IsEmpty());
}

TEST_F(SurveyPageTest, WhoHasAnsweredSeesWhatCounts) {
  desk_.found = Answered(2, kNow - absl::Hours(23));
  PageAnswer answer = page_->Show(Request());
  EXPECT_THAT(answer.html, HasSubstr("You answered 2."));
  EXPECT_THAT(answer.html, HasSubstr("value=\"2\" required checked"));
  EXPECT_THAT(answer.html, HasSubstr("Change answer"));
  for (const v1::SurveyAnswer& final :
       {Answered(2, kNow - absl::Hours(25)), Answered(2, kNow, 5)}) {
    desk_.found = final;
    answer = page_->Show(Request());
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.html, HasSubstr("You chose 2 on a scale from 1 to 5"));
    EXPECT_THAT(answer.html, testing::Not(HasSubstr("<form")));
  }
}

TEST_F(SurveyPageTest, ALinkIsOpenedOnlySoOften) {
  int shown = 0;
  for (int request = 0; request < 100; ++request) {
    if (page_->Show(Request()).status == 200) ++shown;
  }
  EXPECT_EQ(shown, SurveyPage::kRequestsOfTokenPerMinute);
  const PageAnswer answer = page_->Answer(Request(), kAnswer);
  EXPECT_EQ(answer.status, 429);
  EXPECT_GT(answer.retry_after, absl::ZeroDuration());
  EXPECT_THAT(answer.html, HasSubstr(">\nFine</textarea>"));  // nothing typed is lost
  EXPECT_THAT(desk_.recorded, IsEmpty());
  token_.survey_id = "s-2";
  EXPECT_EQ(page_->Show(Request()).status, 200);
}

TEST_F(SurveyPageTest, AnAddressAsksOnlySoOften) {
  const auto show = [&](const std::string& visitor, int survey) {
    token_.survey_id = "s-" + std::to_string(survey);
    PageRequest request = Request();
    request.forwarded_for = visitor;
    return page_->Show(request).status;
  };
  int shown = 0;
  for (int request = 0; request < 300; ++request) {
    if (show("203.0.113.5", request) == 200) ++shown;
  }
  EXPECT_EQ(shown, config_.max_requests_per_minute);
  EXPECT_EQ(show("203.0.113.6", 1000), 200);
  PageRequest forged = Request();
  forged.forwarded_for = "203.0.113.5";
  forged.token = "forged";
  EXPECT_EQ(page_->Show(forged).status, 429);
}

TEST_F(SurveyPageTest, TheLanguageIsThatOfTheChoiceTheTokenAndTheBrowser) {
  const struct {
    const char* chosen;
    const char* token;
    const char* accepted;
    const char* title;
  } kRows[] = {
      {"", "", "", "How did we do?"},          {"", "de", "en", "Wie war es?"},
      {"", "", "fr, de;q=0.8", "Wie war es?"}, {"", "xx", "de", "Wie war es?"},
      {"en", "de", "de", "How did we do?"},
  };
  for (const auto& row : kRows) {
    token_.language = row.token;
    PageRequest request = Request();
    request.language = row.chosen;
    request.accept_language = row.accepted;
    EXPECT_THAT(page_->Show(request).html, HasSubstr(row.title)) << row.token << row.accepted;
  }
}

}  // namespace
}  // namespace waypost::survey_page
