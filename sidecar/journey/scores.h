// SPDX-License-Identifier: Apache-2.0
// What ratings mean and how they are summed up. The same answers give another number under another
// formula, so every score names its formula and comes with the histogram.
//
// CSAT, 1 to 5: the share of 4 and 5 ("top 2 box"). NPS, 0 to 10: the share of 9 and 10 less that
// of 0 to 6 (F. Reichheld, "The One Number You Need to Grow", Harvard Business Review, December
// 2003). CES 2.0, 1 to 7, "made it easy": the share of 5 to 7 (CEB, "The Effortless Experience",
// 2013; there are others who take the mean).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "waypost/v1/enrichment.pb.h"

namespace waypost::journey {

// The ratings of a question.
struct Scale {
  int min = 0;
  int max = 0;

  [[nodiscard]] bool Has(int rating) const { return rating >= min && rating <= max; }
  [[nodiscard]] size_t size() const { return static_cast<size_t>(max - min + 1); }
};
// Of an unspecified kind: a scale that holds 0 alone.
[[nodiscard]] Scale ScaleOf(v1::SurveyKind kind);

// What the ratings of a kind are summed up by, in words.
[[nodiscard]] std::string_view FormulaOf(v1::SurveyKind kind);

// Positive: CSAT 4 and 5, NPS 9 and 10, CES 5 to 7. Negative: CSAT 1 and 2, NPS 0 to 6, CES 1 to 3.
enum class Sentiment { kNegative, kNeutral, kPositive };
[[nodiscard]] Sentiment SentimentOf(v1::SurveyKind kind, int rating);
[[nodiscard]] std::string_view SentimentName(Sentiment sentiment);

// The rating as an emotion, -2 to 2: its place on the scale, rounded towards 0, but never of
// another sign than its sentiment.
[[nodiscard]] int EmotionOf(v1::SurveyKind kind, int rating);

// No score is shown for fewer answers.
inline constexpr int64_t kMinAnswers = 10;

struct Score {
  double score = 0;  // CSAT and CES: 0 to 100; NPS: -100 to 100
  double low = 0;    // the 95 % interval
  double high = 0;
};
// The score of a histogram: as many counts as the scale has ratings, lowest first. Nothing under
// kMinAnswers.
//
// The interval is Wilson's (E. B. Wilson, "Probable Inference, the Law of Succession, and
// Statistical Inference", JASA 22, 1927), which stays within the scale and holds for few answers.
// For NPS it is that of the mean of 1 (positive), 1/2 and 0, stretched to the scale: a mean of such
// values varies less than a share, so there it errs to the wide side.
[[nodiscard]] std::optional<Score> ScoreOf(v1::SurveyKind kind,
                                           absl::Span<const int64_t> histogram);

// Wilson's interval for a share at 95 %, 0 to 1. 0 <= successes <= n, n > 0.
struct Interval {
  double low = 0;
  double high = 1;
};
[[nodiscard]] Interval WilsonInterval(double successes, double n);

}  // namespace waypost::journey
