// SPDX-License-Identifier: Apache-2.0
// RecordEvents: batches in, results out, in order.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "sidecar/service/event_intake.h"

namespace waypost::service {

class RecordStream;

// The streams that are open, so that a shutdown can end them. Thread-safe.
class OpenStreams {
 public:
  void Add(RecordStream* stream);
  void Remove(RecordStream* stream);
  // Lets every stream answer what it has taken and end with SHUTTING_DOWN; new ones end at once.
  void EndAll();
  // Returns true once no stream is open, false at `deadline`.
  [[nodiscard]] bool AwaitNone(absl::Time deadline);

 private:
  absl::Mutex mutex_;
  absl::flat_hash_set<RecordStream*> streams_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
};

// One stream. Reads ahead while at most kMaxBatches are unanswered, so that a fast caller waits for
// the disk instead of filling the memory. Deletes itself when gRPC is done with it, which is after
// every event that was taken has been answered: a caller who leaves changes nothing about that.
class RecordStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  static constexpr size_t kMaxBatches = 16;

  // Both outlive the stream.
  RecordStream(const EventIntake* intake, OpenStreams* open);
  // Takes no more batches, answers those that were taken, ends with `why`.
  void End(const absl::Status& why);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  struct Batch;

  void TakeBatch();
  void Record(const std::vector<std::string_view>& events, pipeline::Delivery delivery,
              Batch* batch);
  void Answered(size_t number, absl::StatusOr<std::string_view> response, Batch* batch);
  // What to do next, decided under the lock and done outside it, because gRPC may call back at
  // once.
  void Proceed();

  const EventIntake* const intake_;
  OpenStreams* const open_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;

  absl::Mutex mutex_;
  std::deque<std::unique_ptr<Batch>> batches_ ABSL_GUARDED_BY(mutex_);  // oldest first
  bool reading_ ABSL_GUARDED_BY(mutex_) = true;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;     // takes no more
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;  // Finish() was called
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace waypost::service
