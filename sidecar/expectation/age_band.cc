// SPDX-License-Identifier: Apache-2.0
#include "sidecar/expectation/age_band.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace waypost::expectation {
namespace {

// Quantiles kept of a window's distribution: enough to tell a score to some hundredths.
constexpr size_t kQuantiles = 32;
// Scores and ratios as integers, for SurvivalCurve.
constexpr int32_t kWhole = 1'000'000;

std::vector<int32_t> Quantiles(const SurvivalCurve& curve) {
  std::vector<int32_t> quantiles;
  quantiles.reserve(kQuantiles);
  for (size_t i = 1; i <= kQuantiles; ++i) {
    quantiles.push_back(curve.Quantile(static_cast<double>(i) / kQuantiles));
  }
  return quantiles;
}

// The share of the distribution below `seconds`, between two quantiles by their distance. Below,
// not up to: where many tickets take the same time, quoting any part of them quotes them all.
float Score(const std::vector<int32_t>& quantiles, int32_t seconds) {
  const auto above = std::lower_bound(quantiles.begin(), quantiles.end(), seconds);
  const size_t below = static_cast<size_t>(above - quantiles.begin());
  if (below == 0) return 0;
  if (above == quantiles.end()) return 1;
  const double from = *(above - 1);
  // On a quantile, where the share jumps, it lies somewhere within the step.
  const double part = *above == seconds ? 0.5 : (seconds - from) / (*above - from);
  return static_cast<float>((static_cast<double>(below) + part) / kQuantiles);
}

// How much of the window is used up; windows of no length count as a second.
Observation Ratio(const Observation& taken, int32_t window) {
  constexpr double kMost = std::numeric_limits<int32_t>::max();
  const double ratio =
      window == 0 && taken.value == 0 ? 0 : taken.value / std::max(1.0, double{1} * window);
  return {.value = static_cast<int32_t>(std::min(kMost, std::ceil(ratio * kWhole))),
          .finished = taken.finished};
}

// The quantile to quote so that this share is kept.
double Level(const SurvivalCurve& scores, double share) {
  if (!scores.Reaches(share)) return AgeBand::kHighest;
  return std::clamp(scores.Quantile(share) / double{kWhole}, AgeBand::kLowest, AgeBand::kHighest);
}

bool IsShare(double value) { return value >= 0 && value <= 1; }

}  // namespace

std::optional<Coverage> AgeBand::coverage() const {
  if (resolved_ < kMinimum) return std::nullopt;
  return coverage_;
}

int32_t AgeBand::median_width() const {
  if (windows_.empty()) return 0;
  std::vector<int32_t> widths;
  widths.reserve(windows_.size());
  for (const Window& window : windows_) widths.push_back(window.p80);
  const auto middle = widths.begin() + static_cast<ptrdiff_t>(widths.size() / 2);
  std::nth_element(widths.begin(), middle, widths.end());
  return *middle;
}

void AgeBand::Add(const SurvivalCurve& curve, SampleId sample, int64_t now,
                  SampleHistory* history) {
  history->Hold(sample);
  windows_.push_back({.sample = sample,
                      .p50 = curve.Quantile(p50_level_),
                      .p80 = curve.Quantile(p80_level_),
                      .quantiles = Quantiles(curve)});
  if (windows_.size() > size_) {
    history->Release(windows_.front().sample);
    windows_.pop_front();
  }
  if (++since_ < kEvery) return;
  since_ = 0;
  Recalibrate(now, *history);
}

void AgeBand::Recalibrate(int64_t now, const SampleHistory& history) {
  std::vector<Observation> scores, p50_ratios, p80_ratios;
  size_t resolved = 0;
  for (Window& window : windows_) {
    const Observation taken = history.Observe(window.sample, now);
    const float score =
        window.score.has_value() ? *window.score : Score(window.quantiles, taken.value);
    if (history.sample(window.sample).outcome != Outcome::kOpen && !window.score.has_value()) {
      window.score = score;
      window.quantiles = {};
    }
    resolved += taken.finished ? 1 : 0;
    // A score of 1 can grow no more, so it is known even while the ticket is open.
    scores.push_back(
        {static_cast<int32_t>(std::lround(score * kWhole)), taken.finished || score >= 1});
    p50_ratios.push_back(Ratio(taken, window.p50));
    p80_ratios.push_back(Ratio(taken, window.p80));
  }
  resolved_ = resolved;
  if (resolved < kMinimum) return;
  const SurvivalCurve curve(scores);
  p50_level_ = Level(curve, kP50);
  p80_level_ = Level(curve, kP80);
  coverage_ = {.p50 = SurvivalCurve(p50_ratios).ShareUpTo(kWhole),
               .p80 = SurvivalCurve(p80_ratios).ShareUpTo(kWhole)};
}

size_t AgeBand::bytes() const {
  size_t bytes = windows_.size() * sizeof(Window);
  for (const Window& window : windows_) bytes += window.quantiles.capacity() * sizeof(int32_t);
  return bytes;
}

void AgeBand::Write(SampleWriter* samples, internal::v1::ExpectationBand* state) const {
  for (const Window& window : windows_) {
    internal::v1::ExpectationWindow* written = state->add_windows();
    written->set_sample(samples->NumberOf(window.sample));
    written->set_p50(window.p50);
    written->set_p80(window.p80);
    if (window.score.has_value()) written->set_score(*window.score);
    written->mutable_quantiles()->Add(window.quantiles.begin(), window.quantiles.end());
  }
  state->set_p50_level(p50_level_);
  state->set_p80_level(p80_level_);
  state->set_p50_coverage(coverage_.p50);
  state->set_p80_coverage(coverage_.p80);
  state->set_since(since_);
  state->set_resolved(static_cast<uint32_t>(resolved_));
}

bool AgeBand::Read(const internal::v1::ExpectationBand& state, SampleHistory* history) {
  if (!IsShare(state.p50_level()) || !IsShare(state.p80_level()) ||
      !IsShare(state.p50_coverage()) || !IsShare(state.p80_coverage())) {
    return false;
  }
  for (const internal::v1::ExpectationWindow& window : state.windows()) {
    const bool scored = window.has_score() && IsShare(window.score());
    const bool rising = std::is_sorted(window.quantiles().begin(), window.quantiles().end());
    if (window.p50() < 0 || window.p80() < 0) return false;
    if (!scored && (window.quantiles_size() != kQuantiles || !rising)) return false;
    if (!SampleReader::Hold(window.sample(), history)) return false;
    windows_.push_back({.sample = window.sample(), .p50 = window.p50(), .p80 = window.p80()});
    if (scored) windows_.back().score = window.score();
    if (!scored)
      windows_.back().quantiles.assign(window.quantiles().begin(), window.quantiles().end());
  }
  for (; windows_.size() > size_; windows_.pop_front()) history->Release(windows_.front().sample);
  p50_level_ = state.p50_level();
  p80_level_ = state.p80_level();
  coverage_ = {.p50 = state.p50_coverage(), .p80 = state.p80_coverage()};
  since_ = state.since();
  resolved_ = state.resolved();
  return true;
}

}  // namespace waypost::expectation
