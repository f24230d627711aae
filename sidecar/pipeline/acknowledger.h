// SPDX-License-Identifier: Apache-2.0
// Brings what connectors say of actions onto the disk.
#pragma once

#include "absl/status/statusor.h"
#include "sidecar/pipeline/commit_queue.h"
#include "sidecar/pipeline/outbox.h"
#include "sidecar/pipeline/working_set.h"
#include "waypost/v1/outbox_service.pb.h"

namespace waypost::pipeline {

// Thread-safe. A call is one log record, committed together with the events that wait.
class Acknowledger {
 public:
  // All outlive the acknowledger.
  Acknowledger(WorkingSet* set, CommitQueue* queue, Outbox* outbox)
      : set_(set), queue_(queue), outbox_(outbox) {}

  // As Pipeline::AcknowledgeActions.
  [[nodiscard]] absl::StatusOr<v1::AcknowledgeActionsResponse> Acknowledge(
      const v1::AcknowledgeActionsRequest& request);

 private:
  WorkingSet* const set_;
  CommitQueue* const queue_;
  Outbox* const outbox_;
};

}  // namespace waypost::pipeline
