// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "connectors/engine/survey_config.h"
#include "connectors/survey_page/page.h"
#include "connectors/survey_page/page_texts.h"
#include "connectors/survey_page/survey_desk.h"
#include "connectors/survey_page/visitor.h"
#include "sidecar/base/clock.h"

namespace waypost::survey_page {

// What of an HTTP request matters; headers are empty where they are missing. Not for logs.
struct PageRequest {
  std::string token;   // the end of the path
  std::string remote;  // the address that connected
  std::string forwarded_for;
  std::string accept_language;
  std::string content_type;
  std::string host;
  std::string origin;
  std::string fetch_site;
  std::string rating;    // of the query
  std::string language;  // of the query
};

struct PageAnswer {
  int status = 200;
  std::string html;
  absl::Duration retry_after;  // zero: none
};

// What the page does, without HTTP: page_server.h tells which status means what. Thread-safe.
class SurveyPage {
 public:
  // A survey's link may be opened this often a minute, by whomever.
  static constexpr int64_t kRequestsOfTokenPerMinute = 30;

  // All outlive it. `url` is where people reach it, as links say.
  SurveyPage(const connectors::SurveyPageConfig& config, const std::string& url,
             const TextCatalog& texts, SurveyDesk* desk, const Clock& clock);

  // GET: the form, or why there is none. Records nothing.
  [[nodiscard]] PageAnswer Show(const PageRequest& request);

  // POST: records the answer that the body holds.
  [[nodiscard]] PageAnswer Answer(const PageRequest& request, std::string_view body);

  // What cannot be answered at all: a page for the status.
  [[nodiscard]] PageAnswer Refuse(const PageRequest& request, int status) const;

 private:
  // A request whose token is ours.
  struct Visit {
    connectors::SurveyToken token;
    PageFrame frame;
    absl::Duration wait;  // zero: it may be answered now
  };

  // The visit, or the answer to a request that is none.
  std::optional<Visit> Begin(const PageRequest& request, const std::string& language,
                             PageAnswer* refusal);
  [[nodiscard]] PageFrame FrameOf(const PageRequest& request,
                                  const std::vector<std::string>& languages) const;
  [[nodiscard]] bool IsForeign(const PageRequest& request) const;
  [[nodiscard]] PageAnswer ShowAgain(const Visit& visit, AnswerForm form,
                                     FormProblem problem) const;
  [[nodiscard]] PageAnswer Take(const Visit& visit, AnswerForm form);
  void WarnOfProxy(const PageRequest& request);

  const connectors::SurveyPageConfig& config_;
  const std::string origin_;
  const TextCatalog& texts_;
  SurveyDesk& desk_;
  const Clock& clock_;
  VisitorLimits of_address_;
  VisitorLimits of_token_;
  std::atomic<bool> warned_of_proxy_ = false;
};

}  // namespace waypost::survey_page
