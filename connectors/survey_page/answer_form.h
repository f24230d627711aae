// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/engine/survey_token.h"

namespace waypost::survey_page {

// What fits into a comment, in characters.
inline constexpr size_t kMaxComment = 2000;

// An answer as the page's form sends it. What people typed is personal data: never logged.
struct AnswerForm {
  std::optional<int> rating;        // nothing was chosen; whether it is on the scale is not checked
  std::string comment;              // UTF-8; lines end with "\n"
  std::optional<int> lost_minutes;  // nothing: not said
  std::string opened;               // which copy of the page it comes from: digits, or empty
  std::string language;             // of that copy, or empty

  [[nodiscard]] bool CommentIsTooLong() const;
};

// Reads application/x-www-form-urlencoded. Fields of others are ignored; nothing when it is no
// answer of the page: codes that are none, no UTF-8, a field twice, numbers that are none.
[[nodiscard]] std::optional<AnswerForm> ParseAnswerForm(std::string_view body);

// The id under which the answer is recorded: the same for all that one copy of the page sends with
// the same content, so that a double click is one answer.
[[nodiscard]] std::string FeedbackId(const connectors::SurveyToken& token, const AnswerForm& form);

}  // namespace waypost::survey_page
