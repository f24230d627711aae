// SPDX-License-Identifier: Apache-2.0
// The pages as HTML. They need no scripts, load nothing but a style sheet, and everything in them
// that somebody else wrote is escaped.
#pragma once

#include <optional>
#include <string>

#include "connectors/survey_page/answer_form.h"
#include "connectors/survey_page/page_texts.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::survey_page {

// What is the same on all pages of an answer to one request.
struct PageFrame {
  const TextCatalog* catalog = nullptr;
  const PageTexts* texts = nullptr;  // of the language
  std::string desk;                  // whose page it is; may be empty
  std::string token;                 // as in the address; empty: there is no form to go to
};

// What is wrong with an answer, so that the form is shown again.
enum class FormProblem {
  kNone,
  kNoRating,
  kLongComment,
  kAway,  // it could not be recorded now
  kBusy,  // too many requests
};

// The form.
struct FormView {
  v1::SurveyKind kind = v1::SURVEY_KIND_UNSPECIFIED;
  std::string ticket_ref;
  AnswerForm form;              // what is filled in
  bool preselected = false;     // the rating comes from the link
  std::optional<int> answered;  // the rating that counts so far
  FormProblem problem = FormProblem::kNone;
};

[[nodiscard]] std::string FormPage(const PageFrame& frame, const FormView& view);

// After an answer was recorded.
[[nodiscard]] std::string ThanksPage(const PageFrame& frame, v1::SurveyKind kind, int rating,
                                     bool can_be_changed);

// When the answer can no longer be changed.
[[nodiscard]] std::string FinalPage(const PageFrame& frame, v1::SurveyKind kind, int rating);

// A title and a sentence.
[[nodiscard]] std::string MessagePage(const PageFrame& frame, TextId title, TextId text);

}  // namespace waypost::survey_page
