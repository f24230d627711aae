// SPDX-License-Identifier: Apache-2.0
#include "connectors/survey_page/page.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace waypost::survey_page {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kShipped =
    std::string(WAYPOST_SOURCE_DIR) + "/connectors/survey_page/assets/texts.yaml";
constexpr const char* kHostile = "\"><script>alert(1)</script>'&";

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class PageTest : public testing::Test {
 protected:
  PageTest() {
    DiagnosticSink sink;
    catalog_ = TextCatalog::Load(kShipped, "", &sink);
    frame_.catalog = catalog_.get();
    frame_.texts = &catalog_->Choose({"en"});
    frame_.desk = "IT & Co";
    frame_.token = "TOKEN";
  }

  FormView View(v1::SurveyKind kind) {
    FormView view;
    view.kind = kind;
    view.ticket_ref = "4711";
    view.form.opened = "1";
    return view;
  }

  std::unique_ptr<const TextCatalog> catalog_;
  PageFrame frame_;
};

TEST_F(PageTest, EachKindHasItsScale) {
  const struct {
    v1::SurveyKind kind;
    int lowest;
    int highest;
    const char* question;
  } kRows[] = {
      {v1::SURVEY_KIND_CSAT, 1, 5, "How satisfied"},
      {v1::SURVEY_KIND_NPS, 0, 10, "How likely"},
      {v1::SURVEY_KIND_CES, 1, 7, "made it easy"},
  };
  for (const auto& row : kRows) {
    const std::string html = FormPage(frame_, View(row.kind));
    EXPECT_EQ(Count(html, "type=\"radio\""), static_cast<size_t>(row.highest - row.lowest + 1));
    for (int rating = row.lowest; rating <= row.highest; ++rating) {
      EXPECT_THAT(html, HasSubstr(absl::StrCat("value=\"", rating, "\" required")));
    }
    EXPECT_THAT(html, HasSubstr(row.question));
    EXPECT_THAT(html, Not(HasSubstr(" checked")));
  }
}

TEST_F(PageTest, WhatOthersWroteIsEscapedEverywhere) {
  frame_.desk = kHostile;
  FormView view = View(v1::SURVEY_KIND_CSAT);
  view.ticket_ref = kHostile;
  view.form.comment = absl::StrCat("</textarea>", kHostile);
  view.form.opened = kHostile;
  view.form.rating = 4;
  for (const FormProblem problem :
       {FormProblem::kNone, FormProblem::kNoRating, FormProblem::kLongComment, FormProblem::kAway,
        FormProblem::kBusy}) {
    view.problem = problem;
    const std::string html = FormPage(frame_, view);
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_EQ(Count(html, "</textarea>"), 1u);
  }
  for (const std::string& html : {ThanksPage(frame_, v1::SURVEY_KIND_CSAT, 4, true),
                                  FinalPage(frame_, v1::SURVEY_KIND_CSAT, 4),
                                  MessagePage(frame_, TextId::kExpiredTitle, TextId::kExpired)}) {
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, HasSubstr("&lt;script&gt;"));
  }
}

TEST_F(PageTest, AFormThatIsShownAgainKeepsWhatWasTyped) {
  FormView view = View(v1::SURVEY_KIND_CSAT);
  view.form.rating = 2;
  view.form.comment = "\nIt took <ages>.";
  view.form.lost_minutes = 120;
  view.form.opened = "4711";
  view.problem = FormProblem::kAway;
  const std::string html = FormPage(frame_, view);
  EXPECT_THAT(html, HasSubstr("value=\"2\" required checked"));
  EXPECT_THAT(html, HasSubstr(">\n\nIt took &lt;ages&gt;.</textarea>"));
  EXPECT_THAT(html, HasSubstr("<option value=\"120\" selected>"));
  EXPECT_THAT(html, HasSubstr("name=\"opened\" value=\"4711\""));
  EXPECT_THAT(html, HasSubstr("role=\"alert\""));
  EXPECT_THAT(html, HasSubstr("<title>Your answer is not saved yet – IT &amp; Co</title>"));
}

TEST_F(PageTest, NothingButTheStyleSheetIsLoaded) {
  for (const std::string& html : {FormPage(frame_, View(v1::SURVEY_KIND_NPS)),
                                  ThanksPage(frame_, v1::SURVEY_KIND_NPS, 0, true)}) {
    EXPECT_THAT(html, Not(HasSubstr("http")));
    EXPECT_THAT(html, Not(HasSubstr(" src=")));
    EXPECT_THAT(html, Not(HasSubstr(" style=")));
    EXPECT_EQ(Count(html, "<link"), 1u);
  }
}

TEST_F(PageTest, LanguagesAreOfferedWhereThereIsSomethingToRead) {
  EXPECT_THAT(FormPage(frame_, View(v1::SURVEY_KIND_CSAT)),
              HasSubstr("<a href=\"TOKEN?lang=de\" lang=\"de\" hreflang=\"de\">Deutsch</a>"));
  frame_.token = "";
  EXPECT_THAT(MessagePage(frame_, TextId::kInvalidTitle, TextId::kInvalid), Not(HasSubstr("<nav")));
}

TEST_F(PageTest, ThanksOfferAChangeWhileThereIsOne) {
  EXPECT_THAT(ThanksPage(frame_, v1::SURVEY_KIND_CSAT, 4, true), HasSubstr("Change my answer"));
  EXPECT_THAT(ThanksPage(frame_, v1::SURVEY_KIND_CSAT, 4, false),
              Not(HasSubstr("Change my answer")));
}

}  // namespace
}  // namespace waypost::survey_page
