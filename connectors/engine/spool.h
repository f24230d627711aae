// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "connectors/engine/request.h"
#include "sidecar/store/file_guard.h"
#include "sidecar/store/sqlite.h"

namespace waypost::connectors {

struct SpoolOptions {
  // What may wait, dead letters included. More is refused.
  int64_t max_requests = 1'000'000;
  int64_t max_bytes = int64_t{1} << 30;
  std::string vfs;  // SQLite's file system; empty: the platform's own
};

struct SpooledRequest {
  int64_t id = 0;
  std::string connector;
  absl::Time received_at;
  Request request;
  int64_t bytes = 0;  // on disk
};

struct DeadLetter {
  int64_t id = 0;
  std::string connector;
  absl::Time received_at;
  std::string reason;
  int64_t bytes = 0;
};

// How far a tool was asked for what changed. Times are by the tool's clock.
struct PollProgress {
  absl::Time cursor;                                   // of the newest change
  absl::flat_hash_map<std::string, absl::Time> items;  // changes near the cursor that are known
};

// Requests on disk between their arrival and their forwarding, in the order of arrival. Those that
// can never be forwarded stay as dead letters, byte for byte. Writes of several threads share one
// sync of the disk.
//
// Thread-safe. One process at a time; ReplayDeadLetters may be called by others.
class Spool {
 public:
  // Opens the database, makes it when absent, and takes it for this process. UNAVAILABLE when
  // another has it, or as SqliteConnection.
  static absl::StatusOr<std::unique_ptr<Spool>> Open(const std::string& path,
                                                     const SpoolOptions& options);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // Returns when the request is on disk. RESOURCE_EXHAUSTED: the spool or the disk is full;
  // UNAVAILABLE: the disk fails. Nothing is kept then.
  absl::Status Add(const std::string& connector, const Request& request, absl::Time received_at);

  // The same of what a tool was asked for, all or nothing, together with the progress that it
  // means: the new cursor, and items that are known from now on. Items of before `forget_before`
  // are forgotten.
  absl::Status AddPolled(const std::string& connector, const std::vector<Request>& requests,
                         const PollProgress& progress, absl::Time forget_before,
                         absl::Time received_at);

  // Nothing when the tool was never asked.
  absl::StatusOr<std::optional<PollProgress>> ReadPollProgress(const std::string& connector);

  // Requests behind `after` that are to be forwarded, oldest first: at least one when there is any,
  // at most `max_requests`, and no more once they have `max_bytes`.
  absl::StatusOr<std::vector<SpooledRequest>> ReadPending(int64_t after, int max_requests,
                                                          int64_t max_bytes);

  // Forgets a request of `bytes` bytes that was forwarded. Soon on disk; when the process dies
  // before, the request is read again.
  void Finish(int64_t id, int64_t bytes);

  // Makes a dead letter of a request that can never be forwarded. As Finish.
  void Bury(int64_t id, std::string reason);

  // Waits until something was added since `seen` additions, the time has passed, or Wake was
  // called.
  void WaitForAddition(int64_t seen, absl::Duration timeout);
  [[nodiscard]] int64_t additions() const { return additions_; }
  void Wake();

  // What is kept, dead letters included.
  [[nodiscard]] int64_t requests() const { return requests_; }
  [[nodiscard]] int64_t bytes() const { return bytes_; }

 private:
  struct Write;

  Spool(std::unique_ptr<store::FileGuard> guard, const SpoolOptions& options);
  absl::Status Connect();
  absl::Status CountAll();
  void RunWriter();
  absl::Status Commit(const std::deque<Write*>& writes);
  absl::Status Carry(const Write& write);
  absl::Status CarryProgress(const Write& write);
  absl::Status AwaitCommit(Write* write);
  void Enqueue(std::unique_ptr<Write> write);

  const std::unique_ptr<store::FileGuard> guard_;
  const SpoolOptions options_;

  // Only the writer's thread uses these once it runs.
  std::unique_ptr<store::SqliteConnection> connection_;
  std::optional<store::SqliteStatement> insert_;
  std::optional<store::SqliteStatement> remove_;
  std::optional<store::SqliteStatement> bury_;

  absl::Mutex reader_mutex_;
  std::unique_ptr<store::SqliteConnection> reader_ ABSL_GUARDED_BY(reader_mutex_);

  absl::Mutex mutex_;
  std::deque<Write*> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;

  std::atomic<int64_t> additions_ = 0;
  std::atomic<int64_t> requests_ = 0;
  std::atomic<int64_t> bytes_ = 0;
  std::thread writer_;
};

// Dead letters of the database at `path`, oldest first, whoever has it open.
[[nodiscard]] absl::StatusOr<std::vector<DeadLetter>> ListDeadLetters(const std::string& path);

// The request of a dead letter as ParseRequestText reads it. NOT_FOUND: there is none with that id.
[[nodiscard]] absl::StatusOr<std::string> ReadDeadLetter(const std::string& path, int64_t id);

// Puts dead letters at the end of what is to be forwarded, all of them or one; a connector that
// runs takes them within a second. Returns how many. NOT_FOUND: there is none with that id.
[[nodiscard]] absl::StatusOr<int64_t> ReplayDeadLetters(const std::string& path,
                                                        std::optional<int64_t> id);

}  // namespace waypost::connectors
