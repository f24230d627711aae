// SPDX-License-Identifier: Apache-2.0
// The windows worked out for tickets at one age: what they were worth, and how far the next ones
// have to be moved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "sidecar/expectation/sample_history.h"
#include "sidecar/expectation/survival_curve.h"
#include "waypost/internal/v1/expectation.pb.h"

namespace waypost::expectation {

inline constexpr double kP50 = 0.5;
inline constexpr double kP80 = 0.8;

// How often windows were kept, as measured.
struct Coverage {
  double p50 = 0;  // share resolved by their P50, 0 to 1
  double p80 = 0;
};

// Recalibration by split conformal prediction (Papadopoulos et al. 2002; Vovk, Gammerman and Shafer
// 2005), rolling over the newest windows. The score of a window is the quantile of its own
// distribution at which the ticket was in fact resolved. The 80 % quantile of the scores is the
// quantile that has to be quoted from now on so that eight of ten are kept. Tickets still open
// enter as "beyond the quantile reached so far", by SurvivalCurve: so a window that is missed
// counts as soon as it is missed, and short tickets do not count more for being known early.
//
// Not thread-safe. The samples of its windows are held in `history`, which outlives nothing: it is
// handed to each call and must always be the same.
class AgeBand {
 public:
  // Recalibrates with each kEvery-th window from the first kMinimum resolved ones on.
  static constexpr uint32_t kEvery = 100;
  static constexpr size_t kMinimum = 100;
  // Bounds of the quantiles quoted, beyond which a cell of some dozen samples knows nothing.
  static constexpr double kLowest = 0.2;
  static constexpr double kHighest = 0.97;

  // Keeps the newest `size` windows.
  explicit AgeBand(size_t size) : size_(size) {}

  // The quantiles to quote for P50 and P80; 0.5 and 0.8 until there is enough to recalibrate.
  [[nodiscard]] double p50_level() const { return p50_level_; }
  [[nodiscard]] double p80_level() const { return p80_level_; }

  // Of the windows kept; nothing before the first recalibration. A window counts whether or not it
  // was shown to anybody, so that a band that is refused can earn its trust back.
  [[nodiscard]] std::optional<Coverage> coverage() const;
  [[nodiscard]] size_t windows() const { return windows_.size(); }
  // The median of their P80 in seconds; 0 when there is none. Linear in the windows.
  [[nodiscard]] int32_t median_width() const;
  // Windows of resolved tickets at the newest recalibration.
  [[nodiscard]] size_t resolved() const { return resolved_; }

  // Notes the window that `curve` gives for a ticket just now.
  void Add(const SurvivalCurve& curve, SampleId sample, int64_t now, SampleHistory* history);

  [[nodiscard]] size_t bytes() const;

  void Write(SampleWriter* samples, internal::v1::ExpectationBand* state) const;
  // Into a new band. False when something in it is impossible.
  [[nodiscard]] bool Read(const internal::v1::ExpectationBand& state, SampleHistory* history);

 private:
  struct Window {
    SampleId sample = 0;
    int32_t p50 = 0;
    int32_t p80 = 0;
    std::optional<float> score;
    std::vector<int32_t> quantiles;  // until the score is known
  };

  void Recalibrate(int64_t now, const SampleHistory& history);

  size_t size_;
  std::deque<Window> windows_;
  double p50_level_ = kP50;
  double p80_level_ = kP80;
  Coverage coverage_;
  uint32_t since_ = 0;
  size_t resolved_ = 0;
};

}  // namespace waypost::expectation
