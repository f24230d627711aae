// SPDX-License-Identifier: Apache-2.0
#include "sidecar/expectation/sample_history.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace waypost::expectation {
namespace {

int32_t SecondsBetween(int64_t from, int64_t to) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  return static_cast<int32_t>(std::clamp<int64_t>(to - from, 0, kMost));
}

}  // namespace

SampleId SampleHistory::Allocate() {
  if (free_.empty()) {
    samples_.emplace_back();
    return static_cast<SampleId>(samples_.size() - 1);
  }
  const SampleId id = free_.back();
  free_.pop_back();
  samples_[id] = Sample();
  return id;
}

SampleId SampleHistory::Add(int64_t reached_at, absl::Span<const uint64_t> keys) {
  const SampleId id = Allocate();
  samples_[id].reached_at = reached_at;
  Hold(id);
  for (const uint64_t key : keys) AddToCell(key, id, reached_at);
  if (names_ > maximum_names_) DropStaleCells();
  return id;
}

void SampleHistory::AddToCell(uint64_t key, SampleId id, int64_t at) {
  Hold(id);
  Cell& cell = cells_[key];
  cell.added_at = at;
  cell.unsorted.push_back(id);
  if (cell.samples.size() < cell_size_) {
    cell.samples.push_back(id);
    ++names_;
    return;
  }
  const SampleId oldest = std::exchange(cell.samples[cell.oldest], id);
  Forget(oldest, &cell);
  Release(oldest);
  cell.oldest = (cell.oldest + 1) % static_cast<uint32_t>(cell_size_);
}

void SampleHistory::Forget(SampleId oldest, Cell* cell) const {
  if (cell->unsorted.front() == oldest) {
    cell->unsorted.erase(cell->unsorted.begin());
    return;
  }
  const PackedObservation value = Pack(Observe(oldest, 0));
  cell->sorted.erase(std::lower_bound(cell->sorted.begin(), cell->sorted.end(), value));
}

void SampleHistory::Refresh(uint64_t key) {
  const auto found = cells_.find(key);
  if (found == cells_.end()) return;
  Cell& cell = found->second;
  const auto middle = static_cast<ptrdiff_t>(cell.sorted.size());
  size_t open = 0;
  for (const SampleId id : cell.unsorted) {
    if (samples_[id].outcome == Outcome::kOpen) {
      cell.unsorted[open++] = id;
    } else {
      cell.sorted.push_back(Pack(Observe(id, 0)));
    }
  }
  cell.unsorted.resize(open);
  std::sort(cell.sorted.begin() + middle, cell.sorted.end());
  std::inplace_merge(cell.sorted.begin(), cell.sorted.begin() + middle, cell.sorted.end());
}

void SampleHistory::DropStaleCells() {
  std::vector<std::pair<int64_t, uint64_t>> by_age;
  by_age.reserve(cells_.size());
  for (const auto& [key, cell] : cells_) by_age.emplace_back(cell.added_at, key);
  std::sort(by_age.begin(), by_age.end());
  for (const auto& [added_at, key] : by_age) {
    if (names_ <= maximum_names_ - maximum_names_ / 4) return;
    const auto found = cells_.find(key);
    for (const SampleId id : found->second.samples) Release(id);
    names_ -= found->second.samples.size();
    cells_.erase(found);
  }
}

void SampleHistory::Release(SampleId id) {
  if (--samples_[id].holders == 0) free_.push_back(id);
}

void SampleHistory::End(SampleId id, int64_t at, Outcome outcome) {
  Sample& ended = samples_[id];
  if (ended.outcome != Outcome::kOpen) return;
  ended.seconds = SecondsBetween(ended.reached_at, at);
  ended.outcome = outcome;
}

Observation SampleHistory::Observe(SampleId id, int64_t now) const {
  const Sample& sample = samples_[id];
  if (sample.outcome == Outcome::kOpen) {
    return {.value = SecondsBetween(sample.reached_at, now), .finished = false};
  }
  return {.value = sample.seconds, .finished = sample.outcome == Outcome::kResolved};
}

size_t SampleHistory::Collect(uint64_t key, int32_t elapsed, int64_t now, size_t minimum,
                              std::vector<PackedObservation>* out) const {
  out->clear();
  const auto found = cells_.find(key);
  if (found == cells_.end() || found->second.samples.size() < minimum) return 0;
  const Cell& cell = found->second;
  std::vector<PackedObservation> unsorted;
  unsorted.reserve(cell.unsorted.size());
  // The newest first: of open ones these have taken the least.
  for (size_t i = cell.unsorted.size(); i-- > 0;) {
    unsorted.push_back(Pack(Observe(cell.unsorted[i], now)));
  }
  if (!std::is_sorted(unsorted.begin(), unsorted.end())) {
    std::sort(unsorted.begin(), unsorted.end());
  }
  out->resize(cell.sorted.size() + unsorted.size());
  std::merge(cell.sorted.begin(), cell.sorted.end(), unsorted.begin(), unsorted.end(),
             out->begin());
  if (elapsed > 0) {
    const PackedObservation longest = Pack({.value = elapsed, .finished = false});
    out->erase(out->begin(), std::upper_bound(out->begin(), out->end(), longest));
    for (PackedObservation& packed : *out) packed -= Pack({.value = elapsed, .finished = true});
  }
  return static_cast<size_t>(std::count_if(out->begin(), out->end(), IsFinished));
}

size_t SampleHistory::bytes() const {
  size_t bytes = samples_.capacity() * sizeof(Sample) + free_.capacity() * sizeof(SampleId) +
                 cells_.capacity() * (sizeof(Cell) + sizeof(uint64_t) + 1);
  for (const auto& [key, cell] : cells_) {
    bytes += (cell.samples.capacity() + cell.unsorted.capacity()) * sizeof(SampleId) +
             cell.sorted.capacity() * sizeof(PackedObservation);
  }
  return bytes;
}

SampleWriter::SampleWriter(const SampleHistory* history, internal::v1::ExpectationState* state)
    : history_(history), state_(state) {
  std::vector<uint64_t> keys;
  keys.reserve(history->cells_.size());
  for (const auto& [key, cell] : history->cells_) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  for (const uint64_t key : keys) {
    const SampleHistory::Cell& cell = history->cells_.at(key);
    internal::v1::ExpectationCell* written = state->add_cells();
    written->set_key(key);
    const size_t count = cell.samples.size();
    for (size_t i = 0; i < count; ++i) {
      written->add_samples(NumberOf(cell.samples[(cell.oldest + i) % count]));
    }
  }
}

uint32_t SampleWriter::NumberOf(SampleId id) {
  const auto [found, inserted] = numbers_.try_emplace(id, static_cast<uint32_t>(numbers_.size()));
  if (inserted) {
    const Sample& sample = history_->samples_[id];
    state_->add_sample_reached_at(sample.reached_at);
    state_->add_sample_seconds(sample.seconds);
    state_->add_sample_outcomes(static_cast<internal::v1::ExpectationOutcome>(sample.outcome));
  }
  return found->second;
}

bool SampleReader::Read(const internal::v1::ExpectationState& state, SampleHistory* history) {
  const int count = state.sample_reached_at_size();
  if (state.sample_seconds_size() != count || state.sample_outcomes_size() != count) return false;
  for (int i = 0; i < count; ++i) {
    const int outcome = state.sample_outcomes(i);
    if (!internal::v1::ExpectationOutcome_IsValid(outcome) || state.sample_seconds(i) < 0) {
      return false;
    }
    history->samples_.push_back({.reached_at = state.sample_reached_at(i),
                                 .seconds = state.sample_seconds(i),
                                 .outcome = static_cast<Outcome>(outcome)});
  }
  for (const internal::v1::ExpectationCell& cell : state.cells()) {
    for (const uint32_t number : cell.samples()) {
      if (!Hold(number, history)) return false;
      history->AddToCell(cell.key(), number, history->samples_[number].reached_at);
      history->Release(number);
    }
  }
  return true;
}

bool SampleReader::Hold(uint32_t number, SampleHistory* history) {
  constexpr uint8_t kMostHolders = 64;  // its cells, one window and one ticket are far fewer
  if (number >= history->samples_.size()) return false;
  if (history->samples_[number].holders >= kMostHolders) return false;
  history->Hold(number);
  return true;
}

void SampleReader::Finish(SampleHistory* history) {
  history->free_.clear();
  for (size_t id = history->samples_.size(); id-- > 0;) {
    if (history->samples_[id].holders == 0) history->free_.push_back(static_cast<SampleId>(id));
  }
}

}  // namespace waypost::expectation
