// SPDX-License-Identifier: Apache-2.0
// Who asks, and how often they may.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "connectors/engine/network_range.h"

namespace waypost::survey_page {

// Whom a request is counted for: the address that connected, or, where that is a trusted proxy, the
// last one in its X-Forwarded-For (`forwarded_for`: all such headers, joined with commas) that is
// none. What stands before that anybody may have written. Not for logs.
[[nodiscard]] std::string VisitorOf(std::string_view remote, std::string_view forwarded_for,
                                    const std::vector<connectors::NetworkRange>& trusted);

// Lets each visitor make so many requests a minute, all of which may come at once. Its memory is
// bounded: beyond kMaxVisitors that it must remember, new ones share one allowance. Thread-safe.
class VisitorLimits {
 public:
  static constexpr size_t kMaxVisitors = 100'000;

  explicit VisitorLimits(int64_t per_minute)
      : interval_(absl::Minutes(1) / per_minute), allowance_(absl::Minutes(1)) {}

  // How long to wait before the request may come; zero: it may, and is counted. `now` may go back.
  [[nodiscard]] absl::Duration Take(const std::string& visitor, absl::Time now);

 private:
  void MakeRoom(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const absl::Duration interval_;
  const absl::Duration allowance_;
  absl::Mutex mutex_;
  // When all that a visitor used up will be there again (the generic cell rate algorithm, ITU-T
  // I.371).
  absl::flat_hash_map<std::string, absl::Time> full_again_ ABSL_GUARDED_BY(mutex_);
  absl::Time made_room_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace waypost::survey_page
