// SPDX-License-Identifier: Apache-2.0
// How many alerts owners get, and which of them wait to be told together.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace waypost::pipeline {

// The hour of `caps.alerts_per_owner_per_hour`.
inline constexpr absl::Duration kRateWindow = absl::Hours(1);

// Of each owner: when they were told of something in the last hour (an alert by itself, or a
// digest), and the alerts that are held until a digest takes them up. Not thread-safe.
class OwnerRates {
 public:
  using Owner = std::pair<std::string, std::string>;  // tenant, owner id
  using Order = std::pair<uint64_t, uint32_t>;        // as in ActionQueue
  // The ids of the actions, in the order of their decisions.
  using Held = std::map<Order, std::string>;

  void Tell(const Owner& owner, absl::Time at);
  // The alert waits until then, as all of its owner that wait already.
  void Hold(const Owner& owner, Order order, std::string id, absl::Time until);
  // It waits no more. Nothing happens when it did not.
  void Release(const Owner& owner, Order order);

  // When the owner was told of something after `since`, in any order.
  [[nodiscard]] std::vector<absl::Time> ToldAfter(const Owner& owner, absl::Time since) const;
  [[nodiscard]] const Held& HeldFor(const Owner& owner) const;
  // Until when what is held waits; the infinite future when nothing is.
  [[nodiscard]] absl::Time HeldUntil(const Owner& owner) const;

  // When the next digest is due; the infinite future when nothing is held.
  [[nodiscard]] absl::Time next() const;
  // Owners whose digest is due.
  [[nodiscard]] std::vector<Owner> Due(absl::Time now) const;

 private:
  struct Waiting {
    Held held;
    absl::Time until;
  };

  std::map<Owner, std::deque<absl::Time>> told_;  // about in the order of time
  std::map<Owner, Waiting> waiting_;
};

}  // namespace waypost::pipeline
