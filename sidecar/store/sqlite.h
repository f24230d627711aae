// SPDX-License-Identifier: Apache-2.0
// A thin layer over SQLite's C API: connections, prepared statements and transactions that clean up
// after themselves and speak absl::Status. Nothing here knows Waypost's tables.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace waypost::store {

// Bytes to bind as a BLOB; text binds as a string_view. Either may hold any bytes.
struct SqliteBlob {
  std::string_view bytes;
};

class SqliteConnection;

// One run of a prepared statement. Resets the statement when destroyed, which also ends a read's
// transaction: keep it no longer than needed.
class SqliteRows {
 public:
  SqliteRows(SqliteRows&& other) noexcept;
  ~SqliteRows();

  // Moves to the next row, first to the first; false at the end.
  [[nodiscard]] absl::StatusOr<bool> Next();

  // Columns of the row, counted from 0. NULL reads as 0 and as empty.
  [[nodiscard]] int64_t Integer(int column) const;
  [[nodiscard]] std::string Bytes(int column) const;

 private:
  friend class SqliteStatement;
  SqliteRows(SqliteConnection* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}

  void Bind(int index, int64_t value);
  void Bind(int index, std::string_view text);
  void Bind(int index, SqliteBlob blob);
  void Note(int code);

  SqliteConnection* connection_;
  sqlite3_stmt* statement_;
  int bind_failure_ = SQLITE_OK;
};

// A statement that was prepared once and runs many times, one run at a time.
class SqliteStatement {
 public:
  // Starts a run with `values` for ?1, ?2 and so on: integers, text or SqliteBlob.
  // What they point to must live until the run is destroyed.
  template <typename... Values>
  [[nodiscard]] SqliteRows Start(const Values&... values) {
    SqliteRows rows(connection_, statement_.get());
    int index = 0;
    (rows.Bind(++index, values), ...);
    return rows;
  }

  // Runs to the end at once.
  template <typename... Values>
  [[nodiscard]] absl::Status Run(const Values&... values) {
    SqliteRows rows = Start(values...);
    return rows.Next().status();
  }

 private:
  friend class SqliteConnection;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  SqliteStatement(SqliteConnection* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}

  SqliteConnection* connection_;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

// One connection to a database file.
//
// Threads: one at a time. Lifetime: outlives its statements.
//
// Failures: RESOURCE_EXHAUSTED for a full disk, UNAVAILABLE for failed input or output and for a
// file another process has locked, DATA_LOSS for damage, INVALID_ARGUMENT for a value beyond
// SQLite's size limit, INTERNAL otherwise. Messages name the file and never a bound value.
class SqliteConnection {
 public:
  // Opens an existing file for reading and writing, with the VFS of that name (empty: the
  // platform's own). A statement that meets a lock of another process waits up to `busy_timeout`.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(
      const std::string& path, const std::string& vfs, absl::Duration busy_timeout);

  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // Runs SQL of one or more statements, whose rows, if any, are thrown away.
  [[nodiscard]] absl::Status Execute(const std::string& sql);

  [[nodiscard]] absl::StatusOr<SqliteStatement> Prepare(std::string_view sql);

  // The same into `statement`; leaves it alone on failure.
  [[nodiscard]] absl::Status PrepareInto(std::string_view sql,
                                         std::optional<SqliteStatement>& statement);

  // The first column of the first row of `sql`; 0 when there is no row.
  [[nodiscard]] absl::StatusOr<int64_t> QueryInteger(std::string_view sql);
  // The same of text; empty when there is no row.
  [[nodiscard]] absl::StatusOr<std::string> QueryText(std::string_view sql);

  // Runs `body` in a transaction that holds the write lock from its start, and commits. When `body`
  // or the commit fails, everything is rolled back.
  [[nodiscard]] absl::Status Transact(absl::FunctionRef<absl::Status()> body);

  // Rows the newest INSERT, UPDATE or DELETE changed.
  [[nodiscard]] int64_t changes() const;

  // Whether input or output ever failed on this connection, or damage was found: what the disk
  // holds is then unknown.
  [[nodiscard]] bool broken() const { return broken_; }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  friend class SqliteRows;
  struct Closer {
    void operator()(sqlite3* database) const;
  };

  explicit SqliteConnection(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] absl::Status PrepareTransactions();

  // The failure that `code`, just returned by SQLite, stands for.
  [[nodiscard]] absl::Status Failure(int code);

  const std::string path_;
  bool broken_ = false;
  std::unique_ptr<sqlite3, Closer> database_;
  // Declared after the database, so that they go first.
  std::optional<SqliteStatement> begin_;
  std::optional<SqliteStatement> commit_;
  std::optional<SqliteStatement> rollback_;
};

}  // namespace waypost::store
