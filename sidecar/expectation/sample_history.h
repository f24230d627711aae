// SPDX-License-Identifier: Apache-2.0
// How long tickets took from an age on, found again by what they had in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "sidecar/expectation/survival_curve.h"
#include "waypost/internal/v1/expectation.pb.h"

namespace waypost::expectation {

// What became of a ticket; the values are those of internal.v1.ExpectationOutcome.
enum class Outcome : uint8_t {
  kOpen = internal::v1::EXPECTATION_OUTCOME_UNSPECIFIED,
  kResolved = internal::v1::EXPECTATION_OUTCOME_RESOLVED,
  kWithdrawn = internal::v1::EXPECTATION_OUTCOME_WITHDRAWN,
};

// A ticket from the moment it reached an age.
struct Sample {
  int64_t reached_at = 0;  // seconds since 1970
  int32_t seconds = 0;     // until it was resolved or withdrawn; 0 while it is open
  Outcome outcome = Outcome::kOpen;
  uint8_t holders = 0;  // cells, windows and tickets that name it; free at 0
};
using SampleId = uint32_t;

// Cells with the newest samples each. A sample is in several cells and lives as long as somebody
// holds it. Not thread-safe.
class SampleHistory {
 public:
  // A cell keeps the newest `cell_size` samples. When all cells together name more than
  // `maximum_names`, those that were added to longest ago are dropped until a quarter is free.
  SampleHistory(size_t cell_size, size_t maximum_names)
      : cell_size_(cell_size), maximum_names_(maximum_names) {}

  // Adds an open ticket to the cells of these keys. The caller holds the sample, too.
  SampleId Add(int64_t reached_at, absl::Span<const uint64_t> keys);

  void Hold(SampleId id) { ++samples_[id].holders; }
  void Release(SampleId id);

  // Ends an open sample: resolved, or withdrawn. An end before the start counts as the start; one
  // that has ended stays as it is.
  void End(SampleId id, int64_t at, Outcome outcome);

  [[nodiscard]] const Sample& sample(SampleId id) const { return samples_[id]; }

  // How long it took, or is taking as of `now`.
  [[nodiscard]] Observation Observe(SampleId id, int64_t now) const;

  // Replaces `out` by what the cell's tickets took beyond `elapsed` seconds, of those that took
  // that long, in rising order. Returns how many of them are resolved. A cell with fewer than
  // `minimum` tickets is passed over.
  size_t Collect(uint64_t key, int32_t elapsed, int64_t now, size_t minimum,
                 std::vector<PackedObservation>* out) const;

  // Puts those of the cell's samples that have ended since into their order, so that Collect() has
  // to sort only the others. Changes no answer.
  void Refresh(uint64_t key);

  // Entries in all cells.
  [[nodiscard]] size_t names() const { return names_; }
  // Memory of samples and cells.
  [[nodiscard]] size_t bytes() const;

 private:
  friend class SampleWriter;
  friend class SampleReader;

  // Each sample of the ring is either in `unsorted` or, once it has ended, by its value in
  // `sorted`; an ended sample never changes, so that value stays right.
  struct Cell {
    std::vector<SampleId> samples;  // a ring once it is full
    uint32_t oldest = 0;
    int64_t added_at = 0;
    std::vector<SampleId> unsorted;         // in the order of the ring
    std::vector<PackedObservation> sorted;  // rising
  };

  SampleId Allocate();
  void AddToCell(uint64_t key, SampleId id, int64_t at);
  // Takes the oldest sample of a full ring out of the cell's other lists.
  void Forget(SampleId oldest, Cell* cell) const;
  void DropStaleCells();

  size_t cell_size_;
  size_t maximum_names_;
  size_t names_ = 0;
  std::vector<Sample> samples_;
  std::vector<SampleId> free_;
  absl::flat_hash_map<uint64_t, Cell> cells_;
};

// Writes samples into a state and gives each the number by which the state names it.
class SampleWriter {
 public:
  // Writes the cells. Neither pointer is kept beyond the writer's life.
  SampleWriter(const SampleHistory* history, internal::v1::ExpectationState* state);

  // The number of a sample that somebody holds.
  uint32_t NumberOf(SampleId id);

 private:
  const SampleHistory* history_;
  internal::v1::ExpectationState* state_;
  absl::flat_hash_map<SampleId, uint32_t> numbers_;
};

// Reads them back into an empty history.
class SampleReader {
 public:
  // False when a number, a list's length or an outcome is impossible. `history` may then hold a
  // part.
  [[nodiscard]] static bool Read(const internal::v1::ExpectationState& state,
                                 SampleHistory* history);
  // Holds the sample of that number. False when there is none, or when more hold it than ever do.
  [[nodiscard]] static bool Hold(uint32_t number, SampleHistory* history);
  // Frees the samples that nobody holds: to call when all holders are read.
  static void Finish(SampleHistory* history);
};

}  // namespace waypost::expectation
