// SPDX-License-Identifier: Apache-2.0
// Writes what changed in memory into the store's tables, behind the log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "sidecar/pipeline/outbox.h"
#include "sidecar/pipeline/working_set.h"
#include "sidecar/store/store.h"

namespace waypost::pipeline {

// A round takes everybody and every action that has news at its start and writes them in slices.
// When it ends, everything up to the log position at its start is in the tables. Rows may be newer
// than that; a person's row carries its own position. For the commit thread alone.
class TableWriter {
 public:
  // A slice holds up the events that wait for the disk: about 3 ms at 11 us a row.
  static constexpr size_t kRowsPerSlice = 256;

  // Puts the log on disk up to a position: rows are never newer than the log.
  using CommitUpTo = std::function<absl::Status(uint64_t position)>;

  // Whether the caller holds the working set's barrier exclusively.
  enum class Barrier { kFree, kHeld };

  // A journey that is not open and older than this leaves the memory of its person.
  using ArchiveBefore = std::function<absl::Time()>;

  // All outlive the writer.
  TableWriter(store::Store* store, ArchiveBefore archive_before, WorkingSet* set, Outbox* outbox)
      : store_(store), archive_before_(std::move(archive_before)), set_(set), outbox_(outbox) {}

  // Starts a round; everything up to `position` is on disk and evaluated. None is under way. When
  // set, `due_basis` says how the due times of all persons were found by now.
  void Begin(uint64_t position, std::optional<std::string> due_basis);

  [[nodiscard]] bool busy() const { return busy_; }

  // Writes the next slice of the round. After a failure what is in memory and in the tables no
  // longer belongs together: abandon the round and clear the working set.
  [[nodiscard]] absl::Status WriteSlice(Barrier barrier, const CommitUpTo& commit_up_to);

  // Runs a whole round, for when every evaluated event up to `position` is on disk.
  [[nodiscard]] absl::Status WriteAll(uint64_t position, Barrier barrier,
                                      std::optional<std::string> due_basis = std::nullopt);

  // Forgets the round.
  void Abandon();

 private:
  using Name = std::pair<std::string, std::string>;  // tenant, person_id

  struct Slice {
    store::Materialization rows;
    uint64_t newest = 0;  // position
    // Who is in it, with the journeys that leave their memory once the rows are written.
    struct Member {
      Name name;
      std::vector<std::string> archived;
    };
    std::vector<Member> members;
  };

  void AddActions(Slice* slice);
  absl::Status Write(const CommitUpTo& commit_up_to, const Slice& slice);
  void Add(const Name& name, Barrier barrier, Slice* slice);
  void AddGroup(const Name& name, Slice* slice);
  void AddRows(Person* person, Slice* slice);
  void Finish(const Slice& slice);

  store::Store* const store_;
  const ArchiveBefore archive_before_;
  WorkingSet* const set_;
  Outbox* const outbox_;
  bool busy_ = false;
  uint64_t position_ = 0;
  std::optional<std::string> due_basis_;
  std::vector<Name> left_;
  size_t actions_left_ = 0;
};

}  // namespace waypost::pipeline
