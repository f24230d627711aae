// SPDX-License-Identifier: Apache-2.0
#include "connectors/survey_page/page.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "sidecar/journey/scores.h"
#include "sidecar/text/markup.h"

namespace waypost::survey_page {
namespace {

constexpr const char* kCheckMark =
    R"(<svg viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" )"
    R"(stroke-linejoin="round" aria-hidden="true"><circle cx="24" cy="24" r="21"/><path d="M15 25l6.5 6.5L34 18"/></svg>)";

struct Question {
  TextId question;
  TextId lowest;
  TextId highest;
};

Question QuestionOf(v1::SurveyKind kind) {
  switch (kind) {
    case v1::SURVEY_KIND_NPS:
      return {TextId::kNpsQuestion, TextId::kNpsLowest, TextId::kNpsHighest};
    case v1::SURVEY_KIND_CES:
      return {TextId::kCesQuestion, TextId::kCesLowest, TextId::kCesHighest};
    default:
      return {TextId::kCsatQuestion, TextId::kCsatLowest, TextId::kCsatHighest};
  }
}

struct LostTimeChoice {
  int minutes;
  TextId text;
};
constexpr std::array<LostTimeChoice, 9> kLostTimes = {{
    {0, TextId::kLostTime0},
    {15, TextId::kLostTime15},
    {30, TextId::kLostTime30},
    {60, TextId::kLostTime60},
    {120, TextId::kLostTime120},
    {240, TextId::kLostTime240},
    {480, TextId::kLostTime480},
    {960, TextId::kLostTime960},
    {2400, TextId::kLostTime2400},
}};

TextValues RatingValues(v1::SurveyKind kind, int rating) {
  const journey::Scale scale = journey::ScaleOf(kind);
  TextValues values;
  values.rating = absl::StrCat(rating);
  values.lowest = absl::StrCat(scale.min);
  values.highest = absl::StrCat(scale.max);
  return values;
}

// Writes a page part by part.
class PageWriter {
 public:
  explicit PageWriter(const PageFrame& frame) : frame_(frame) {}

  // A text of the page's language, escaped.
  [[nodiscard]] std::string Text(TextId id, const TextValues& values = {}) const {
    return EscapeMarkup(frame_.texts->Get(id, values));
  }

  template <typename... Parts>
  void Add(const Parts&... parts) {
    absl::StrAppend(&html_, parts...);
  }

  void Begin(const std::string& title) {
    const std::string desk = EscapeMarkup(frame_.desk);
    Add("<!DOCTYPE html>\n<html lang=\"", EscapeMarkup(frame_.texts->language()),
        "\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"robots\" content=\"noindex, nofollow\">\n<title>",
        title, desk.empty() ? "" : " – ", desk,
        "</title>\n<link rel=\"stylesheet\" href=\"style.css\">\n</head>\n<body>\n");
    if (!desk.empty()) Add("<header class=\"desk\">", desk, "</header>\n");
    Add("<main>\n");
  }

  std::string End() {
    Add("</main>\n");
    if (!frame_.token.empty()) AddLanguages();
    Add("</body>\n</html>\n");
    return std::move(html_);
  }

 private:
  void AddLanguages() {
    std::string links;
    for (const PageTexts* texts : frame_.catalog->All()) {
      if (texts == frame_.texts) continue;
      const std::string tag = EscapeMarkup(texts->language());
      absl::StrAppend(&links, "<li><a href=\"", frame_.token, "?lang=", tag, "\" lang=\"", tag,
                      "\" hreflang=\"", tag, "\">", EscapeMarkup(texts->Get(TextId::kName)),
                      "</a></li>");
    }
    if (links.empty()) return;
    Add("<footer><nav aria-label=\"", Text(TextId::kLanguages), "\"><ul>", links,
        "</ul></nav></footer>\n");
  }

  const PageFrame& frame_;
  std::string html_;
};

struct Problem {
  TextId title;
  TextId text;
  const char* field;  // where to go; empty: nowhere
};

Problem ProblemOf(FormProblem problem) {
  switch (problem) {
    case FormProblem::kNoRating:
      return {TextId::kProblemTitle, TextId::kNoRating, "#rating"};
    case FormProblem::kLongComment:
      return {TextId::kProblemTitle, TextId::kLongComment, "#comment"};
    case FormProblem::kBusy:
      return {TextId::kBusyTitle, TextId::kBusy, ""};
    default:
      return {TextId::kAwayTitle, TextId::kAway, ""};
  }
}

void AddTop(const FormView& view, PageWriter* page) {
  page->Add("<div class=\"heading\"><h1>", page->Text(TextId::kTitle), "</h1>");
  if (!view.ticket_ref.empty()) {
    TextValues values;
    values.ticket = view.ticket_ref;
    page->Add("<p class=\"about\">", page->Text(TextId::kAbout, values), "</p>");
  }
  page->Add("</div>\n");
  if (view.problem != FormProblem::kNone) {
    const Problem problem = ProblemOf(view.problem);
    const std::string text = page->Text(problem.text);
    page->Add("<div class=\"problem\" role=\"alert\"><h2>", page->Text(problem.title), "</h2><p>");
    if (*problem.field != '\0') {
      page->Add("<a href=\"", problem.field, "\">", text, "</a></p></div>\n");
    } else {
      page->Add(text, "</p></div>\n");
    }
    return;
  }
  if (view.answered.has_value()) {
    page->Add("<p class=\"told\">",
              page->Text(TextId::kAnswered, RatingValues(view.kind, *view.answered)), "</p>\n");
  } else if (view.preselected && view.form.rating.has_value()) {
    page->Add("<p class=\"told\">",
              page->Text(TextId::kPreselected, RatingValues(view.kind, *view.form.rating)),
              "</p>\n");
  }
}

void AddScale(const FormView& view, PageWriter* page) {
  const Question question = QuestionOf(view.kind);
  const journey::Scale scale = journey::ScaleOf(view.kind);
  page->Add("<fieldset aria-describedby=\"ends\"",
            view.problem == FormProblem::kNoRating ? " class=\"wrong\"" : "", "><legend>",
            page->Text(question.question), "</legend>\n<div class=\"scale scale-", scale.size(),
            "\">");
  for (int rating = scale.min; rating <= scale.max; ++rating) {
    page->Add("<label class=\"tile\"><input type=\"radio\" name=\"rating\" value=\"", rating,
              "\" required", rating == scale.min ? " id=\"rating\"" : "",
              view.form.rating == rating ? " checked" : "", "><span>", rating, "</span></label>");
  }
  page->Add("</div>\n<div class=\"ends\" id=\"ends\"><span>", scale.min, " – ",
            page->Text(question.lowest), "</span> <span>", scale.max, " – ",
            page->Text(question.highest), "</span></div></fieldset>\n");
}

void AddComment(const FormView& view, PageWriter* page) {
  const bool is_wrong = view.problem == FormProblem::kLongComment;
  // A line end behind the start tag is no part of the text, so that one typed first stays.
  page->Add(
      "<div class=\"field", is_wrong ? " wrong" : "", "\"><label class=\"label\" for=\"comment\">",
      page->Text(TextId::kComment), " <span class=\"optional\">(", page->Text(TextId::kOptional),
      ")</span></label><p class=\"hint\" id=\"comment-hint\">", page->Text(TextId::kCommentHint),
      "</p><textarea id=\"comment\" name=\"comment\" rows=\"4\" maxlength=\"", kMaxComment,
      "\" aria-describedby=\"comment-hint\"", is_wrong ? " aria-invalid=\"true\"" : "", ">\n",
      EscapeMarkup(view.form.comment), "</textarea></div>\n");
}

void AddLostTime(const FormView& view, PageWriter* page) {
  page->Add("<div class=\"field\"><label class=\"label\" for=\"lost_time\">",
            page->Text(TextId::kLostTime), " <span class=\"optional\">(",
            page->Text(TextId::kOptional),
            ")</span></label><select id=\"lost_time\" name=\"lost_time\"><option value=\"\">",
            page->Text(TextId::kLostTimeUntold), "</option>");
  for (const LostTimeChoice& choice : kLostTimes) {
    page->Add("<option value=\"", choice.minutes, "\"",
              view.form.lost_minutes == choice.minutes ? " selected" : "", ">",
              page->Text(choice.text), "</option>");
  }
  page->Add("</select></div>\n");
}

}  // namespace

std::string FormPage(const PageFrame& frame, const FormView& view) {
  PageWriter page(frame);
  page.Begin(page.Text(view.problem == FormProblem::kNone ? TextId::kTitle
                                                          : ProblemOf(view.problem).title));
  page.Add("<form method=\"post\" action=\"", frame.token, "\" accept-charset=\"utf-8\">\n");
  AddTop(view, &page);
  AddScale(view, &page);
  AddComment(view, &page);
  AddLostTime(view, &page);
  page.Add("<input type=\"hidden\" name=\"opened\" value=\"", EscapeMarkup(view.form.opened),
           "\"><input type=\"hidden\" name=\"lang\" value=\"",
           EscapeMarkup(frame.texts->language()), "\">\n<button type=\"submit\">",
           page.Text(view.answered.has_value() ? TextId::kSendChange : TextId::kSend),
           "</button>\n");
  if (!view.answered.has_value()) {
    page.Add("<p class=\"note\">", page.Text(TextId::kLater), "</p>\n");
  }
  page.Add("</form>\n");
  return page.End();
}

std::string ThanksPage(const PageFrame& frame, v1::SurveyKind kind, int rating,
                       bool can_be_changed) {
  PageWriter page(frame);
  const std::string title = page.Text(TextId::kThanksTitle);
  page.Begin(title);
  page.Add("<div class=\"done\">", kCheckMark, "<h1>", title, "</h1><p>",
           page.Text(TextId::kThanks, RatingValues(kind, rating)), "</p>");
  if (can_be_changed) {
    page.Add("<p class=\"note\">", page.Text(TextId::kLater), "</p><a class=\"button\" href=\"",
             frame.token, "?lang=", EscapeMarkup(frame.texts->language()), "\">",
             page.Text(TextId::kThanksChange), "</a>");
  }
  page.Add("</div>\n");
  return page.End();
}

std::string FinalPage(const PageFrame& frame, v1::SurveyKind kind, int rating) {
  PageWriter page(frame);
  const std::string title = page.Text(TextId::kFinalTitle);
  page.Begin(title);
  page.Add("<div class=\"done\">", kCheckMark, "<h1>", title, "</h1><p>",
           page.Text(TextId::kFinal, RatingValues(kind, rating)), "</p></div>\n");
  return page.End();
}

std::string MessagePage(const PageFrame& frame, TextId title, TextId text) {
  PageWriter page(frame);
  page.Begin(page.Text(title));
  page.Add("<div class=\"done\"><h1>", page.Text(title), "</h1><p>", page.Text(text),
           "</p></div>\n");
  return page.End();
}

}  // namespace waypost::survey_page
