// SPDX-License-Identifier: Apache-2.0
// What connectors are to carry out: handed out, acknowledged, seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "sidecar/base/clock.h"
#include "sidecar/pipeline/action_queue.h"
#include "sidecar/pipeline/outgoing.h"
#include "sidecar/pipeline/pipeline.h"
#include "sidecar/store/store.h"
#include "waypost/v1/outbox_service.pb.h"

namespace waypost::pipeline {

// Follows the log: what it holds of actions and what is on disk of the log are the same, but for
// leases and for actions that died of age or of too many deliveries, which a restart finds out
// again. So a failed write changes nothing here. What it decides itself (alert_admission.h) it adds
// to the records on their way to the disk. Its rows are written with the other tables and may
// be newer than the position up to which these are written: replaying a record twice changes
// nothing.
//
// Threads: Pull() and the reads are thread-safe; a thread of its own answers pulls. Load, Replay,
// Apply and the rows are the commit thread's.
class Outbox final : public ClockListener {
 public:
  // Answers that lease to the caller do so for this long (journey_service.proto).
  static constexpr absl::Duration kAnswerLease = absl::Seconds(60);
  // Told in outbox_service.proto; half of the threads that HTTP has.
  static constexpr size_t kMaxPulls = 16;

  // Both outlive the outbox.
  Outbox(const store::Store* store, const Clock* clock);
  ~Outbox() override;
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // Reads what the tables hold; once, first. What the store answers.
  [[nodiscard]] absl::Status Load();
  // Takes a record of the log again, in order; those it knows change nothing. UNAVAILABLE,
  // DATA_LOSS: from the store.
  [[nodiscard]] absl::Status Replay(const store::LogRecord& record,
                                    const internal::v1::Decision& decision);
  // Brings a record that gathers the tenant's digests on its way to the disk and returns; `done`
  // hears from any thread how it went. Called without locks, from the outbox's thread.
  using Gather =
      std::function<void(const std::string& tenant, absl::AnyInvocable<void(bool)> done)>;
  // From here on pulls are answered, and digests that are due are gathered.
  void Start(Gather gather);
  // Ends the thread; no pull waits any more.
  void Stop();

  // The records are about to be written: adds to them what the outbox decides, with at most
  // `owner_cap` alerts per owner and hour (0: any number). Apply() or Abandon() comes next.
  void Admit(int owner_cap, absl::Span<store::LogRecord> records,
             absl::Span<const std::unique_ptr<OutboxNews>> news);
  // They were not written.
  void Abandon();
  // The records are on disk: takes what they bring (an item of `news` is null where that is
  // nothing). Returns the leases of each record's caller.
  [[nodiscard]] std::vector<std::vector<v1::ActionLease>> Apply(
      absl::Span<const store::LogRecord> records,
      absl::Span<const std::unique_ptr<OutboxNews>> news);

  // As Pipeline::PullActions.
  void Pull(const v1::PullActionsRequest& request, PullCallback done);
  // As Pipeline::EndPulls.
  void EndPulls();

  // What becomes of every result of the request, and what is to be logged for it. UNAVAILABLE,
  // DATA_LOSS: from the store.
  struct Judgement {
    v1::AcknowledgeActionsResponse response;
    internal::v1::OutboxChanges changes;
  };
  [[nodiscard]] absl::StatusOr<Judgement> Judge(const v1::AcknowledgeActionsRequest& request);

  // As Pipeline::ListActions, once the tables are written.
  [[nodiscard]] absl::StatusOr<v1::ListActionsResponse> List(
      const v1::ListActionsRequest& request) const;

  // Adds the outbox's figures.
  void Count(Stats* stats) const;

  // The rows to be written, as in ActionQueue.
  [[nodiscard]] size_t changed() const;
  void TakeChanged(size_t max, std::vector<store::ActionRow>* rows);
  void Written(const std::vector<store::ActionRow>& rows);
  void NotWritten(const std::vector<store::ActionRow>& rows);

  void ClockWasSet() override;

 private:
  struct WaitingPull {
    v1::PullActionsRequest request;
    PullCallback done;
    absl::Time until;  // by the machine's clock
  };
  struct ServedPull {
    PullCallback done;
    std::vector<TakenAction> taken;
  };

  absl::Status LoadState(store::ActionState state, uint64_t after_position);
  absl::Status LoadTold();
  ActionContext ContextOf(const internal::v1::ActionRecord& record) const;
  absl::Status BringBack(std::string_view tenant, const internal::v1::OutboxChanges& changes);
  absl::Status BringBackOne(std::string_view tenant, std::string_view id);
  void TakeNew(internal::v1::ActionRecord action, const ActionContext& context)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Take(const store::LogRecord& record, const internal::v1::OutboxChanges& changes,
            const std::vector<std::string>& alert_ids, bool is_new)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::AcknowledgeCode JudgeOne(const std::string& tenant, const v1::ActionResult& result,
                               const internal::v1::ActionRecord* stored,
                               internal::v1::OutboxChanges* changes) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  void Run();
  std::vector<std::string> TenantsToGather() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Gathered(const std::string& tenant, bool written);
  std::vector<ServedPull> ServeSome() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Time WakeAt() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Wake();
  void Deliver(ServedPull pull);
  absl::Status AddContent(const std::vector<TakenAction>& taken, v1::PullActionsResponse* response);
  absl::StatusOr<v1::Action> Read(const internal::v1::ActionRecord& record) const;
  absl::StatusOr<std::optional<internal::v1::ActionRecord>> Find(std::string_view tenant,
                                                                 std::string_view id) const;

  const store::Store* const store_;
  const Clock* const clock_;
  mutable absl::Mutex mutex_;
  absl::CondVar waker_;
  ActionQueue queue_ ABSL_GUARDED_BY(mutex_);
  uint64_t position_ ABSL_GUARDED_BY(mutex_) = 0;  // of the newest record that was taken
  std::vector<WaitingPull> pulls_ ABSL_GUARDED_BY(mutex_);
  Gather gather_;
  std::set<std::string> gathering_ ABSL_GUARDED_BY(mutex_);  // tenants whose record is on its way
  absl::Time gather_again_ ABSL_GUARDED_BY(mutex_) =
      absl::InfinitePast();  // by the machine's clock
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;  // no more pulls
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace waypost::pipeline
