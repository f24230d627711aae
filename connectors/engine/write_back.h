// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "connectors/engine/action_source.h"
#include "connectors/engine/tool_client.h"
#include "connectors/engine/write_ledger.h"
#include "connectors/engine/write_rule.h"
#include "sidecar/base/clock.h"

namespace waypost::connectors {

// A tool that is written to.
struct WriteTarget {
  std::string source;  // of the actions' tickets
  const WriteRules* rules = nullptr;
  Credentials credentials;
  std::unique_ptr<ToolClient> client;
};

// Carries out at the tools what the sidecar decides, on a thread of its own, and tells how it went.
//
// Each action is noted as begun before its call and as done after it, and only then acknowledged.
// One that was begun and is not known to be done (the connection broke, or this process was killed)
// is looked up at the tool; where the profile does not say how, it is given up rather than done
// twice, unless the profile says that this does no harm. Annotations for which the profile has no
// call are done.
class WriteBack {
 public:
  // What is tried again waits for the tool's Retry-After, or for what the sidecar thinks right.
  static constexpr absl::Duration kRefusedRetry = absl::Minutes(5);    // 401 and 403
  static constexpr absl::Duration kTokenRetry = absl::Seconds(1);      // a token that has expired
  static constexpr absl::Duration kConflictRetry = absl::Seconds(10);  // 409, 412, 423
  static constexpr absl::Duration kLongestRetry = absl::Hours(24);

  // All outlive it. Starts at once.
  WriteBack(std::vector<WriteTarget> targets, ActionSource* source, WriteLedger* ledger,
            const Clock& clock);
  // As Stop.
  ~WriteBack();

  // Ends soon; a call under way is waited for.
  void Stop();

  [[nodiscard]] int64_t done() const { return done_; }

 private:
  void Run();
  [[nodiscard]] v1::ActionResult CarryOut(const v1::LeasedAction& leased);
  void Try(const v1::Action& action, WriteTarget* target, v1::ActionResult* result);
  // Whether there is a token where the tool wants one; else `result` tells why there is none.
  [[nodiscard]] bool LogIn(WriteTarget* target, v1::ActionResult* result);
  // What the search finds, null where there is none; nothing when it finds nothing, which `result`
  // then tells.
  [[nodiscard]] std::optional<cel::Value> FindTicket(const v1::Action& action, WriteTarget* target,
                                                     v1::ActionResult* result);
  // Whether the tool says that an action was done which was begun before.
  [[nodiscard]] absl::StatusOr<bool> WasDone(const WriteRule& rule, const v1::Action& action,
                                             const cel::Value& found, absl::Time started_at,
                                             WriteTarget* target);
  void CallTool(const WriteRule& rule, const v1::Action& action, const cel::Value& found,
                WriteTarget* target, v1::ActionResult* result);
  void TakeAnswer(const WriteRule& rule, const v1::Action& action, WriteTarget* target,
                  const cel::Value& found, const ToolAnswer& answer, v1::ActionResult* result);
  // An answer that is neither a success nor a failure of the tool's own.
  void TakeRefusal(WriteTarget* target, const ToolAnswer& answer, v1::ActionResult* result);
  void Finish(const v1::Action& action, const std::string& reference, v1::ActionResult* result);
  void Forget(const v1::Action& action);
  void Pause(absl::Duration duration);

  std::vector<WriteTarget> targets_;
  ActionSource& source_;
  WriteLedger& ledger_;
  const Clock& clock_;

  std::atomic<int64_t> done_ = 0;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace waypost::connectors
