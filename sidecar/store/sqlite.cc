// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/sqlite.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/base/status_macros.h"

namespace waypost::store {
namespace {

absl::StatusCode CodeFor(int primary_code, bool disk_full) {
  switch (primary_code) {
    case SQLITE_FULL:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_IOERR:
      return disk_full ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kUnavailable;
    case SQLITE_BUSY:
    case SQLITE_PROTOCOL:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return absl::StatusCode::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_TOOBIG:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kInternal;
  }
}

bool IsDiskFull(int system_error) { return system_error == ENOSPC || system_error == EDQUOT; }

}  // namespace

void SqliteConnection::Closer::operator()(sqlite3* database) const { sqlite3_close(database); }

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(
    const std::string& path, const std::string& vfs, absl::Duration busy_timeout) {
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(path));
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(
      path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      vfs.empty() ? nullptr : vfs.c_str());
  connection->database_.reset(database);
  if (code != SQLITE_OK) return connection->Failure(code);
  sqlite3_busy_timeout(database, static_cast<int>(absl::ToInt64Milliseconds(busy_timeout)));
  WAYPOST_RETURN_IF_ERROR(connection->PrepareTransactions());
  return connection;
}

SqliteConnection::~SqliteConnection() = default;

absl::Status SqliteConnection::PrepareTransactions() {
  WAYPOST_RETURN_IF_ERROR(PrepareInto("BEGIN IMMEDIATE", begin_));
  WAYPOST_RETURN_IF_ERROR(PrepareInto("COMMIT", commit_));
  return PrepareInto("ROLLBACK", rollback_);
}

absl::Status SqliteConnection::Failure(int code) {
  const int primary_code = code & 0xff;
  const bool failed_io = primary_code == SQLITE_IOERR;
  const int system_error = failed_io ? sqlite3_system_errno(database_.get()) : 0;
  if (failed_io || primary_code == SQLITE_CORRUPT || primary_code == SQLITE_NOTADB) broken_ = true;
  // SQLite does not tell the system's error then; the memory it shares between connections is a
  // file, and making that larger fails when the disk is full.
  const bool disk_full = IsDiskFull(system_error) || code == SQLITE_IOERR_SHMSIZE;
  std::string message = absl::StrCat(
      path_, ": ", database_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database_.get()),
      " (SQLite code ", code, ")");
  if (system_error != 0) absl::StrAppend(&message, ": ", strerror(system_error));
  return absl::Status(CodeFor(primary_code, disk_full), message);
}

absl::Status SqliteConnection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Failure(code);
}

absl::StatusOr<SqliteStatement> SqliteConnection::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Failure(code);
  return SqliteStatement(this, statement);
}

absl::Status SqliteConnection::PrepareInto(std::string_view sql,
                                           std::optional<SqliteStatement>& statement) {
  WAYPOST_ASSIGN_OR_RETURN(SqliteStatement prepared, Prepare(sql));
  statement.emplace(std::move(prepared));
  return absl::OkStatus();
}

absl::StatusOr<int64_t> SqliteConnection::QueryInteger(std::string_view sql) {
  WAYPOST_ASSIGN_OR_RETURN(SqliteStatement statement, Prepare(sql));
  SqliteRows rows = statement.Start();
  WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
  return found ? rows.Integer(0) : 0;
}

absl::StatusOr<std::string> SqliteConnection::QueryText(std::string_view sql) {
  WAYPOST_ASSIGN_OR_RETURN(SqliteStatement statement, Prepare(sql));
  SqliteRows rows = statement.Start();
  WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
  return found ? rows.Bytes(0) : std::string();
}

absl::Status SqliteConnection::Transact(absl::FunctionRef<absl::Status()> body) {
  WAYPOST_RETURN_IF_ERROR(begin_->Run());
  absl::Status status = body();
  if (status.ok()) status = commit_->Run();
  // SQLite may have rolled back by itself; what a rollback of ours reports is of no further use.
  if (!status.ok() && sqlite3_get_autocommit(database_.get()) == 0) rollback_->Run().IgnoreError();
  return status;
}

int64_t SqliteConnection::changes() const { return sqlite3_changes64(database_.get()); }

SqliteRows::SqliteRows(SqliteRows&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      bind_failure_(other.bind_failure_) {}

SqliteRows::~SqliteRows() {
  // The code only repeats what Next() said.
  sqlite3_reset(statement_);
}

absl::StatusOr<bool> SqliteRows::Next() {
  const int code = bind_failure_ == SQLITE_OK ? sqlite3_step(statement_) : bind_failure_;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return connection_->Failure(code);
}

int64_t SqliteRows::Integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string SqliteRows::Bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return size == 0 ? std::string() : std::string(static_cast<const char*>(data), size);
}

void SqliteRows::Bind(int index, int64_t value) {
  Note(sqlite3_bind_int64(statement_, index, value));
}

void SqliteRows::Bind(int index, std::string_view text) {
  Note(sqlite3_bind_text64(statement_, index, text.empty() ? "" : text.data(), text.size(),
                           SQLITE_STATIC, SQLITE_UTF8));
}

void SqliteRows::Bind(int index, SqliteBlob blob) {
  // An empty view may hold a null pointer, which SQLite would bind as NULL.
  const char* data = blob.bytes.empty() ? "" : blob.bytes.data();
  Note(sqlite3_bind_blob64(statement_, index, data, blob.bytes.size(), SQLITE_STATIC));
}

void SqliteRows::Note(int code) {
  if (bind_failure_ == SQLITE_OK) bind_failure_ = code;
}

}  // namespace waypost::store
