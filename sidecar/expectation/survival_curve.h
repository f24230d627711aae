// SPDX-License-Identifier: Apache-2.0
// How long things took, where some are not finished yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace waypost::expectation {

// One observation: it took `value` (finished), or at least that (not finished).
struct Observation {
  int32_t value = 0;
  bool finished = false;
};

// An observation as a number of the same order: finished ones come before unfinished ones of the
// same value, values below 0 count as 0. Sorting numbers takes half the time of sorting structs.
using PackedObservation = uint32_t;
[[nodiscard]] inline PackedObservation Pack(const Observation& observation) {
  const auto value = static_cast<uint32_t>(observation.value > 0 ? observation.value : 0);
  return value << 1 | (observation.finished ? 0 : 1);
}
[[nodiscard]] inline bool IsFinished(PackedObservation packed) { return (packed & 1) == 0; }

// The distribution of the values by Kaplan and Meier (1958, "Nonparametric estimation from
// incomplete observations"): unfinished observations count among those that took longer than
// watched, and say nothing on what came after. Without them, quantiles of what was finished so far
// would be too short, because what takes long is finished late.
class SurvivalCurve {
 public:
  SurvivalCurve() = default;

  explicit SurvivalCurve(absl::Span<const Observation> observations);

  // The same of observations in rising order, which takes a third of the time.
  [[nodiscard]] static SurvivalCurve OfSorted(absl::Span<const PackedObservation> observations);

  // The observations tell which values the share `level` (0 to 1) does not exceed.
  [[nodiscard]] bool Reaches(double level) const;

  // The smallest value that at least the share `level` does not exceed. The largest
  // finished value where the observations do not reach that far; 0 when nothing was finished.
  [[nodiscard]] int32_t Quantile(double level) const;

  // The share that does not exceed `value`: 0 to 1.
  [[nodiscard]] double ShareUpTo(int32_t value) const;

 private:
  std::vector<int32_t> values_;  // finished ones, rising
  std::vector<double> shares_;   // that do not exceed the value, rising
};

}  // namespace waypost::expectation
