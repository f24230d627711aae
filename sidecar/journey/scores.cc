// SPDX-License-Identifier: Apache-2.0
#include "sidecar/journey/scores.h"

#include <algorithm>
#include <cmath>

namespace waypost::journey {
namespace {

// The ratings from which on one is positive, and up to which it is negative.
struct Bounds {
  int positive_from = 0;
  int negative_to = 0;
};

Bounds BoundsOf(v1::SurveyKind kind) {
  switch (kind) {
    case v1::SURVEY_KIND_CSAT:
      return {4, 2};
    case v1::SURVEY_KIND_NPS:
      return {9, 6};
    case v1::SURVEY_KIND_CES:
      return {5, 3};
    default:
      return {1, -1};
  }
}

}  // namespace

Scale ScaleOf(v1::SurveyKind kind) {
  switch (kind) {
    case v1::SURVEY_KIND_CSAT:
      return {1, 5};
    case v1::SURVEY_KIND_NPS:
      return {0, 10};
    case v1::SURVEY_KIND_CES:
      return {1, 7};
    default:
      return {0, 0};
  }
}

std::string_view FormulaOf(v1::SurveyKind kind) {
  switch (kind) {
    case v1::SURVEY_KIND_CSAT:
      return "csat: share of 4 and 5 on 1 to 5";
    case v1::SURVEY_KIND_NPS:
      return "nps: share of 9 and 10 less share of 0 to 6 on 0 to 10";
    case v1::SURVEY_KIND_CES:
      return "ces: share of 5 to 7 on 1 to 7";
    default:
      return "";
  }
}

Sentiment SentimentOf(v1::SurveyKind kind, int rating) {
  const Bounds bounds = BoundsOf(kind);
  if (rating >= bounds.positive_from) return Sentiment::kPositive;
  return rating <= bounds.negative_to ? Sentiment::kNegative : Sentiment::kNeutral;
}

std::string_view SentimentName(Sentiment sentiment) {
  switch (sentiment) {
    case Sentiment::kNegative:
      return "negative";
    case Sentiment::kNeutral:
      return "neutral";
    case Sentiment::kPositive:
      return "positive";
  }
  return "";
}

int EmotionOf(v1::SurveyKind kind, int rating) {
  const Scale scale = ScaleOf(kind);
  const double middle = (scale.min + scale.max) / 2.0;
  const double half = std::max(1.0, (scale.max - scale.min) / 2.0);
  const int place = static_cast<int>(2 * (rating - middle) / half);
  switch (SentimentOf(kind, rating)) {
    case Sentiment::kNegative:
      return std::clamp(place, -2, -1);
    case Sentiment::kNeutral:
      return 0;
    case Sentiment::kPositive:
      return std::clamp(place, 1, 2);
  }
  return 0;
}

std::optional<Score> ScoreOf(v1::SurveyKind kind, absl::Span<const int64_t> histogram) {
  const Scale scale = ScaleOf(kind);
  double answers = 0;
  double positive = 0;
  double negative = 0;
  for (size_t place = 0; place < histogram.size(); ++place) {
    const auto count = static_cast<double>(histogram[place]);
    const Sentiment sentiment = SentimentOf(kind, scale.min + static_cast<int>(place));
    answers += count;
    if (sentiment == Sentiment::kPositive) positive += count;
    if (sentiment == Sentiment::kNegative) negative += count;
  }
  if (answers < kMinAnswers) return std::nullopt;
  if (kind == v1::SURVEY_KIND_NPS) {
    const Interval interval = WilsonInterval((answers + positive - negative) / 2, answers);
    return Score{100 * (positive - negative) / answers, 200 * interval.low - 100,
                 200 * interval.high - 100};
  }
  const Interval interval = WilsonInterval(positive, answers);
  return Score{100 * positive / answers, 100 * interval.low, 100 * interval.high};
}

Interval WilsonInterval(double successes, double n) {
  constexpr double kZ = 1.959963984540054;  // the normal distribution's 97.5 % point
  const double share = successes / n;
  const double z2 = kZ * kZ / n;
  const double centre = (share + z2 / 2) / (1 + z2);
  const double half = kZ / (1 + z2) * std::sqrt(share * (1 - share) / n + z2 / (4 * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

}  // namespace waypost::journey
