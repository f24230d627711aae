// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "connectors/engine/connector.h"
#include "connectors/engine/poll_rule.h"
#include "connectors/engine/spool.h"
#include "connectors/engine/tool_reader.h"
#include "sidecar/base/clock.h"

namespace waypost::connectors {

// Asks a tool again and again for what changed, and puts each change into the spool as a request
// whose body is {"polled": the item as listed, "since": from when on the tool was asked}.
//
// The cursor is the time of the newest change. It moves in the transaction that keeps the changes,
// so that nothing is skipped or lost whenever the process ends. Each time the tool is asked for
// what is newer than the cursor less the look-back, because changes may come to light out of their
// order; items that were taken before are left out. An item that had changed in the last seconds
// before it was listed is taken once more: the tool's times may be whole seconds, and another
// change may have followed within the same one.
class Poller {
 public:
  // How long after its change an item is listed for the last time.
  static constexpr absl::Duration kSettled = absl::Seconds(5);
  // How long a full spool is left alone.
  static constexpr absl::Duration kFullRetry = absl::Seconds(10);

  // The connector polls. All outlive it.
  Poller(const Connector* connector, ToolReader reader, Spool* spool, const Clock* clock);
  // As Stop.
  ~Poller();

  // Asks on a thread of its own, at once and then at the connector's interval.
  void Start();
  // Ends soon; a call under way is waited for.
  void Stop();

  // Asks once, all pages; gives how long to wait before the next time. For the thread, and for
  // tests that start none.
  [[nodiscard]] absl::Duration PollOnce();

  // Changes that were taken.
  [[nodiscard]] int64_t taken() const { return taken_; }

 private:
  // The pages of one time.
  struct Round;

  void Run();
  [[nodiscard]] absl::Status LoadProgress();
  [[nodiscard]] absl::Status ReadPages();
  [[nodiscard]] absl::StatusOr<PollPage> ReadPage(Round* round);
  // Keeps what is new on the page, with the progress that it means.
  [[nodiscard]] absl::Status Keep(const PollPage& page, const Round& round);
  void TellFailure(const absl::Status& status);

  const Connector& connector_;
  const PollRules& rules_;
  ToolReader reader_;
  Spool& spool_;
  const Clock& clock_;

  // Of the thread.
  bool loaded_ = false;
  PollProgress progress_;
  bool failing_ = false;

  std::atomic<int64_t> taken_ = 0;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace waypost::connectors
