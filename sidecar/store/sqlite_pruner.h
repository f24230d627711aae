// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sidecar/store/sqlite.h"

namespace waypost::store {

// The deletions of Store::Prune, within a transaction of the caller.
//
// The log has no index on time, which every append would pay for. Instead `log_ages` keeps the
// oldest instant of each block of the log that is materialised whole; it is written here, so that a
// record is read for it once, and only blocks with something to delete are read again.
//
// Threads: one at a time. Lifetime: the connection outlives it.
class SqlitePruner {
 public:
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<SqlitePruner>> Make(
      SqliteConnection* connection);

  // `materialized` is the position up to which the tables are written. Returns how many rows went.
  [[nodiscard]] absl::StatusOr<size_t> Prune(absl::Time before, size_t limit,
                                             uint64_t materialized);

 private:
  struct EndedJourney {
    int64_t row = 0;
    std::string tenant;
    std::string journey_id;
    std::string person_id;
  };

  explicit SqlitePruner(SqliteConnection* connection) : connection_(connection) {}

  [[nodiscard]] absl::Status PrepareAll();

  [[nodiscard]] absl::StatusOr<std::vector<EndedJourney>> FindEnded(int64_t before, int64_t limit,
                                                                    int64_t materialized);
  [[nodiscard]] absl::StatusOr<int64_t> Remove(const EndedJourney& journey);
  [[nodiscard]] absl::StatusOr<int64_t> PruneJourneys(int64_t before, int64_t limit,
                                                      int64_t materialized);

  // Describes the blocks that are complete by now, and returns the first that is not.
  [[nodiscard]] absl::StatusOr<int64_t> DescribeBlocks(int64_t materialized);
  [[nodiscard]] absl::StatusOr<std::vector<int64_t>> FindOldBlocks(int64_t before);
  [[nodiscard]] absl::StatusOr<int64_t> PruneBlock(int64_t block, int64_t before, int64_t limit);
  [[nodiscard]] absl::StatusOr<int64_t> PruneLog(int64_t before, int64_t limit,
                                                 int64_t materialized);

  SqliteConnection* const connection_;
  std::optional<SqliteStatement> find_ended_;
  std::optional<SqliteStatement> delete_tickets_;
  std::optional<SqliteStatement> delete_journey_;
  std::optional<SqliteStatement> delete_person_;
  std::optional<SqliteStatement> next_block_;
  std::optional<SqliteStatement> describe_blocks_;
  std::optional<SqliteStatement> find_old_blocks_;
  std::optional<SqliteStatement> forget_block_;
  std::optional<SqliteStatement> delete_records_;
};

}  // namespace waypost::store
