// SPDX-License-Identifier: Apache-2.0
// Persons and tickets in memory, over the store's tables.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "sidecar/pipeline/due_queue.h"
#include "sidecar/pipeline/person_cache.h"
#include "sidecar/pipeline/ticket_directory.h"
#include "sidecar/store/store.h"

namespace waypost::pipeline {

// All that is in memory of persons and tickets; the tables with the tail of the log replayed on
// them. Locks, always taken in this order:
//   1. `barrier`: shared by everybody who looks at persons, exclusive for whoever replaces all.
//   2. the mutexes of one or two shards, in the order of their numbers (ShardLock).
class WorkingSet {
 public:
  static constexpr size_t kShards = 64;

  struct Shard {
    mutable absl::Mutex mutex;
    PersonCache cache;  // guarded by mutex
  };

  // Holds the shards of one person, or of two.
  class ShardLock {
   public:
    ShardLock(WorkingSet* set, const PersonName& person);
    ShardLock(WorkingSet* set, const PersonName& one, const PersonName& other);
    ~ShardLock();
    ShardLock(const ShardLock&) = delete;
    ShardLock& operator=(const ShardLock&) = delete;

   private:
    Shard* first_;
    Shard* second_;  // nullptr: both persons are in one shard
  };

  // `store` outlives the set.
  WorkingSet(const store::Store* store, size_t cache_bytes);

  // The person, from memory or the store; a new one when nobody knows them. The caller holds the
  // person's shard. UNAVAILABLE, DATA_LOSS: from the store.
  [[nodiscard]] absl::StatusOr<Person*> Load(const PersonName& name);

  // Brings the journey into the person's record when it had left it. False: it is not in the store
  // either, so it was pruned. The caller holds the person's shard.
  [[nodiscard]] absl::StatusOr<bool> BringBack(std::string_view journey_id, Person* person);

  // After an event changed the person: notes it for the tables and for the budget. The caller holds
  // the person's shard.
  void NoteChange(Person* person, size_t grown_bytes);

  // Notes when time brings something for the person, for the tables and for the queue. The caller
  // holds the person's shard.
  void SetDue(Person* person, absl::Time due_at);

  // The same with what `due_of` says of the person, who stays in memory only when that is news. The
  // caller holds the person's shard. UNAVAILABLE, DATA_LOSS: from the store.
  [[nodiscard]] absl::Status SetDueOf(
      const PersonName& name, absl::FunctionRef<absl::Time(const journey::PersonRecord&)> due_of);

  // Drops persons of that shard beyond the budget. The caller holds it and uses no pointers after.
  void Trim(const PersonName& name);

  // Forgets what the tables hold as well, because rows were deleted from them.
  void ForgetWritten();

  // Forgets everything; `waiting` persons of the store have a due time. The caller holds `barrier`
  // exclusively.
  void Clear(int64_t waiting);

  // How often everything was forgotten: what was learned of persons before and is not in the store
  // may be gone.
  [[nodiscard]] int64_t cleared() const { return cleared_; }

  // Persons in memory and their estimated bytes. Takes the barrier: waits while all is replaced.
  void Count(int64_t* persons, int64_t* bytes) const;

  Shard& ShardOf(const PersonName& name);
  TicketDirectory& tickets() { return tickets_; }
  DueQueue& due() { return due_; }
  [[nodiscard]] const DueQueue& due() const { return due_; }
  std::array<Shard, kShards>& shards() { return shards_; }

  // Persons with news that nobody took yet; a hint.
  std::atomic<int64_t> changed_persons{0};

  mutable absl::Mutex barrier;

  // Memory is the tables with the whole log replayed on them; false while the store cannot be read
  // after a failure. Guarded by `barrier`.
  bool usable = true;

 private:
  [[nodiscard]] absl::StatusOr<Person> Read(const PersonName& name) const;

  const store::Store* const store_;
  const size_t shard_bytes_;
  TicketDirectory tickets_;
  DueQueue due_;
  std::atomic<int64_t> cleared_{0};
  std::array<Shard, kShards> shards_;
};

}  // namespace waypost::pipeline
