// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/write_ledger.h"

#include "connectors/engine/spool_tables.h"
#include "sidecar/base/status_macros.h"

namespace waypost::connectors {
namespace {

constexpr char kFind[] = "SELECT started_at, done FROM writes WHERE action_id = ?1";
constexpr char kBegin[] =
    "INSERT INTO writes (action_id, started_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
constexpr char kFinish[] = "UPDATE writes SET done = 1, reference = ?2 WHERE action_id = ?1";
constexpr char kForget[] = "DELETE FROM writes WHERE action_id = ?1 AND done = 0";
constexpr char kPrune[] = "DELETE FROM writes WHERE done = 1 AND started_at < ?1";

}  // namespace

absl::StatusOr<std::unique_ptr<WriteLedger>> WriteLedger::Open(const std::string& path,
                                                               absl::Time now) {
  WAYPOST_ASSIGN_OR_RETURN(auto connection, OpenSpoolTables(path, ""));
  std::unique_ptr<WriteLedger> ledger(new WriteLedger(std::move(connection)));
  WAYPOST_RETURN_IF_ERROR(ledger->connection_->PrepareInto(kFind, ledger->find_));
  WAYPOST_RETURN_IF_ERROR(ledger->connection_->PrepareInto(kBegin, ledger->begin_));
  WAYPOST_RETURN_IF_ERROR(ledger->connection_->PrepareInto(kFinish, ledger->finish_));
  WAYPOST_RETURN_IF_ERROR(ledger->connection_->PrepareInto(kForget, ledger->forget_));
  WAYPOST_ASSIGN_OR_RETURN(store::SqliteStatement prune, ledger->connection_->Prepare(kPrune));
  WAYPOST_RETURN_IF_ERROR(prune.Run(absl::ToUnixMicros(now - kKept)));
  return ledger;
}

absl::StatusOr<std::optional<WriteLedger::Entry>> WriteLedger::Find(std::string_view action_id) {
  store::SqliteRows rows = find_->Start(action_id);
  WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
  if (!found) return std::optional<Entry>();
  return std::optional<Entry>({absl::FromUnixMicros(rows.Integer(0)), rows.Integer(1) != 0});
}

absl::Status WriteLedger::Begin(std::string_view action_id, absl::Time now) {
  return begin_->Run(action_id, absl::ToUnixMicros(now));
}

absl::Status WriteLedger::Finish(std::string_view action_id, std::string_view reference) {
  return finish_->Run(action_id, reference);
}

absl::Status WriteLedger::Forget(std::string_view action_id) { return forget_->Run(action_id); }

}  // namespace waypost::connectors
