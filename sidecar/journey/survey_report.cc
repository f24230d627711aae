// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/survey_report.h"

#include <algorithm>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sidecar/journey/micros.h"
#include "sidecar/journey/scores.h"
#include "sidecar/text/absl_view.h"

namespace waypost::journey {
namespace {

// Newest first; of the same time by id, so that the order is the same every time.
bool ComesBefore(const v1::JourneySurvey& a, const v1::JourneySurvey& b) {
  const int64_t at_a = MicrosOf(a.survey().decided_at());
  const int64_t at_b = MicrosOf(b.survey().decided_at());
  return at_a != at_b ? at_a > at_b : a.survey().id() < b.survey().id();
}

std::string TokenAfter(const v1::JourneySurvey& row) {
  return absl::StrCat(MicrosOf(row.survey().decided_at()), " ", row.survey().id());
}

std::optional<v1::JourneySurvey> ReadToken(std::string_view token) {
  const size_t space = token.find(' ');
  int64_t decided = 0;
  if (space == std::string_view::npos ||
      !absl::SimpleAtoi(AbslView(token.substr(0, space)), &decided) || decided < 0) {
    return std::nullopt;
  }
  v1::JourneySurvey last;
  SetTime(decided, last.mutable_survey()->mutable_decided_at());
  last.mutable_survey()->mutable_id()->assign(token.substr(space + 1));
  return last;
}

}  // namespace

SurveyReport::SurveyReport(const v1::ListSurveyDecisionsRequest* request)
    : request_(*request), last_(ReadToken(request->page_token())) {}

bool SurveyReport::IsToken(std::string_view text) { return ReadToken(text).has_value(); }

bool SurveyReport::Matches(const v1::SurveyDecision& survey) const {
  const int64_t at = MicrosOf(survey.decided_at());
  return (request_.with_shadow() || !survey.shadow()) &&
         (request_.outcome() == v1::SURVEY_OUTCOME_UNSPECIFIED ||
          request_.outcome() == survey.outcome()) &&
         (request_.reason_code().empty() || request_.reason_code() == survey.reason_code()) &&
         (request_.rule_id().empty() || request_.rule_id() == survey.rule_id()) &&
         (!request_.has_start_at() || at >= MicrosOf(request_.start_at())) &&
         (!request_.has_end_at() || at < MicrosOf(request_.end_at()));
}

void SurveyReport::Add(const internal::v1::JourneyState& journey) {
  if (!request_.person_id().empty() && request_.person_id() != journey.person_id()) return;
  for (const v1::SurveyDecision& survey : journey.surveys()) {
    if (!Matches(survey)) continue;
    Count(survey);
    AddRow(journey, survey);
  }
}

void SurveyReport::AddRow(const internal::v1::JourneyState& journey,
                          const v1::SurveyDecision& survey) {
  v1::JourneySurvey row;
  row.set_journey_id(journey.id());
  row.set_person_id(journey.person_id());
  *row.mutable_survey() = survey;
  if (last_.has_value() && !ComesBefore(*last_, row)) return;
  ++after_last_;
  if (static_cast<int>(rows_.size()) >= request_.page_size()) {
    if (!ComesBefore(row, rows_.front())) return;
    std::pop_heap(rows_.begin(), rows_.end(), ComesBefore);
    rows_.pop_back();
  }
  rows_.push_back(std::move(row));
  std::push_heap(rows_.begin(), rows_.end(), ComesBefore);
}

void SurveyReport::Count(const v1::SurveyDecision& survey) {
  ++counts_[{survey.outcome(), survey.reason_code()}];
  if (!survey.has_expires_at()) return;
  Tally& tally = tallies_[survey.kind()];
  ++tally.sent;
  if (!survey.has_answer()) return;
  const Scale scale = ScaleOf(survey.kind());
  tally.histogram.resize(scale.size());
  if (!scale.Has(survey.answer().rating())) return;
  ++tally.answers;
  ++tally.histogram[static_cast<size_t>(survey.answer().rating() - scale.min)];
  if (survey.answer().has_lost_time()) {
    tally.lost_times.push_back(MicrosOf(survey.answer().lost_time()));
  }
}

void SurveyReport::WriteCounts(v1::ListSurveyDecisionsResponse* response) const {
  for (const auto& [what, number] : counts_) {
    v1::SurveyCount* count = response->add_counts();
    count->set_outcome(what.first);
    count->set_reason_code(what.second);
    count->set_count(number);
  }
  std::stable_sort(
      response->mutable_counts()->begin(), response->mutable_counts()->end(),
      [](const v1::SurveyCount& a, const v1::SurveyCount& b) { return a.count() > b.count(); });
}

void SurveyReport::WriteScore(v1::SurveyKind kind, Tally* tally,
                              v1::ListSurveyDecisionsResponse* response) {
  v1::SurveyScore* written = response->add_scores();
  const Scale scale = ScaleOf(kind);
  tally->histogram.resize(scale.size());
  written->set_kind(kind);
  written->set_formula(std::string(FormulaOf(kind)));
  written->set_sent(tally->sent);
  written->set_answers(tally->answers);
  written->set_scale_min(scale.min);
  written->mutable_histogram()->Add(tally->histogram.begin(), tally->histogram.end());
  if (const std::optional<Score> score = ScoreOf(kind, tally->histogram)) {
    written->set_score(score->score);
    written->set_low(score->low);
    written->set_high(score->high);
  }
  if (tally->lost_times.empty()) return;
  const auto middle =
      tally->lost_times.begin() + static_cast<std::ptrdiff_t>(tally->lost_times.size() / 2);
  std::nth_element(tally->lost_times.begin(), middle, tally->lost_times.end());
  SetDuration(*middle, written->mutable_median_lost_time());
}

v1::ListSurveyDecisionsResponse SurveyReport::Take() {
  v1::ListSurveyDecisionsResponse response;
  std::sort_heap(rows_.begin(), rows_.end(), ComesBefore);
  if (after_last_ > rows_.size()) response.set_next_page_token(TokenAfter(rows_.back()));
  for (v1::JourneySurvey& row : rows_) *response.add_surveys() = std::move(row);
  WriteCounts(&response);
  for (auto& [kind, tally] : tallies_) WriteScore(kind, &tally, &response);
  rows_.clear();
  after_last_ = 0;
  counts_.clear();
  tallies_.clear();
  return response;
}

}  // namespace waypost::journey
