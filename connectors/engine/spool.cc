// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/spool.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "connectors/engine/spool_tables.h"
#include "sidecar/base/logging.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/store/write_ahead_log.h"

namespace waypost::connectors {
namespace {

constexpr char kInsert[] =
    "INSERT INTO requests (connector, received_at, request) VALUES (?1, ?2, ?3)";
constexpr char kRemove[] = "DELETE FROM requests WHERE id = ?1";
constexpr char kBury[] = "UPDATE requests SET reason = ?2 WHERE id = ?1";
constexpr char kPending[] =
    "SELECT id, connector, received_at, request FROM requests"
    " WHERE id > ?1 AND reason IS NULL ORDER BY id LIMIT ?2";

constexpr char kSetCursor[] =
    "INSERT INTO polls (connector, cursor) VALUES (?1, ?2)"
    " ON CONFLICT (connector) DO UPDATE SET cursor = ?2";
constexpr char kKnow[] =
    "INSERT INTO polled_items (connector, item, time) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
constexpr char kForgetItems[] = "DELETE FROM polled_items WHERE connector = ?1 AND time < ?2";
constexpr char kCursor[] = "SELECT cursor FROM polls WHERE connector = ?1";
constexpr char kItems[] = "SELECT item, time FROM polled_items WHERE connector = ?1";

// How long a write of the forwarder waits before it is tried again on a disk that fails.
constexpr absl::Duration kRetry = absl::Seconds(1);

}  // namespace

// Something to write. What is added lies on the stack of the thread that waits for it, all others
// are the queue's.
struct Spool::Write {
  enum class Kind { kAdd, kRemove, kBury };
  Kind kind = Kind::kAdd;
  int64_t id = 0;
  int64_t bytes = 0;  // that a removal frees
  std::string connector;
  int64_t received_at = 0;                 // in microseconds since 1970
  std::vector<std::string> texts;          // of the requests to add, or the reason
  const PollProgress* progress = nullptr;  // of requests that the tool was asked for
  absl::Time forget_before;
  bool done = false;
  absl::Status status;
};

Spool::Spool(std::unique_ptr<store::FileGuard> guard, const SpoolOptions& options)
    : guard_(std::move(guard)), options_(options) {}

absl::StatusOr<std::unique_ptr<Spool>> Spool::Open(const std::string& path,
                                                   const SpoolOptions& options) {
  WAYPOST_ASSIGN_OR_RETURN(std::unique_ptr<store::FileGuard> guard, store::FileGuard::Take(path));
  std::unique_ptr<Spool> spool(new Spool(std::move(guard), options));
  WAYPOST_RETURN_IF_ERROR(spool->Connect());
  {
    const absl::MutexLock lock(&spool->reader_mutex_);
    WAYPOST_ASSIGN_OR_RETURN(spool->reader_, OpenSpoolTables(spool->guard_->path(), options.vfs));
  }
  WAYPOST_RETURN_IF_ERROR(spool->CountAll());
  spool->writer_ = std::thread([raw = spool.get()] { raw->RunWriter(); });
  return spool;
}

Spool::~Spool() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (writer_.joinable()) writer_.join();
  const absl::MutexLock lock(&mutex_);
  for (Write* left : queue_) delete left;
}

// Also after the disk failed: what the old connection believes to be on disk may not be there.
absl::Status Spool::Connect() {
  insert_.reset();
  remove_.reset();
  bury_.reset();
  connection_.reset();
  WAYPOST_ASSIGN_OR_RETURN(auto connection, OpenSpoolTables(guard_->path(), options_.vfs));
  WAYPOST_RETURN_IF_ERROR(connection->Transact(
      [&] { return store::RewriteWriteAheadLog(connection->path(), options_.vfs); }));
  WAYPOST_RETURN_IF_ERROR(connection->PrepareInto(kInsert, insert_));
  WAYPOST_RETURN_IF_ERROR(connection->PrepareInto(kRemove, remove_));
  WAYPOST_RETURN_IF_ERROR(connection->PrepareInto(kBury, bury_));
  connection_ = std::move(connection);
  return absl::OkStatus();
}

absl::Status Spool::CountAll() {
  WAYPOST_ASSIGN_OR_RETURN(requests_, connection_->QueryInteger("SELECT count(*) FROM requests"));
  WAYPOST_ASSIGN_OR_RETURN(
      bytes_, connection_->QueryInteger("SELECT coalesce(sum(length(request)), 0) FROM requests"));
  return absl::OkStatus();
}

absl::Status Spool::Add(const std::string& connector, const Request& request,
                        absl::Time received_at) {
  Write write;
  write.connector = connector;
  write.received_at = absl::ToUnixMicros(received_at);
  write.texts.push_back(RequestText(request));
  return AwaitCommit(&write);
}

absl::Status Spool::AddPolled(const std::string& connector, const std::vector<Request>& requests,
                              const PollProgress& progress, absl::Time forget_before,
                              absl::Time received_at) {
  Write write;
  write.connector = connector;
  write.received_at = absl::ToUnixMicros(received_at);
  for (const Request& request : requests) write.texts.push_back(RequestText(request));
  write.progress = &progress;
  write.forget_before = forget_before;
  return AwaitCommit(&write);
}

absl::Status Spool::AwaitCommit(Write* write) {
  const auto count = static_cast<int64_t>(write->texts.size());
  int64_t size = 0;
  for (const std::string& text : write->texts) size += static_cast<int64_t>(text.size());
  // Progress alone takes no room.
  if (count > 0 &&
      (requests_ + count > options_.max_requests || bytes_ + size > options_.max_bytes)) {
    return absl::ResourceExhaustedError("the spool is full");
  }
  requests_ += count;
  bytes_ += size;
  const absl::MutexLock lock(&mutex_);
  queue_.push_back(write);
  mutex_.Await(absl::Condition(&write->done));
  if (!write->status.ok()) {
    requests_ -= count;
    bytes_ -= size;
  }
  return write->status;
}

void Spool::Finish(int64_t id, int64_t bytes) {
  auto write = std::make_unique<Write>();
  write->kind = Write::Kind::kRemove;
  write->id = id;
  write->bytes = bytes;
  Enqueue(std::move(write));
}

void Spool::Bury(int64_t id, std::string reason) {
  auto write = std::make_unique<Write>();
  write->kind = Write::Kind::kBury;
  write->id = id;
  write->texts.push_back(std::move(reason));
  Enqueue(std::move(write));
}

void Spool::Enqueue(std::unique_ptr<Write> write) {
  const absl::MutexLock lock(&mutex_);
  queue_.push_back(write.release());
}

void Spool::RunWriter() {
  std::deque<Write*> writes;
  const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !queue_.empty();
  };
  while (true) {
    {
      const absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(&has_work));
      if (queue_.empty()) return;
      writes.swap(queue_);
    }
    const absl::Status status = Commit(writes);
    if (!status.ok()) LogError("The spool cannot be written", {{"error", status.ToString()}});
    bool again = false;
    const absl::MutexLock lock(&mutex_);
    for (Write* write : writes) {
      if (write->kind == Write::Kind::kAdd) {
        write->status = status;
        write->done = true;
        additions_ += status.ok() ? 1 : 0;
      } else if (status.ok() || stopping_) {
        requests_ -= write->kind == Write::Kind::kRemove ? 1 : 0;
        bytes_ -= write->bytes;
        delete write;
      } else {
        queue_.push_back(write);
        again = true;
      }
    }
    writes.clear();
    if (again) {
      const auto stops = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_; };
      mutex_.AwaitWithTimeout(absl::Condition(&stops), kRetry);
    }
  }
}

absl::Status Spool::Commit(const std::deque<Write*>& writes) {
  if (connection_ == nullptr || connection_->broken()) WAYPOST_RETURN_IF_ERROR(Connect());
  return connection_->Transact([&]() -> absl::Status {
    for (const Write* write : writes) WAYPOST_RETURN_IF_ERROR(Carry(*write));
    return absl::OkStatus();
  });
}

absl::Status Spool::Carry(const Write& write) {
  switch (write.kind) {
    case Write::Kind::kAdd:
      for (const std::string& text : write.texts) {
        WAYPOST_RETURN_IF_ERROR(insert_->Run(std::string_view(write.connector), write.received_at,
                                             store::SqliteBlob{text}));
      }
      return CarryProgress(write);
    case Write::Kind::kRemove:
      return remove_->Run(write.id);
    case Write::Kind::kBury:
      return bury_->Run(write.id, std::string_view(write.texts.front()));
  }
  return absl::OkStatus();
}

absl::Status Spool::CarryProgress(const Write& write) {
  if (write.progress == nullptr) return absl::OkStatus();
  const std::string_view connector = write.connector;
  WAYPOST_ASSIGN_OR_RETURN(store::SqliteStatement cursor, connection_->Prepare(kSetCursor));
  WAYPOST_RETURN_IF_ERROR(cursor.Run(connector, absl::ToUnixMicros(write.progress->cursor)));
  WAYPOST_ASSIGN_OR_RETURN(store::SqliteStatement know, connection_->Prepare(kKnow));
  for (const auto& [item, time] : write.progress->items) {
    WAYPOST_RETURN_IF_ERROR(know.Run(connector, std::string_view(item), absl::ToUnixMicros(time)));
  }
  WAYPOST_ASSIGN_OR_RETURN(store::SqliteStatement forget, connection_->Prepare(kForgetItems));
  return forget.Run(connector, absl::ToUnixMicros(write.forget_before));
}

absl::StatusOr<std::optional<PollProgress>> Spool::ReadPollProgress(const std::string& connector) {
  const absl::MutexLock lock(&reader_mutex_);
  PollProgress progress;
  {
    WAYPOST_ASSIGN_OR_RETURN(store::SqliteStatement cursor, reader_->Prepare(kCursor));
    store::SqliteRows rows = cursor.Start(std::string_view(connector));
    WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return std::optional<PollProgress>();
    progress.cursor = absl::FromUnixMicros(rows.Integer(0));
  }
  WAYPOST_ASSIGN_OR_RETURN(store::SqliteStatement items, reader_->Prepare(kItems));
  store::SqliteRows rows = items.Start(std::string_view(connector));
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return std::optional(std::move(progress));
    progress.items.emplace(rows.Bytes(0), absl::FromUnixMicros(rows.Integer(1)));
  }
}

absl::StatusOr<std::vector<SpooledRequest>> Spool::ReadPending(int64_t after, int max_requests,
                                                               int64_t max_bytes) {
  const absl::MutexLock lock(&reader_mutex_);
  WAYPOST_ASSIGN_OR_RETURN(store::SqliteStatement statement, reader_->Prepare(kPending));
  store::SqliteRows rows = statement.Start(after, int64_t{max_requests});
  std::vector<SpooledRequest> pending;
  int64_t bytes = 0;
  while (bytes < max_bytes) {
    WAYPOST_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) break;
    SpooledRequest& next = pending.emplace_back();
    next.id = rows.Integer(0);
    next.connector = rows.Bytes(1);
    next.received_at = absl::FromUnixMicros(rows.Integer(2));
    const std::string text = rows.Bytes(3);
    next.bytes = static_cast<int64_t>(text.size());
    bytes += next.bytes;
    WAYPOST_ASSIGN_OR_RETURN(next.request, ParseRequestText(text));
  }
  return pending;
}

void Spool::WaitForAddition(int64_t seen, absl::Duration timeout) {
  const absl::MutexLock lock(&mutex_);
  const auto is_over = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return woken_ || additions_ != seen;
  };
  mutex_.AwaitWithTimeout(absl::Condition(&is_over), timeout);
  woken_ = false;
}

void Spool::Wake() {
  const absl::MutexLock lock(&mutex_);
  woken_ = true;
}

}  // namespace waypost::connectors
