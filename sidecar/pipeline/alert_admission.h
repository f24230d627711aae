// SPDX-License-Identifier: Apache-2.0
// What becomes of alerts on their way to the disk: told by themselves, held for a digest, or not
// told because they are over.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "sidecar/pipeline/action_queue.h"
#include "sidecar/pipeline/outgoing.h"
#include "sidecar/pipeline/owner_rates.h"
#include "sidecar/store/store.h"
#include "waypost/internal/v1/state.pb.h"

namespace waypost::pipeline {

// Looks at the records of one batch in the order of the log, before they are written, and adds to
// each what the outbox decides, so that it is on disk with what it is decided on:
//
// - An alert that is not critical is held when its owner was told `cap` times in the hour before,
// or
//   when alerts for them are held already. They wait until the oldest of these times is an hour
//   ago. Then a digest takes them up, which counts as being told once. An alert that was held is
//   never delivered under its own id.
// - The end of an alert that surely was not delivered (it is held, or was decided by this process
//   and nobody has had it) settles the alert, its repetitions likewise, and, when the alert was not
//   delivered, itself.
//
// Lives as long as the batch; nothing else changes the queue meanwhile but leases and deaths.
class AlertAdmission {
 public:
  // `cap` 0: nothing is held. `queue` outlives the admission.
  AlertAdmission(int cap, ActionQueue* queue) : cap_(cap), queue_(queue) {}

  // Adds what is decided to `news` and to the decision in the record. A record that gathers digests
  // takes up those due by `now`; it stays empty when there are none.
  void Admit(absl::Time now, store::LogRecord* record, OutboxNews* news);

 private:
  using Owner = OwnerRates::Owner;
  using AlertName = std::pair<std::string, std::string>;  // tenant, id under which it was raised

  // What the batch has brought to an owner so far.
  struct Draft {
    std::vector<absl::Time> told;
    std::vector<std::string> held;  // by this batch
    absl::Time until;               // of those
    std::set<std::string> over;     // of those held before
    bool gathered = false;          // those held before are in a digest
  };

  void NoteWords(const std::string& tenant, const internal::v1::OutboxChanges& changes);
  void AdmitActions(const store::LogRecord& record, const OutboxNews& news,
                    internal::v1::OutboxChanges* added);
  void AdmitAlert(const Owner& owner, absl::Time at, const std::string& id,
                  internal::v1::OutboxChanges* added);
  void EndAlert(const store::LogRecord& record, const internal::v1::NewAction& resolution,
                const std::string& alert_id, internal::v1::OutboxChanges* added);
  void Gather(std::string_view tenant, absl::Time now, internal::v1::OutboxChanges* added);
  void GatherFor(const Owner& owner, absl::Time now, internal::v1::OutboxChanges* added);
  // How many of those held before the batch are held still.
  [[nodiscard]] size_t HeldBefore(const Owner& owner, const Draft& draft) const;

  const int cap_;
  ActionQueue* const queue_;
  std::map<Owner, Draft> drafts_;
  std::map<AlertName, std::vector<std::string>> alerts_;  // that the batch has brought: their ids
  std::set<AlertName> in_digest_;                         // tenant, id
};

}  // namespace waypost::pipeline
