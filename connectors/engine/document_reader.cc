// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/document_reader.h"

#include <optional>
#include <utility>

#include "sidecar/base/logging.h"

namespace waypost::connectors {

DocumentReader::DocumentReader(const Connector* connector, ToolReader reader,
                               std::function<void()> ready)
    : connector_(*connector),
      rules_(*connector->profile->read_rules()),
      ready_call_(std::move(ready)),
      reader_(std::move(reader)) {
  thread_ = std::thread([this] { Run(); });
}

DocumentReader::~DocumentReader() { Stop(); }

void DocumentReader::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void DocumentReader::Add(SpooledRequest request) {
  const absl::MutexLock lock(&mutex_);
  waiting_.push_back(std::move(request));
}

std::vector<ReadDocument> DocumentReader::TakeReady() {
  const absl::MutexLock lock(&mutex_);
  return std::exchange(ready_, {});
}

void DocumentReader::Run() {
  const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !waiting_.empty();
  };
  while (true) {
    SpooledRequest request;
    {
      const absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(&has_work));
      if (stopping_) return;
      request = std::move(waiting_.front());
      waiting_.pop_front();
    }
    int failures = 0;
    while (true) {
      absl::Duration wait;
      std::optional<absl::StatusOr<std::string>> body = Try(request, &failures, &wait);
      const absl::MutexLock lock(&mutex_);
      if (body.has_value()) {
        ready_.push_back({std::move(request), *std::move(body)});
        break;
      }
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), wait)) return;
    }
    ready_call_();
  }
}

std::optional<absl::StatusOr<std::string>> DocumentReader::Try(const SpooledRequest& request,
                                                               int* failures,
                                                               absl::Duration* wait) {
  absl::StatusOr<std::string> body = rules_.Fetch(
      request.request.body, [this](ToolCall call) { return reader_.Ask(std::move(call)); });
  const absl::Status& status = body.status();
  const bool passes = absl::IsUnavailable(status) || absl::IsPermissionDenied(status);
  if (!passes && !(absl::IsInternal(status) && ++*failures < kMaxFailures)) {
    if (failing_) LogInfo("The tool can be read again", {{"connector", connector_.name}});
    failing_ = false;
    reader_.Succeeded();
    return body;
  }
  if (!std::exchange(failing_, true)) {
    LogWarning("The tool cannot be read; what it sent waits",
               {{"connector", connector_.name}, {"why", std::string(status.message())}});
  }
  *wait = reader_.DelayAfter(status);
  return std::nullopt;
}

}  // namespace waypost::connectors
