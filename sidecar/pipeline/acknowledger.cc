// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/acknowledger.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/synchronization/notification.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/pipeline/errors.h"

namespace waypost::pipeline {
namespace {

// An answer that the calling thread waits for.
struct Commit {
  absl::Notification done;
  absl::Status status;
};

}  // namespace

absl::StatusOr<v1::AcknowledgeActionsResponse> Acknowledger::Acknowledge(
    const v1::AcknowledgeActionsRequest& request) {
  WAYPOST_ASSIGN_OR_RETURN(Outbox::Judgement judgement, outbox_->Judge(request));
  if (judgement.changes.changes().empty()) return std::move(judgement.response);
  internal::v1::Decision decision;
  *decision.mutable_outbox() = judgement.changes;
  store::LogRecord record;
  record.tenant = request.tenant();
  record.occurred_at = absl::FromUnixMicros(judgement.changes.at());
  record.decision = decision.SerializeAsString();
  auto news = std::make_unique<OutboxNews>();
  news->changes = std::move(judgement.changes);
  auto commit = std::make_shared<Commit>();
  WAYPOST_RETURN_IF_ERROR(Log(std::move(record), std::move(news),
                              [commit](const absl::StatusOr<std::string_view>& response) {
                                commit->status = response.status();
                                commit->done.Notify();
                              }));
  commit->done.WaitForNotification();
  WAYPOST_RETURN_IF_ERROR(commit->status);
  return std::move(judgement.response);
}

void Acknowledger::GatherDigests(const std::string& tenant, absl::AnyInvocable<void(bool)> done) {
  store::LogRecord record;
  record.tenant = tenant;
  record.occurred_at = clock_->Now();
  auto news = std::make_unique<OutboxNews>();
  news->gathers_digests = true;
  auto shared = std::make_shared<absl::AnyInvocable<void(bool)>>(std::move(done));
  const absl::Status status =
      Log(std::move(record), std::move(news),
          [shared](const absl::StatusOr<std::string_view>& response) { (*shared)(response.ok()); });
  if (!status.ok()) (*shared)(false);
}

absl::Status Acknowledger::Log(store::LogRecord record, std::unique_ptr<OutboxNews> news,
                               RecordCallback done) {
  // Shared from before a position is reserved until after it is filled: see CommitQueue::Reset.
  const absl::ReaderMutexLock barrier(&set_->barrier);
  WAYPOST_ASSIGN_OR_RETURN(record.position,
                           queue_->Reserve(record.decision.size(), CommitQueue::Cause::kConnector));
  queue_->Fill(std::move(record), "", std::move(done), std::move(news));
  return absl::OkStatus();
}

}  // namespace waypost::pipeline
