// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/due_queue.h"

namespace waypost::pipeline {

// Under the shard's lock: whoever moves the horizon looks at every shard afterwards, so a change
// that still saw the old horizon is found there.
void DueQueue::Change(const PersonName& name, absl::Time before, absl::Time after) {
  const bool waited = before != absl::InfiniteFuture();
  const bool waits = after != absl::InfiniteFuture();
  if (waited != waits) waiting_ += waits ? 1 : -1;
  const absl::Time horizon = absl::FromUnixMicros(horizon_);
  if (before > horizon && after > horizon) return;
  const absl::MutexLock lock(&mutex_);
  if (before <= horizon) {
    entries_.erase({before, std::string(name.first), std::string(name.second)});
  }
  if (after > horizon) return;
  const auto [entry, added] =
      entries_.emplace(after, std::string(name.first), std::string(name.second));
  woken_ = woken_ || (added && entry == entries_.begin());
}

void DueQueue::Add(store::DuePerson person) {
  const absl::MutexLock lock(&mutex_);
  entries_.emplace(person.due_at, std::move(person.tenant), std::move(person.person_id));
}

std::optional<store::DuePerson> DueQueue::Take(absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  if (entries_.empty() || std::get<0>(*entries_.begin()) > now) return std::nullopt;
  auto entry = entries_.extract(entries_.begin());
  auto& [due_at, tenant, person_id] = entry.value();
  return store::DuePerson{due_at, std::move(tenant), std::move(person_id)};
}

absl::Time DueQueue::next() const {
  const absl::MutexLock lock(&mutex_);
  return entries_.empty() ? absl::InfiniteFuture() : std::get<0>(*entries_.begin());
}

size_t DueQueue::size() const {
  const absl::MutexLock lock(&mutex_);
  return entries_.size();
}

absl::Time DueQueue::MoveHorizon(absl::Time horizon) {
  return absl::FromUnixMicros(horizon_.exchange(absl::ToUnixMicros(horizon)));
}

void DueQueue::Forget() {
  horizon_ = INT64_MIN;
  const absl::MutexLock lock(&mutex_);
  entries_.clear();
  woken_ = true;
}

void DueQueue::Await(absl::Duration timeout) {
  const absl::MutexLock lock(&mutex_);
  (void)mutex_.AwaitWithTimeout(absl::Condition(&woken_), timeout);
  woken_ = false;
}

void DueQueue::Wake() {
  const absl::MutexLock lock(&mutex_);
  woken_ = true;
}

}  // namespace waypost::pipeline
