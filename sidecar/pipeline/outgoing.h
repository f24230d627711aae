// SPDX-License-Identifier: Apache-2.0
// From a decision to the actions that it brings, and back.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "sidecar/store/store.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/action.pb.h"

namespace waypost::pipeline {

// What a log record brings to the outbox, on its way to the disk.
struct OutboxNews {
  internal::v1::OutboxChanges changes;
  // Of each new action, as told by AlertIds().
  std::vector<std::string> alert_ids;
  // The new actions are the caller's at once, where that is possible.
  bool lease_actions = false;
  // The record is to take up the digests of its tenant that are due, and holds nothing else.
  bool gathers_digests = false;
};

// What an action's state comes from, in ActionStatus.reason_code.
inline constexpr std::string_view kOwnerRate = "OWNER_RATE";
inline constexpr std::string_view kInDigest = "IN_DIGEST";
inline constexpr std::string_view kResolved = "RESOLVED";
inline constexpr std::string_view kSuperseded = "SUPERSEDED";

// What an action's annotations tell: where the user stands (all of it, so that a newer one replaces
// it), what rules of their own ask for, or both.
enum class AnnotationScope { kNone = 0, kPosition = 1, kRules = 2, kBoth = 3 };
[[nodiscard]] AnnotationScope ScopeOf(const internal::v1::NewAction& action);

// Names in `decision` the actions of its enrichment, which concern the ticket (the ref is empty
// when they concern none). Their ids and their order follow from the decision alone. Deadlines as
// told in action.proto, from `decided_at` on. Does nothing when there is nothing to carry out.
void NameActions(std::string_view source, std::string_view ticket_ref,
                 internal::v1::Decision* decision);

// What the decision brings to the outbox, moved out of it; null when that is nothing.
[[nodiscard]] std::unique_ptr<OutboxNews> TakeNews(internal::v1::Decision* decision);

// Of each new action of the decision the id under which its alert was raised, which differs from
// the action's when the alert is told again or resolved; empty when it tells of no alert.
[[nodiscard]] std::vector<std::string> AlertIds(const internal::v1::Decision& decision);

// The outbox's record of the new action `number` of the log record at `position`, with what that
// record changes of it.
[[nodiscard]] internal::v1::ActionRecord RecordOf(const internal::v1::OutboxChanges& changes,
                                                  int number, uint64_t position,
                                                  std::string_view tenant,
                                                  std::string_view person_id);

// The outbox's record of the digest `number` of the log record at `position`.
[[nodiscard]] internal::v1::ActionRecord RecordOfDigest(const internal::v1::OutboxChanges& changes,
                                                        int number, uint64_t position,
                                                        std::string_view tenant);

// What the log record changes of actions that are older: what is said of them, and that the alerts
// of its digests are in these.
[[nodiscard]] std::vector<internal::v1::ActionChange> ChangesOf(
    const internal::v1::OutboxChanges& changes);

// What the row holds. DATA_LOSS: it does not hold an action.
[[nodiscard]] absl::StatusOr<internal::v1::ActionRecord> ParseAction(const store::ActionRow& row);

// The action without its content.
[[nodiscard]] v1::Action Describe(const internal::v1::ActionRecord& record);

// The ids of the alerts in the digest, from the log record that began it. Fails as ReadAction().
[[nodiscard]] absl::StatusOr<std::vector<std::string>> ReadDigest(
    const store::Store& store, const internal::v1::ActionRecord& record);

// The action, which is no digest of alerts, with its content, from the log record of its decision.
// NOT_FOUND: that was pruned.
// DATA_LOSS: it does not hold the action. Otherwise what the store answers.
[[nodiscard]] absl::StatusOr<v1::Action> ReadAction(const store::Store& store,
                                                    const internal::v1::ActionRecord& record);

}  // namespace waypost::pipeline
