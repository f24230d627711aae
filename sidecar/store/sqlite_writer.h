// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sidecar/store/sqlite.h"
#include "sidecar/store/sqlite_pruner.h"
#include "sidecar/store/store.h"

namespace waypost::store {

// The writes of Store on the one connection that writes, each one transaction. What the arguments
// must fulfil is checked by the caller.
//
// Threads: one at a time.
class SqliteWriter {
 public:
  // Prepares every statement on `connection`, which must have the newest tables.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<SqliteWriter>> Make(
      std::unique_ptr<SqliteConnection> connection);

  [[nodiscard]] absl::Status Append(absl::Span<const LogRecord> records);
  [[nodiscard]] absl::Status Materialize(const Materialization& batch);
  [[nodiscard]] absl::StatusOr<size_t> Prune(absl::Time before, size_t limit,
                                             uint64_t materialized);

  [[nodiscard]] absl::StatusOr<size_t> PruneActions(absl::Time before, size_t limit);

  // Deletes records with position > `last`, left by a transaction whose commit was reported as
  // failed, and proves that the file can be written and can grow.
  [[nodiscard]] absl::Status Probe(uint64_t last);

  // Moves the whole write-ahead log into the database file and empties it. UNAVAILABLE when another
  // process reads from it.
  [[nodiscard]] absl::Status Checkpoint();

  [[nodiscard]] SqliteConnection& connection() { return *connection_; }

 private:
  explicit SqliteWriter(std::unique_ptr<SqliteConnection> connection)
      : connection_(std::move(connection)) {}

  [[nodiscard]] absl::Status PrepareAll();
  [[nodiscard]] absl::Status Put(const PersonRow& row);
  [[nodiscard]] absl::Status Put(const JourneyRow& row);
  [[nodiscard]] absl::Status Put(const TicketRow& row);
  [[nodiscard]] absl::Status Put(const ActionRow& row);
  [[nodiscard]] absl::Status Put(const ExpectationRow& row);

  const std::unique_ptr<SqliteConnection> connection_;
  // Declared after the connection, so that they go first.
  std::unique_ptr<SqlitePruner> pruner_;
  std::optional<SqliteStatement> append_;
  std::optional<SqliteStatement> put_person_;
  std::optional<SqliteStatement> put_journey_;
  std::optional<SqliteStatement> put_ticket_;
  std::optional<SqliteStatement> put_action_;
  std::optional<SqliteStatement> put_expectation_;
  std::optional<SqliteStatement> put_position_;
  std::optional<SqliteStatement> put_learned_position_;
  std::optional<SqliteStatement> put_due_basis_;
  std::optional<SqliteStatement> prune_actions_;
  std::optional<SqliteStatement> drop_after_;
  std::optional<SqliteStatement> fill_probe_;
  std::optional<SqliteStatement> clear_probe_;
  std::optional<SqliteStatement> checkpoint_;
};

}  // namespace waypost::store
