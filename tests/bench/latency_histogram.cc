// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace waypost::bench {

// Below 64 a bucket is one nanosecond. Above, each power of two is cut into 64 equal parts.
int LatencyHistogram::BucketOf(uint64_t nanoseconds) {
  if (nanoseconds < kSubBuckets) return static_cast<int>(nanoseconds);
  const int shift = std::bit_width(nanoseconds) - 1 - kSubBits;
  return (shift + 1) * kSubBuckets + static_cast<int>((nanoseconds >> shift) - kSubBuckets);
}

uint64_t LatencyHistogram::UpperBound(int bucket) {
  if (bucket < kSubBuckets) return static_cast<uint64_t>(bucket);
  const int shift = bucket / kSubBuckets - 1;
  const auto part = static_cast<uint64_t>(bucket % kSubBuckets + kSubBuckets);
  return ((part + 1) << shift) - 1;
}

void LatencyHistogram::Add(std::chrono::nanoseconds latency) {
  ++buckets_[BucketOf(static_cast<uint64_t>(std::max<int64_t>(latency.count(), 0)))];
  ++count_;
}

void LatencyHistogram::Merge(const LatencyHistogram& other) {
  for (int i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
}

std::chrono::nanoseconds LatencyHistogram::Quantile(double quantile) const {
  if (count_ == 0) return std::chrono::nanoseconds(0);
  const auto rank = std::max<uint64_t>(
      1, static_cast<uint64_t>(std::ceil(quantile * static_cast<double>(count_))));
  uint64_t seen = 0;
  int bucket = 0;
  while (bucket < kBuckets - 1 && (seen += buckets_[bucket]) < rank) ++bucket;
  return std::chrono::nanoseconds(static_cast<int64_t>(UpperBound(bucket)));
}

}  // namespace waypost::bench
