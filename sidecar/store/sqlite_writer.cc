// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/sqlite_writer.h"

#include <algorithm>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"

namespace waypost::store {
namespace {

constexpr char kAppend[] =
    "INSERT INTO log (position, tenant, person_id, occurred_at, unmapped_key, event, decision)"
    " VALUES (?1, ?2, ?3, ?4, nullif(?5, ''), ?6, ?7)";
constexpr char kPutPerson[] =
    "INSERT INTO persons (tenant, person_id, position, blob, due_at)"
    " VALUES (?1, ?2, ?3, ?4, nullif(?5, 9223372036854775807))"
    " ON CONFLICT (tenant, person_id) DO UPDATE"
    " SET position = excluded.position, blob = excluded.blob, due_at = excluded.due_at";
constexpr char kPutJourney[] =
    "INSERT INTO journeys (tenant, journey_id, person_id, stage, open, live, newest_at, blob)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (tenant, journey_id) DO UPDATE"
    " SET person_id = excluded.person_id, stage = excluded.stage, open = excluded.open,"
    " live = excluded.live, newest_at = excluded.newest_at, blob = excluded.blob";
constexpr char kPutTicket[] =
    "INSERT INTO tickets (tenant, source, ref, person_id, journey_id) VALUES (?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT (tenant, source, ref) DO UPDATE"
    " SET person_id = excluded.person_id, journey_id = excluded.journey_id"
    " WHERE person_id <> excluded.person_id OR journey_id <> excluded.journey_id";
constexpr char kPutAction[] =
    "INSERT INTO actions (tenant, action_id, position, number, state, settled_at, blob)"
    " VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, 9223372036854775807), ?7)"
    " ON CONFLICT (tenant, action_id) DO UPDATE"
    " SET position = excluded.position, number = excluded.number, state = excluded.state,"
    " settled_at = excluded.settled_at, blob = excluded.blob";
constexpr char kPruneActions[] =
    "DELETE FROM actions WHERE (tenant, action_id) IN (SELECT tenant, action_id FROM actions"
    " WHERE settled_at IS NOT NULL AND settled_at < ?1 ORDER BY settled_at LIMIT ?2)";
constexpr char kPutExpectation[] =
    "INSERT INTO expectations (tenant, blob) VALUES (?1, ?2)"
    " ON CONFLICT (tenant) DO UPDATE SET blob = excluded.blob";
constexpr char kPutLearnedPosition[] = "UPDATE meta SET value = ?1 WHERE name = 'learned_position'";
constexpr char kPutPosition[] = "UPDATE meta SET value = ?1 WHERE name = 'materialized_position'";
constexpr char kPutDueBasis[] = "UPDATE due_basis SET basis = ?1";
constexpr char kDropAfter[] = "DELETE FROM log WHERE position > ?1";
constexpr char kFillProbe[] = "INSERT INTO probe (padding) VALUES (zeroblob(65536))";
constexpr char kClearProbe[] = "DELETE FROM probe";

// SQLite's answer has three columns: whether it was kept from finishing, and two page counts.
constexpr char kCheckpoint[] = "PRAGMA wal_checkpoint(TRUNCATE)";

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteWriter>> SqliteWriter::Make(
    std::unique_ptr<SqliteConnection> connection) {
  std::unique_ptr<SqliteWriter> writer(new SqliteWriter(std::move(connection)));
  WAYPOST_RETURN_IF_ERROR(writer->PrepareAll());
  return writer;
}

absl::Status SqliteWriter::PrepareAll() {
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kAppend, append_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kPutPerson, put_person_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kPutJourney, put_journey_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kPutTicket, put_ticket_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kPutAction, put_action_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kPruneActions, prune_actions_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kPutExpectation, put_expectation_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kPutPosition, put_position_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kPutLearnedPosition, put_learned_position_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kPutDueBasis, put_due_basis_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kDropAfter, drop_after_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kFillProbe, fill_probe_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kClearProbe, clear_probe_));
  WAYPOST_RETURN_IF_ERROR(connection_->PrepareInto(kCheckpoint, checkpoint_));
  WAYPOST_ASSIGN_OR_RETURN(pruner_, SqlitePruner::Make(connection_.get()));
  return absl::OkStatus();
}

absl::Status SqliteWriter::Append(absl::Span<const LogRecord> records) {
  return connection_->Transact([&]() -> absl::Status {
    for (const LogRecord& record : records) {
      WAYPOST_RETURN_IF_ERROR(append_->Run(static_cast<int64_t>(record.position), record.tenant,
                                           record.person_id, absl::ToUnixMicros(record.occurred_at),
                                           record.unmapped_key, SqliteBlob{record.event},
                                           SqliteBlob{record.decision}));
    }
    return absl::OkStatus();
  });
}

absl::Status SqliteWriter::Put(const PersonRow& row) {
  return put_person_->Run(row.tenant, row.person_id, static_cast<int64_t>(row.position),
                          SqliteBlob{row.blob}, absl::ToUnixMicros(row.due_at));
}

absl::Status SqliteWriter::Put(const JourneyRow& row) {
  return put_journey_->Run(row.tenant, row.journey_id, row.person_id, row.stage, int64_t{row.open},
                           int64_t{row.live}, absl::ToUnixMicros(row.newest_at),
                           SqliteBlob{row.blob});
}

absl::Status SqliteWriter::Put(const TicketRow& row) {
  return put_ticket_->Run(row.tenant, row.source, row.ref, row.person_id, row.journey_id);
}

absl::Status SqliteWriter::Put(const ActionRow& row) {
  return put_action_->Run(row.tenant, row.action_id, static_cast<int64_t>(row.position),
                          int64_t{row.number}, static_cast<int64_t>(row.state),
                          absl::ToUnixMicros(row.settled_at), SqliteBlob{row.blob});
}

absl::Status SqliteWriter::Put(const ExpectationRow& row) {
  return put_expectation_->Run(row.tenant, SqliteBlob{row.blob});
}

absl::Status SqliteWriter::Materialize(const Materialization& batch) {
  return connection_->Transact([&]() -> absl::Status {
    for (const PersonRow& row : batch.persons) WAYPOST_RETURN_IF_ERROR(Put(row));
    for (const JourneyRow& row : batch.journeys) WAYPOST_RETURN_IF_ERROR(Put(row));
    for (const TicketRow& row : batch.tickets) WAYPOST_RETURN_IF_ERROR(Put(row));
    for (const ActionRow& row : batch.actions) WAYPOST_RETURN_IF_ERROR(Put(row));
    for (const ExpectationRow& row : batch.expectations) WAYPOST_RETURN_IF_ERROR(Put(row));
    if (batch.learned_position.has_value()) {
      const auto learned = static_cast<int64_t>(*batch.learned_position);
      WAYPOST_RETURN_IF_ERROR(put_learned_position_->Run(learned));
    }
    if (batch.due_basis.has_value()) WAYPOST_RETURN_IF_ERROR(put_due_basis_->Run(*batch.due_basis));
    if (!batch.position.has_value()) return absl::OkStatus();
    return put_position_->Run(static_cast<int64_t>(*batch.position));
  });
}

absl::StatusOr<size_t> SqliteWriter::Prune(absl::Time before, size_t limit, uint64_t materialized) {
  size_t removed = 0;
  WAYPOST_RETURN_IF_ERROR(connection_->Transact([&]() -> absl::Status {
    WAYPOST_ASSIGN_OR_RETURN(removed, pruner_->Prune(before, limit, materialized));
    return absl::OkStatus();
  }));
  return removed;
}

absl::StatusOr<size_t> SqliteWriter::PruneActions(absl::Time before, size_t limit) {
  const auto row_limit =
      static_cast<int64_t>(std::min<uint64_t>(limit, std::numeric_limits<int64_t>::max()));
  size_t removed = 0;
  WAYPOST_RETURN_IF_ERROR(connection_->Transact([&]() -> absl::Status {
    WAYPOST_RETURN_IF_ERROR(prune_actions_->Run(absl::ToUnixMicros(before), row_limit));
    removed = static_cast<size_t>(connection_->changes());
    return absl::OkStatus();
  }));
  return removed;
}

absl::Status SqliteWriter::Probe(uint64_t last) {
  return connection_->Transact([&]() -> absl::Status {
    WAYPOST_RETURN_IF_ERROR(drop_after_->Run(static_cast<int64_t>(last)));
    WAYPOST_RETURN_IF_ERROR(fill_probe_->Run());
    return clear_probe_->Run();
  });
}

absl::Status SqliteWriter::Checkpoint() {
  SqliteRows rows = checkpoint_->Start();
  WAYPOST_ASSIGN_OR_RETURN(const bool answered, rows.Next());
  if (answered && rows.Integer(0) == 0) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(connection_->path(), ": another process is reading from it"));
}

}  // namespace waypost::store
