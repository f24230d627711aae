// SPDX-License-Identifier: Apache-2.0
// From a decision to the actions that it brings, and back.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "sidecar/store/store.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/action.pb.h"

namespace waypost::pipeline {

// What a log record brings to the outbox, on its way to the disk.
struct OutboxNews {
  internal::v1::OutboxChanges changes;
  // The new actions are the caller's at once, where that is possible.
  bool lease_actions = false;
};

// Names in `decision` the actions of its enrichment, which concern the ticket (the ref is empty
// when they concern none). Their ids and their order follow from the decision alone. Deadlines as
// told in action.proto, from `decided_at` on. Does nothing when there is nothing to carry out.
void NameActions(std::string_view source, std::string_view ticket_ref,
                 internal::v1::Decision* decision);

// The outbox's record of the new action `number` of the log record at `position`.
[[nodiscard]] internal::v1::ActionRecord RecordOf(const internal::v1::OutboxChanges& changes,
                                                  int number, uint64_t position,
                                                  std::string_view tenant,
                                                  std::string_view person_id);

// The action without its content.
[[nodiscard]] v1::Action Describe(const internal::v1::ActionRecord& record);

// The action with its content, from the log record of its decision. NOT_FOUND: that was pruned.
// DATA_LOSS: it does not hold the action. Otherwise what the store answers.
[[nodiscard]] absl::StatusOr<v1::Action> ReadAction(const store::Store& store,
                                                    const internal::v1::ActionRecord& record);

}  // namespace waypost::pipeline
