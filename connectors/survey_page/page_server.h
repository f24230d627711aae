// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "connectors/engine/survey_config.h"
#include "connectors/survey_page/page_assets.h"
#include "connectors/survey_page/survey_desk.h"
#include "sidecar/base/clock.h"

namespace waypost::survey_page {

// Serves the page of a survey: GET and HEAD /survey/TOKEN show it and record nothing, whatever
// follows "?" (`rating` chooses one, `lang` a language); POST records an answer. Answers
//   200 with the form, or with thanks when an answer is on disk,
//   400 with the form when the rating is missing or the comment too long; 400, 413 and 415 for what
//       the form does not send, 405 for other methods,
//   403 when another site sends the form,
//   404 when the token is not ours, or nobody was asked,
//   409 when the answer can no longer be changed; 410 when the survey has ended,
//   429 with Retry-After beyond the rate of an address or a token,
//   503 with Retry-After when the answer cannot be recorded now.
// With 400, 429 and 503 the form keeps what was typed. Tokens and what people type are not logged.
class PageServer {
 public:
  // Listens and answers. UNAVAILABLE: the address is in use. All others outlive it.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<PageServer>> Start(
      const connectors::SurveyPageConfig& config, const std::string& url, const PageAssets& assets,
      SurveyDesk* desk, const Clock& clock);

  // Takes no more connections and waits for the requests under way; clients that are slow get 1 s.
  virtual ~PageServer() = default;

  // "http://127.0.0.1:40124", with the port really bound.
  [[nodiscard]] virtual const std::string& address() const = 0;
};

}  // namespace waypost::survey_page
