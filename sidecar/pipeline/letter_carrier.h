// SPDX-License-Identifier: Apache-2.0
// Brings letters (journey/letters.h) to the tickets that they are written to.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sidecar/journey/letters.h"
#include "sidecar/pipeline/recorder.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::pipeline {

// Thread-safe.
class LetterCarrier {
 public:
  // `recorder` outlives the carrier.
  explicit LetterCarrier(Recorder* recorder) : recorder_(recorder) {}

  // Records the letters' events and returns what came of each once they are on disk, or why it was
  // not recorded now: try that letter again later. Waits for the commit thread, so the caller
  // holds neither the barrier nor a shard.
  [[nodiscard]] std::vector<absl::StatusOr<journey::LetterOutcome>> Deliver(
      absl::Span<const internal::v1::Letter> letters) const;

 private:
  Recorder* const recorder_;
};

}  // namespace waypost::pipeline
