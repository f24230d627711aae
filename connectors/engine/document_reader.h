// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "connectors/engine/connector.h"
#include "connectors/engine/spool.h"
#include "connectors/engine/tool_reader.h"

namespace waypost::connectors {

// A request with what was read about it.
struct ReadDocument {
  SpooledRequest request;
  // The body to map instead; or why it can never be read.
  absl::StatusOr<std::string> body;
};

// Reads more about what a tool sent, on a thread of its own: one request after the other, each
// until the tool has answered or never will. What waits is on disk, so that it may be given again.
class DocumentReader {
 public:
  // How often the tool may fail on one request without saying that it is busy.
  static constexpr int kMaxFailures = 10;

  // The connector reads and outlives it. `ready` is called on the thread whenever something is to
  // be taken. Starts at once.
  DocumentReader(const Connector* connector, ToolReader reader, std::function<void()> ready);
  // As Stop.
  ~DocumentReader();

  // Ends soon; a call under way is waited for. What was not read is forgotten.
  void Stop();

  void Add(SpooledRequest request);

  // What has been read, in the order in which it was added.
  [[nodiscard]] std::vector<ReadDocument> TakeReady();

 private:
  void Run();
  // Nothing when it is to be tried again after `wait`.
  [[nodiscard]] std::optional<absl::StatusOr<std::string>> Try(const SpooledRequest& request,
                                                               int* failures, absl::Duration* wait);

  const Connector& connector_;
  const ReadRules& rules_;
  const std::function<void()> ready_call_;
  ToolReader reader_;     // of the thread
  bool failing_ = false;  // of the thread

  absl::Mutex mutex_;
  std::deque<SpooledRequest> waiting_ ABSL_GUARDED_BY(mutex_);
  std::vector<ReadDocument> ready_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace waypost::connectors
