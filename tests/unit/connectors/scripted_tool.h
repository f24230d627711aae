// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "connectors/engine/tool_client.h"

namespace waypost::connectors {

// A tool whose answers a test decides. Thread-safe.
class ScriptedTool {
 public:
  using Answerer = std::function<absl::StatusOr<ToolAnswer>(const ToolCall&)>;

  explicit ScriptedTool(Answerer answerer) : answerer_(std::move(answerer)) {}

  // Before all others; one call each.
  void AnswerNext(absl::StatusOr<ToolAnswer> answer) {
    const absl::MutexLock lock(&mutex_);
    next_.push_back(std::move(answer));
  }

  [[nodiscard]] std::vector<ToolCall> calls() const {
    const absl::MutexLock lock(&mutex_);
    return calls_;
  }

  // Waits until there were this many calls.
  [[nodiscard]] bool AwaitCalls(size_t count) const {
    const absl::MutexLock lock(&mutex_);
    const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return calls_.size() >= count;
    };
    return mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(60));
  }

  // A client of this tool, which outlives it.
  [[nodiscard]] std::unique_ptr<ToolClient> Client() { return std::make_unique<ClientOf>(this); }

 private:
  class ClientOf final : public ToolClient {
   public:
    explicit ClientOf(ScriptedTool* tool) : tool_(*tool) {}
    absl::StatusOr<ToolAnswer> Call(const ToolCall& call) override { return tool_.Take(call); }

   private:
    ScriptedTool& tool_;
  };

  absl::StatusOr<ToolAnswer> Take(const ToolCall& call) {
    {
      const absl::MutexLock lock(&mutex_);
      calls_.push_back(call);
      if (!next_.empty()) {
        absl::StatusOr<ToolAnswer> answer = std::move(next_.front());
        next_.pop_front();
        return answer;
      }
    }
    return answerer_(call);
  }

  const Answerer answerer_;
  mutable absl::Mutex mutex_;
  std::deque<absl::StatusOr<ToolAnswer>> next_ ABSL_GUARDED_BY(mutex_);
  std::vector<ToolCall> calls_ ABSL_GUARDED_BY(mutex_);
};

// An answer with a body alone.
[[nodiscard]] inline ToolAnswer JsonAnswer(std::string body) {
  ToolAnswer answer;
  answer.status = 200;
  answer.body = std::move(body);
  return answer;
}

[[nodiscard]] inline ToolAnswer StatusAnswer(int status, std::string retry_after = "") {
  ToolAnswer answer;
  answer.status = status;
  answer.retry_after = std::move(retry_after);
  return answer;
}

}  // namespace waypost::connectors
