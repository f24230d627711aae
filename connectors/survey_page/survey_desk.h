// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "connectors/engine/survey_token.h"
#include "connectors/survey_page/answer_form.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::survey_page {

// What became of an answer.
enum class AnswerOutcome {
  kRecorded,  // it is on disk, also when it was before
  kExpired,   // the survey has ended
  kFinal,     // it was answered before, and that can no longer be changed
  kUnknown,   // nobody was asked
  kNoRating,  // the rating is not on the scale
  kRefused,   // it is not what an answer may be
  kAway,      // it could not be recorded now; the same answer may come again
};
struct TakenAnswer {
  AnswerOutcome outcome = AnswerOutcome::kAway;
  v1::SurveyAnswer answer;  // kRecorded: the one that counts
};

// Where surveys are kept. Thread-safe.
class SurveyDesk {
 public:
  virtual ~SurveyDesk() = default;

  // The answer that counts so far, if there is one and the desk can be asked.
  [[nodiscard]] virtual std::optional<v1::SurveyAnswer> Find(
      const connectors::SurveyToken& token) = 0;

  // Records an answer, once per FeedbackId.
  [[nodiscard]] virtual TakenAnswer Record(const connectors::SurveyToken& token,
                                           const AnswerForm& form) = 0;
};

// The surveys of the sidecar at "HOST:PORT" or "unix:PATH". Waits at most 5 s for it.
[[nodiscard]] std::unique_ptr<SurveyDesk> MakeSidecarDesk(const std::string& target);

}  // namespace waypost::survey_page
