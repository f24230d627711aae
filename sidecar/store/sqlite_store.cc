// SPDX-License-Identifier: Apache-2.0
#include "sidecar/store/sqlite_store.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/store/checks.h"
#include "sidecar/store/file_guard.h"
#include "sidecar/store/migrations.h"
#include "sidecar/store/sqlite.h"
#include "sidecar/store/sqlite_reader.h"
#include "sidecar/store/sqlite_reader_pool.h"
#include "sidecar/store/sqlite_writer.h"
#include "sidecar/store/write_ahead_log.h"

namespace waypost::store {
namespace {

constexpr int64_t kPageSize = 4096;
constexpr int kWriterCacheKibibytes = 32 * 1024;
constexpr int kReaderCacheKibibytes = 4 * 1024;
constexpr size_t kScanChunk = 256;  // records held at once by a scan

absl::Status CheckOptions(const SqliteOptions& options) {
  if (options.max_bytes < 0) return absl::InvalidArgumentError("max_bytes must not be negative");
  if (options.checkpoint_pages < 1) {
    return absl::InvalidArgumentError("checkpoint_pages must be at least 1");
  }
  if (options.read_connections < 1) {
    return absl::InvalidArgumentError("read_connections must be at least 1");
  }
  return absl::OkStatus();
}

absl::Status UseWriteAheadLog(SqliteConnection& connection) {
  WAYPOST_ASSIGN_OR_RETURN(SqliteStatement statement,
                           connection.Prepare("PRAGMA journal_mode = WAL"));
  SqliteRows rows = statement.Start();
  WAYPOST_ASSIGN_OR_RETURN(const bool answered, rows.Next());
  if (answered && rows.Bytes(0) == "wal") return absl::OkStatus();
  return absl::InternalError(absl::StrCat(
      connection.path(), ": SQLite cannot keep a write-ahead log on this file system"));
}

std::string WriterSettings(const SqliteOptions& options) {
  const int64_t wal_bytes = options.checkpoint_pages * kPageSize;
  std::string settings = absl::StrCat(
      "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;"
      "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = ",
      options.checkpoint_pages, "; PRAGMA journal_size_limit = ", wal_bytes,
      "; PRAGMA cache_size = -", kWriterCacheKibibytes, ";");
  if (options.max_bytes > 0) {
    absl::StrAppend(&settings,
                    "PRAGMA max_page_count = ", std::max<int64_t>(1, options.max_bytes / kPageSize),
                    ";");
  }
  return settings;
}

std::string ReaderSettings() {
  return absl::StrCat(
      "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
      "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -",
      kReaderCacheKibibytes);
}

absl::StatusOr<std::unique_ptr<SqliteWriter>> OpenWriter(const std::string& path,
                                                         const SqliteOptions& options) {
  WAYPOST_ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> connection,
                           SqliteConnection::Open(path, options.vfs, options.busy_timeout));
  WAYPOST_RETURN_IF_ERROR(CheckOrigin(*connection, Migrations()));
  WAYPOST_RETURN_IF_ERROR(connection->Execute(absl::StrCat("PRAGMA page_size = ", kPageSize)));
  WAYPOST_RETURN_IF_ERROR(UseWriteAheadLog(*connection));
  WAYPOST_RETURN_IF_ERROR(connection->Execute(WriterSettings(options)));
  WAYPOST_RETURN_IF_ERROR(
      connection->Transact([&] { return RewriteWriteAheadLog(connection->path(), options.vfs); }));
  WAYPOST_RETURN_IF_ERROR(Migrate(*connection, Migrations()));
  return SqliteWriter::Make(std::move(connection));
}

absl::StatusOr<std::unique_ptr<SqliteReader>> OpenReader(const std::string& path,
                                                         const SqliteOptions& options) {
  WAYPOST_ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> connection,
                           SqliteConnection::Open(path, options.vfs, options.busy_timeout));
  WAYPOST_RETURN_IF_ERROR(connection->Execute(ReaderSettings()));
  return SqliteReader::Make(std::move(connection));
}

absl::StatusOr<std::vector<std::unique_ptr<SqliteReader>>> OpenReaders(
    const std::string& path, const SqliteOptions& options) {
  std::vector<std::unique_ptr<SqliteReader>> readers;
  for (int i = 0; i < options.read_connections; ++i) {
    WAYPOST_ASSIGN_OR_RETURN(readers.emplace_back(), OpenReader(path, options));
  }
  return readers;
}

// Where the log and the tables stand. DATA_LOSS when records are missing that the tables do not
// have yet: those must follow each other without a hole, as nothing deletes them.
absl::StatusOr<Positions> ReadPositions(SqliteConnection& connection) {
  WAYPOST_ASSIGN_OR_RETURN(
      const int64_t materialized,
      connection.QueryInteger("SELECT value FROM meta WHERE name = 'materialized_position'"));
  WAYPOST_ASSIGN_OR_RETURN(const int64_t newest,
                           connection.QueryInteger("SELECT max(position) FROM log"));
  WAYPOST_ASSIGN_OR_RETURN(const int64_t waiting,
                           connection.QueryInteger(absl::StrCat(
                               "SELECT count(*) FROM log WHERE position > ", materialized)));
  // The newest record itself may have been pruned, but then the tables had it.
  const int64_t last = std::max(newest, materialized);
  if (waiting != last - materialized) {
    return absl::DataLossError(absl::StrCat(connection.path(), ": of the records ",
                                            materialized + 1, " to ", last, " only ", waiting,
                                            " are there"));
  }
  WAYPOST_ASSIGN_OR_RETURN(
      const int64_t learned,
      connection.QueryInteger("SELECT value FROM meta WHERE name = 'learned_position'"));
  return Positions{.last = static_cast<uint64_t>(last),
                   .materialized = static_cast<uint64_t>(materialized),
                   .learned = static_cast<uint64_t>(learned)};
}

class SqliteStore final : public Store {
 public:
  SqliteStore(std::unique_ptr<FileGuard> guard, const SqliteOptions& options)
      : guard_(std::move(guard)), options_(options) {}

  // Opens the connections; once, before anything else.
  absl::Status Start();

  absl::Status Append(absl::Span<const LogRecord> records) override;
  absl::StatusOr<uint64_t> LastPosition() const override { return last_.load(); }
  absl::StatusOr<uint64_t> MaterializedPosition() const override { return materialized_.load(); }
  absl::StatusOr<LogRecord> ReadRecord(uint64_t position) const override;
  absl::Status ScanLog(uint64_t after,
                       const std::function<absl::Status(const LogRecord&)>& visit) const override;
  absl::Status Materialize(const Materialization& batch) override;
  absl::StatusOr<std::optional<PersonRow>> FindPerson(std::string_view tenant,
                                                      std::string_view person_id) const override;
  absl::StatusOr<std::vector<JourneyRow>> LiveJourneys(std::string_view tenant,
                                                       std::string_view person_id) const override;
  absl::StatusOr<std::optional<JourneyRow>> FindJourney(std::string_view tenant,
                                                        std::string_view journey_id) const override;
  absl::StatusOr<std::optional<TicketRow>> FindTicket(std::string_view tenant,
                                                      std::string_view source,
                                                      std::string_view ref) const override;
  absl::StatusOr<JourneyPage> ListJourneys(const JourneyQuery& query) const override;
  absl::StatusOr<std::vector<DuePerson>> ListDue(const DuePerson& after, absl::Time until,
                                                 size_t limit) const override;
  absl::StatusOr<int64_t> CountDue() const override;
  absl::StatusOr<std::string> DueBasis() const override;
  absl::StatusOr<PersonPage> ListWaiting(const PersonName& after, size_t limit) const override;
  absl::StatusOr<std::optional<ActionRow>> FindAction(std::string_view tenant,
                                                      std::string_view action_id) const override;
  absl::StatusOr<std::vector<ActionRow>> ListActions(const ActionQuery& query) const override;
  absl::StatusOr<int64_t> CountActions(ActionState state) const override;
  absl::StatusOr<std::vector<ExpectationRow>> ListExpectations() const override;
  absl::StatusOr<uint64_t> LearnedPosition() const override { return learned_.load(); }
  absl::StatusOr<std::vector<UnmappedGroup>> ListUnmapped(std::string_view tenant,
                                                          size_t limit) const override;
  absl::StatusOr<size_t> Prune(absl::Time before, size_t limit) override;
  absl::StatusOr<size_t> PruneActions(absl::Time before, size_t limit) override;
  absl::Status Recover() override;
  std::string_view secret() const override { return secret_; }
  std::string_view kind() const override { return "sqlite"; }

 private:
  absl::StatusOr<Positions> OpenConnections() ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status Reopen() ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status Write(absl::FunctionRef<absl::Status()> write)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);

  // Declared first: the file is let go when every connection is closed.
  const std::unique_ptr<FileGuard> guard_;
  const SqliteOptions options_;
  std::string secret_;                      // set by Start
  std::atomic<uint64_t> last_ = 0;          // acknowledged, or found when the file was opened
  std::atomic<uint64_t> materialized_ = 0;  // likewise
  std::atomic<uint64_t> learned_ = 0;       // likewise
  absl::Mutex write_mutex_;
  // What every write is answered with; OK while writes are taken.
  absl::Status refusal_ ABSL_GUARDED_BY(write_mutex_);
  std::unique_ptr<SqliteWriter> writer_ ABSL_GUARDED_BY(write_mutex_);
  mutable SqliteReaderPool readers_;
};

absl::Status SqliteStore::Start() {
  absl::MutexLock lock(&write_mutex_);
  WAYPOST_ASSIGN_OR_RETURN(const Positions found, OpenConnections());
  last_ = found.last;
  materialized_ = found.materialized;
  WAYPOST_ASSIGN_OR_RETURN(secret_, writer_->connection().QueryText("SELECT value FROM secret"));
  if (secret_.empty()) {
    return absl::DataLossError(absl::StrCat(guard_->path(), ": its secret is missing"));
  }
  learned_ = found.learned;
  return absl::OkStatus();
}

absl::StatusOr<Positions> SqliteStore::OpenConnections() {
  const std::string& path = guard_->path();
  WAYPOST_ASSIGN_OR_RETURN(std::unique_ptr<SqliteWriter> writer, OpenWriter(path, options_));
  WAYPOST_ASSIGN_OR_RETURN(const Positions positions, ReadPositions(writer->connection()));
  WAYPOST_ASSIGN_OR_RETURN(std::vector<std::unique_ptr<SqliteReader>> readers,
                           OpenReaders(path, options_));
  readers_.Replace(std::move(readers));
  writer_ = std::move(writer);
  return positions;
}

absl::Status SqliteStore::Write(absl::FunctionRef<absl::Status()> write) {
  if (!refusal_.ok()) return refusal_;
  absl::Status status = write();
  if (!status.ok() && writer_->connection().broken()) {
    const absl::StatusCode code =
        absl::IsDataLoss(status) ? absl::StatusCode::kDataLoss : absl::StatusCode::kUnavailable;
    refusal_ = absl::Status(
        code,
        absl::StrCat("nothing is written until the store recovers; the cause: ", status.message()));
  }
  return status;
}

absl::Status SqliteStore::Append(absl::Span<const LogRecord> records) {
  absl::MutexLock lock(&write_mutex_);
  return Write([&]() -> absl::Status {
    write_mutex_.AssertHeld();
    WAYPOST_RETURN_IF_ERROR(CheckPositions(records, last_));
    if (records.empty()) return absl::OkStatus();
    WAYPOST_RETURN_IF_ERROR(writer_->Append(records));
    last_ = records.back().position;
    return absl::OkStatus();
  });
}

absl::Status SqliteStore::Materialize(const Materialization& batch) {
  absl::MutexLock lock(&write_mutex_);
  return Write([&]() -> absl::Status {
    write_mutex_.AssertHeld();
    WAYPOST_RETURN_IF_ERROR(CheckMaterialization(
        batch, {.last = last_, .materialized = materialized_, .learned = learned_}));
    WAYPOST_RETURN_IF_ERROR(writer_->Materialize(batch));
    materialized_ = batch.position.value_or(materialized_);
    learned_ = batch.learned_position.value_or(learned_);
    return absl::OkStatus();
  });
}

absl::StatusOr<size_t> SqliteStore::Prune(absl::Time before, size_t limit) {
  absl::MutexLock lock(&write_mutex_);
  size_t removed = 0;
  WAYPOST_RETURN_IF_ERROR(Write([&]() -> absl::Status {
    write_mutex_.AssertHeld();
    WAYPOST_ASSIGN_OR_RETURN(removed, writer_->Prune(before, limit, materialized_));
    return absl::OkStatus();
  }));
  return removed;
}

absl::StatusOr<size_t> SqliteStore::PruneActions(absl::Time before, size_t limit) {
  absl::MutexLock lock(&write_mutex_);
  size_t removed = 0;
  WAYPOST_RETURN_IF_ERROR(Write([&]() -> absl::Status {
    write_mutex_.AssertHeld();
    WAYPOST_ASSIGN_OR_RETURN(removed, writer_->PruneActions(before, limit));
    return absl::OkStatus();
  }));
  return removed;
}

absl::Status SqliteStore::Recover() {
  absl::MutexLock lock(&write_mutex_);
  if (!refusal_.ok()) {
    readers_.Suspend();
    const absl::Status reopened = Reopen();
    readers_.Resume();
    WAYPOST_RETURN_IF_ERROR(reopened);
    refusal_ = absl::OkStatus();
  }
  return Write([&]() -> absl::Status {
    write_mutex_.AssertHeld();
    return writer_->Probe(last_);
  });
}

absl::Status SqliteStore::Reopen() {
  // While this process's index of the write-ahead log still leaves out the commit that failed,
  // everything acknowledged moves to the database file and the log is emptied. A new connection
  // would take that commit from the log, though the disk may not hold it.
  if (writer_ != nullptr) WAYPOST_RETURN_IF_ERROR(writer_->Checkpoint());
  readers_.Replace({});
  writer_ = nullptr;
  WAYPOST_ASSIGN_OR_RETURN(const Positions found, OpenConnections());
  if (found.last < last_ || found.materialized < materialized_) {
    return absl::DataLossError(absl::StrCat(
        guard_->path(), ": the log ends at ", found.last, " and the tables at ", found.materialized,
        ", but ", last_.load(), " and ", materialized_.load(), " were written"));
  }
  return absl::OkStatus();
}

absl::StatusOr<LogRecord> SqliteStore::ReadRecord(uint64_t position) const {
  return readers_.Use([&](SqliteReader& reader) { return reader.ReadRecord(position); });
}

// In chunks, none of which is open while `visit` runs: a long read would keep the write-ahead log
// from starting over.
absl::Status SqliteStore::ScanLog(
    uint64_t after, const std::function<absl::Status(const LogRecord&)>& visit) const {
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(
        const std::vector<LogRecord> chunk,
        readers_.Use([&](SqliteReader& reader) { return reader.ReadLog(after, kScanChunk); }));
    if (chunk.empty()) return absl::OkStatus();
    for (const LogRecord& record : chunk) WAYPOST_RETURN_IF_ERROR(visit(record));
    after = chunk.back().position;
  }
}

absl::StatusOr<std::optional<PersonRow>> SqliteStore::FindPerson(std::string_view tenant,
                                                                 std::string_view person_id) const {
  return readers_.Use([&](SqliteReader& reader) { return reader.FindPerson(tenant, person_id); });
}

absl::StatusOr<std::vector<JourneyRow>> SqliteStore::LiveJourneys(
    std::string_view tenant, std::string_view person_id) const {
  return readers_.Use([&](SqliteReader& reader) { return reader.LiveJourneys(tenant, person_id); });
}

absl::StatusOr<std::optional<JourneyRow>> SqliteStore::FindJourney(
    std::string_view tenant, std::string_view journey_id) const {
  return readers_.Use([&](SqliteReader& reader) { return reader.FindJourney(tenant, journey_id); });
}

absl::StatusOr<std::optional<TicketRow>> SqliteStore::FindTicket(std::string_view tenant,
                                                                 std::string_view source,
                                                                 std::string_view ref) const {
  return readers_.Use([&](SqliteReader& reader) { return reader.FindTicket(tenant, source, ref); });
}

absl::StatusOr<JourneyPage> SqliteStore::ListJourneys(const JourneyQuery& query) const {
  return readers_.Use([&](SqliteReader& reader) { return reader.ListJourneys(query); });
}

absl::StatusOr<std::vector<DuePerson>> SqliteStore::ListDue(const DuePerson& after,
                                                            absl::Time until, size_t limit) const {
  return readers_.Use([&](SqliteReader& reader) { return reader.ListDue(after, until, limit); });
}

absl::StatusOr<int64_t> SqliteStore::CountDue() const {
  return readers_.Use([&](SqliteReader& reader) { return reader.CountDue(); });
}

absl::StatusOr<std::string> SqliteStore::DueBasis() const {
  return readers_.Use([&](SqliteReader& reader) { return reader.DueBasis(); });
}

absl::StatusOr<PersonPage> SqliteStore::ListWaiting(const PersonName& after, size_t limit) const {
  return readers_.Use([&](SqliteReader& reader) { return reader.ListWaiting(after, limit); });
}

absl::StatusOr<std::optional<ActionRow>> SqliteStore::FindAction(std::string_view tenant,
                                                                 std::string_view action_id) const {
  return readers_.Use([&](SqliteReader& reader) { return reader.FindAction(tenant, action_id); });
}

absl::StatusOr<std::vector<ActionRow>> SqliteStore::ListActions(const ActionQuery& query) const {
  return readers_.Use([&](SqliteReader& reader) { return reader.ListActions(query); });
}

absl::StatusOr<int64_t> SqliteStore::CountActions(ActionState state) const {
  return readers_.Use([&](SqliteReader& reader) { return reader.CountActions(state); });
}

absl::StatusOr<std::vector<ExpectationRow>> SqliteStore::ListExpectations() const {
  return readers_.Use([&](SqliteReader& reader) { return reader.ListExpectations(); });
}

absl::StatusOr<std::vector<UnmappedGroup>> SqliteStore::ListUnmapped(std::string_view tenant,
                                                                     size_t limit) const {
  return readers_.Use([&](SqliteReader& reader) { return reader.ListUnmapped(tenant, limit); });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const SqliteOptions& options) {
  WAYPOST_RETURN_IF_ERROR(CheckOptions(options));
  WAYPOST_ASSIGN_OR_RETURN(std::unique_ptr<FileGuard> guard, FileGuard::Take(options.path));
  auto store = std::make_unique<SqliteStore>(std::move(guard), options);
  WAYPOST_RETURN_IF_ERROR(store->Start());
  return store;
}

}  // namespace waypost::store
