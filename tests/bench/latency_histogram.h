// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace waypost::bench {

// Counts durations in buckets at most 1.6 % wide, from 1 ns to 584 years. Not for several threads
// at once.
class LatencyHistogram {
 public:
  void Add(std::chrono::nanoseconds latency);
  void Merge(const LatencyHistogram& other);

  // The duration that `quantile` (0 to 1) of all stay within; 0 when nothing was added.
  [[nodiscard]] std::chrono::nanoseconds Quantile(double quantile) const;
  [[nodiscard]] uint64_t count() const { return count_; }

 private:
  static constexpr int kSubBits = 6;
  static constexpr int kSubBuckets = 1 << kSubBits;
  static constexpr int kBuckets = (64 - kSubBits + 1) * kSubBuckets;

  static int BucketOf(uint64_t nanoseconds);
  static uint64_t UpperBound(int bucket);

  std::array<uint64_t, kBuckets> buckets_ = {};
  uint64_t count_ = 0;
};

}  // namespace waypost::bench
