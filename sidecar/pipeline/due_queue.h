// SPDX-License-Identifier: Apache-2.0
// Who is due soon.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "sidecar/pipeline/person_cache.h"
#include "sidecar/store/store.h"

namespace waypost::pipeline {

// The persons who are due up to a horizon, a few minutes ahead. Those beyond it are in the store
// and in the memory of changed persons, and are looked up there when the horizon moves. An entry is
// a hint: whoever takes it asks the person. Thread-safe.
class DueQueue {
 public:
  // The person's due time was `before` and is `after` (the infinite future: none). The caller holds
  // the person's shard.
  void Change(const PersonName& name, absl::Time before, absl::Time after);

  // Adds a person who was looked up, or was taken in vain.
  void Add(store::DuePerson person);

  // Takes the earliest person who is due at `now`.
  [[nodiscard]] std::optional<store::DuePerson> Take(absl::Time now);

  // The earliest due time; the infinite future when the queue is empty.
  [[nodiscard]] absl::Time next() const;
  [[nodiscard]] size_t size() const;

  // From here on Change() adds persons who are due up to `horizon`. Returns the horizon before.
  absl::Time MoveHorizon(absl::Time horizon);

  // Forgets everything: the horizon is in the infinite past again.
  void Forget();
  // Says how many persons have a due time, when all of them are in the store.
  void SetWaiting(int64_t waiting) { waiting_ = waiting; }

  // How many persons have a due time, near or far.
  [[nodiscard]] int64_t waiting() const { return waiting_; }

  // Waits until Wake() is called or somebody becomes due before all others, at most `timeout`. At
  // once when that happened since the last time.
  void Await(absl::Duration timeout);
  void Wake();

 private:
  using Entry = std::tuple<absl::Time, std::string, std::string>;  // due_at, tenant, person_id

  std::atomic<int64_t> waiting_{0};
  std::atomic<int64_t> horizon_{INT64_MIN};  // microseconds since 1970
  mutable absl::Mutex mutex_;
  std::set<Entry> entries_ ABSL_GUARDED_BY(mutex_);
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace waypost::pipeline
