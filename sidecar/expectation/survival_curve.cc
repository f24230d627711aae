// SPDX-License-Identifier: Apache-2.0
#include "sidecar/expectation/survival_curve.h"

#include <algorithm>

namespace waypost::expectation {
namespace {

// Shares are products of many factors; 0.8 must be found where arithmetic gives 0.7999999.
constexpr double kRounding = 1e-9;

}  // namespace

SurvivalCurve::SurvivalCurve(absl::Span<const Observation> observations) {
  std::vector<PackedObservation> packed(observations.size());
  std::transform(observations.begin(), observations.end(), packed.begin(), Pack);
  std::sort(packed.begin(), packed.end());
  *this = OfSorted(packed);
}

SurvivalCurve SurvivalCurve::OfSorted(absl::Span<const PackedObservation> observations) {
  SurvivalCurve curve;
  curve.values_.reserve(observations.size());
  curve.shares_.reserve(observations.size());
  double survivors = 1;
  for (size_t i = 0; i < observations.size();) {
    const uint32_t value = observations[i] >> 1;
    const size_t watched = observations.size() - i;
    size_t finished = 0;
    for (; i < observations.size() && observations[i] >> 1 == value; ++i) {
      finished += IsFinished(observations[i]) ? 1 : 0;
    }
    if (finished == 0) continue;
    survivors *= 1 - static_cast<double>(finished) / static_cast<double>(watched);
    curve.values_.push_back(static_cast<int32_t>(value));
    curve.shares_.push_back(1 - survivors);
  }
  return curve;
}

bool SurvivalCurve::Reaches(double level) const {
  return !shares_.empty() && shares_.back() >= level - kRounding;
}

int32_t SurvivalCurve::Quantile(double level) const {
  if (values_.empty()) return 0;
  const auto found = std::lower_bound(shares_.begin(), shares_.end(), level - kRounding);
  if (found == shares_.end()) return values_.back();
  return values_[static_cast<size_t>(found - shares_.begin())];
}

double SurvivalCurve::ShareUpTo(int32_t value) const {
  const auto above = std::upper_bound(values_.begin(), values_.end(), value);
  return above == values_.begin() ? 0 : shares_[static_cast<size_t>(above - values_.begin()) - 1];
}

}  // namespace waypost::expectation
