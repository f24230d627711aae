// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/owner_rates.h"

#include <algorithm>

namespace waypost::pipeline {
namespace {

// No less than the cap may be (key_tables_file.cc).
constexpr size_t kMaxTold = 10'000;

}  // namespace

void OwnerRates::Tell(const Owner& owner, absl::Time at) {
  std::deque<absl::Time>& told = told_[owner];
  while (!told.empty() && (told.front() <= at - kRateWindow || told.size() >= kMaxTold)) {
    told.pop_front();
  }
  told.push_back(at);
}

void OwnerRates::Hold(const Owner& owner, Order order, std::string id, absl::Time until) {
  Waiting& waiting = waiting_[owner];
  waiting.until = waiting.held.empty() ? until : std::min(waiting.until, until);
  waiting.held.emplace(order, std::move(id));
}

void OwnerRates::Release(const Owner& owner, Order order) {
  const auto waiting = waiting_.find(owner);
  if (waiting == waiting_.end()) return;
  waiting->second.held.erase(order);
  if (waiting->second.held.empty()) waiting_.erase(waiting);
}

std::vector<absl::Time> OwnerRates::ToldAfter(const Owner& owner, absl::Time since) const {
  std::vector<absl::Time> recent;
  const auto told = told_.find(owner);
  if (told == told_.end()) return recent;
  std::copy_if(told->second.begin(), told->second.end(), std::back_inserter(recent),
               [&](absl::Time at) { return at > since; });
  return recent;
}

const OwnerRates::Held& OwnerRates::HeldFor(const Owner& owner) const {
  static const Held* const nothing = new Held();
  const auto waiting = waiting_.find(owner);
  return waiting == waiting_.end() ? *nothing : waiting->second.held;
}

absl::Time OwnerRates::HeldUntil(const Owner& owner) const {
  const auto waiting = waiting_.find(owner);
  return waiting == waiting_.end() ? absl::InfiniteFuture() : waiting->second.until;
}

absl::Time OwnerRates::next() const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [owner, waiting] : waiting_) next = std::min(next, waiting.until);
  return next;
}

std::vector<OwnerRates::Owner> OwnerRates::Due(absl::Time now) const {
  std::vector<Owner> due;
  for (const auto& [owner, waiting] : waiting_) {
    if (waiting.until <= now) due.push_back(owner);
  }
  return due;
}

}  // namespace waypost::pipeline
