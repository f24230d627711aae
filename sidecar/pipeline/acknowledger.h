// SPDX-License-Identifier: Apache-2.0
// Brings onto the disk what changes in the outbox without a decision of the rules.
#pragma once

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sidecar/base/clock.h"
#include "sidecar/pipeline/commit_queue.h"
#include "sidecar/pipeline/outbox.h"
#include "sidecar/pipeline/working_set.h"
#include "waypost/v1/outbox_service.pb.h"

namespace waypost::pipeline {

// Thread-safe. A call is one log record, committed together with the events that wait.
class Acknowledger {
 public:
  // All outlive the acknowledger.
  Acknowledger(const Clock* clock, WorkingSet* set, CommitQueue* queue, Outbox* outbox)
      : clock_(clock), set_(set), queue_(queue), outbox_(outbox) {}

  // As Pipeline::AcknowledgeActions.
  [[nodiscard]] absl::StatusOr<v1::AcknowledgeActionsResponse> Acknowledge(
      const v1::AcknowledgeActionsRequest& request);

  // As Outbox::Gather.
  void GatherDigests(const std::string& tenant, absl::AnyInvocable<void(bool)> done);

 private:
  // `done` hears once the record is on disk, or why it is not; when it could not be brought on its
  // way, that is returned instead.
  absl::Status Log(store::LogRecord record, std::unique_ptr<OutboxNews> news, RecordCallback done);

  const Clock* const clock_;
  WorkingSet* const set_;
  CommitQueue* const queue_;
  Outbox* const outbox_;
};

}  // namespace waypost::pipeline
