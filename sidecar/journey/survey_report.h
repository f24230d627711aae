// SPDX-License-Identifier: Apache-2.0
// Who was asked how it went, who was not and why, and what people answered.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/enrichment.pb.h"
#include "waypost/v1/insight_service.pb.h"

namespace waypost::journey {

// Collects the answer to one request from any number of journeys. Memory: the rows of the page and
// the lost times that people said. Not thread-safe.
class SurveyReport {
 public:
  // The request outlives the report; its page_size is set, its page_token empty or IsToken().
  explicit SurveyReport(const v1::ListSurveyDecisionsRequest* request);

  // Whether the text may be the next_page_token of an answer.
  [[nodiscard]] static bool IsToken(std::string_view text);

  // Adds the surveys of the journey that match.
  void Add(const internal::v1::JourneyState& journey);

  // The answer; the report is empty then.
  [[nodiscard]] v1::ListSurveyDecisionsResponse Take();

 private:
  struct Tally {
    int64_t sent = 0;
    int64_t answers = 0;
    std::vector<int64_t> histogram;
    std::vector<int64_t> lost_times;  // microseconds
  };

  [[nodiscard]] bool Matches(const v1::SurveyDecision& survey) const;
  void AddRow(const internal::v1::JourneyState& journey, const v1::SurveyDecision& survey);
  void Count(const v1::SurveyDecision& survey);
  void WriteCounts(v1::ListSurveyDecisionsResponse* response) const;
  void WriteScore(v1::SurveyKind kind, Tally* tally, v1::ListSurveyDecisionsResponse* response);

  const v1::ListSurveyDecisionsRequest& request_;
  std::optional<v1::JourneySurvey> last_;  // of the page before, with time and id alone
  size_t after_last_ = 0;                  // rows that match and come after it
  // By time of the decision, then id: a heap with the oldest on top, at most a page.
  std::vector<v1::JourneySurvey> rows_;
  std::map<std::pair<v1::SurveyOutcome, std::string>, int64_t> counts_;
  std::map<v1::SurveyKind, Tally> tallies_;
};

}  // namespace waypost::journey
