// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/sqlite_pruner.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"

namespace waypost::store {
namespace {

constexpr int64_t kBlockSize = 1024;  // positions; FORMAT.md

constexpr char kFindEnded[] =
    "SELECT rowid, tenant, journey_id, person_id FROM journeys INDEXED BY journeys_ended"
    " WHERE open = 0 AND newest_at < ?1 AND (tenant, person_id) NOT IN"
    " (SELECT tenant, person_id FROM log WHERE position > ?2)"
    " ORDER BY newest_at, tenant, journey_id LIMIT ?3";
constexpr char kDeleteTickets[] = "DELETE FROM tickets WHERE tenant = ?1 AND journey_id = ?2";
constexpr char kDeleteJourney[] = "DELETE FROM journeys WHERE rowid = ?1";
constexpr char kDeletePerson[] =
    "DELETE FROM persons WHERE tenant = ?1 AND person_id = ?2 AND NOT EXISTS"
    " (SELECT 1 FROM journeys WHERE tenant = ?1 AND person_id = ?2)";

constexpr char kNextBlock[] = "SELECT coalesce(max(block) + 1, 0) FROM log_ages";
constexpr char kDescribeBlocks[] =
    "INSERT INTO log_ages (block, oldest_at) SELECT position / ?3, min(occurred_at) FROM log"
    " WHERE position >= ?1 * ?3 AND position < ?2 * ?3 GROUP BY position / ?3";
constexpr char kFindOldBlocks[] = "SELECT block FROM log_ages WHERE oldest_at < ?1 ORDER BY block";
constexpr char kForgetBlock[] = "DELETE FROM log_ages WHERE block = ?1";
constexpr char kDeleteRecords[] =
    "DELETE FROM log WHERE position IN (SELECT position FROM log"
    " WHERE position BETWEEN ?1 AND ?2 AND occurred_at < ?3 ORDER BY position LIMIT ?4)";

}  // namespace

absl::StatusOr<std::unique_ptr<SqlitePruner>> SqlitePruner::Make(SqliteConnection* connection) {
  std::unique_ptr<SqlitePruner> pruner(new SqlitePruner(connection));
  WAYPOST_RETURN_IF_ERROR(pruner->PrepareAll());
  return pruner;
}

absl::Status SqlitePruner::PrepareAll() {
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kFindEnded, find_ended_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kDeleteTickets, delete_tickets_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kDeleteJourney, delete_journey_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kDeletePerson, delete_person_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kNextBlock, next_block_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kDescribeBlocks, describe_blocks_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kFindOldBlocks, find_old_blocks_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kForgetBlock, forget_block_));
  return connection_->PrepareInto(kDeleteRecords, delete_records_);
}

absl::StatusOr<size_t> SqlitePruner::Prune(absl::Time before, size_t limit, uint64_t materialized) {
  const int64_t before_micros = absl::ToUnixMicros(before);
  const auto row_limit =
      static_cast<int64_t>(std::min<uint64_t>(limit, std::numeric_limits<int64_t>::max()));
  const auto position = static_cast<int64_t>(materialized);
  WAYPOST_ASSIGN_OR_RETURN(const int64_t rows, PruneJourneys(before_micros, row_limit, position));
  WAYPOST_ASSIGN_OR_RETURN(const int64_t records, PruneLog(before_micros, row_limit, position));
  return static_cast<size_t>(rows + records);
}

absl::StatusOr<std::vector<SqlitePruner::EndedJourney>> SqlitePruner::FindEnded(
    int64_t before, int64_t limit, int64_t materialized) {
  std::vector<EndedJourney> journeys;
  SqliteRows rows = find_ended_->Start(before, materialized, limit);
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return journeys;
    journeys.push_back({rows.Integer(0), rows.Bytes(1), rows.Bytes(2), rows.Bytes(3)});
  }
}

absl::StatusOr<int64_t> SqlitePruner::Remove(const EndedJourney& journey) {
  WAYPOST_RETURN_IF_ERROR(delete_tickets_->Run(journey.tenant, journey.journey_id));
  int64_t removed = connection_->changes();
  WAYPOST_RETURN_IF_ERROR(delete_journey_->Run(journey.row));
  removed += connection_->changes();
  WAYPOST_RETURN_IF_ERROR(delete_person_->Run(journey.tenant, journey.person_id));
  return removed + connection_->changes();
}

absl::StatusOr<int64_t> SqlitePruner::PruneJourneys(int64_t before, int64_t limit,
                                                    int64_t materialized) {
  WAYPOST_ASSIGN_OR_RETURN(const std::vector<EndedJourney> journeys,
                           FindEnded(before, limit, materialized));
  int64_t removed = 0;
  for (const EndedJourney& journey : journeys) {
    WAYPOST_ASSIGN_OR_RETURN(const int64_t rows, Remove(journey));
    removed += rows;
  }
  return removed;
}

absl::StatusOr<int64_t> SqlitePruner::DescribeBlocks(int64_t materialized) {
  const int64_t end = (materialized + 1) / kBlockSize;
  int64_t next = 0;
  {
    SqliteRows rows = next_block_->Start();
    WAYPOST_RETURN_IF_ERROR(rows.Next().status());
    next = rows.Integer(0);
  }
  if (next < end) WAYPOST_RETURN_IF_ERROR(describe_blocks_->Run(next, end, kBlockSize));
  return end;
}

absl::StatusOr<std::vector<int64_t>> SqlitePruner::FindOldBlocks(int64_t before) {
  std::vector<int64_t> blocks;
  SqliteRows rows = find_old_blocks_->Start(before);
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return blocks;
    blocks.push_back(rows.Integer(0));
  }
}

absl::StatusOr<int64_t> SqlitePruner::PruneBlock(int64_t block, int64_t before, int64_t limit) {
  const int64_t first = block * kBlockSize;
  WAYPOST_RETURN_IF_ERROR(delete_records_->Run(first, first + kBlockSize - 1, before, limit));
  const int64_t removed = connection_->changes();
  WAYPOST_RETURN_IF_ERROR(forget_block_->Run(block));
  WAYPOST_RETURN_IF_ERROR(describe_blocks_->Run(block, block + 1, kBlockSize));
  return removed;
}

absl::StatusOr<int64_t> SqlitePruner::PruneLog(int64_t before, int64_t limit,
                                               int64_t materialized) {
  WAYPOST_ASSIGN_OR_RETURN(const int64_t end, DescribeBlocks(materialized));
  WAYPOST_ASSIGN_OR_RETURN(const std::vector<int64_t> blocks, FindOldBlocks(before));
  int64_t removed = 0;
  for (const int64_t block : blocks) {
    if (removed == limit) return removed;
    WAYPOST_ASSIGN_OR_RETURN(const int64_t rows, PruneBlock(block, before, limit - removed));
    removed += rows;
  }
  WAYPOST_RETURN_IF_ERROR(
      delete_records_->Run(end * kBlockSize, materialized, before, limit - removed));
  return removed + connection_->changes();
}

}  // namespace waypost::store
