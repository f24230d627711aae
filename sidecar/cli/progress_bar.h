// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/time/time.h"
#include "sidecar/base/clock.h"

namespace waypost::cli {

// One line that tells how far a long task is, how fast it goes and how long it still takes:
// "[=========>          ]  47 %  66,200 events  38,941/s  2 s left". Redrawn at most ten times a
// second. Writes nothing when not `enabled`. Not thread-safe; stream and clock outlive it.
class ProgressBar {
 public:
  // `total` in any unit of work (bytes); 0 when unknown: then no share and no time left are shown.
  ProgressBar(std::ostream& out, bool enabled, int64_t total, std::string noun, const Clock& clock);

  // `done` of the total is done, `count` things were counted.
  void Update(int64_t done, int64_t count);

  // Clears the line.
  void Finish();

 private:
  [[nodiscard]] std::string Line(int64_t done, int64_t count, absl::Duration elapsed) const;

  std::ostream* out_;
  bool enabled_;
  int64_t total_;
  std::string noun_;
  const Clock* clock_;
  absl::Time started_;
  absl::Time drawn_ = absl::InfinitePast();
};

}  // namespace waypost::cli
