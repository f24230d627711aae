// SPDX-License-Identifier: Apache-2.0
// Which actions of the outbox may be handed out, and to whom they are leased.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "sidecar/pipeline/outgoing.h"
#include "sidecar/pipeline/owner_rates.h"
#include "sidecar/store/store.h"
#include "waypost/internal/v1/state.pb.h"
#include "waypost/v1/outbox_service.pb.h"

namespace waypost::pipeline {

// Told in outbox_service.proto, with how long a failure waits: a platform that is away for half a
// day costs no action its life.
inline constexpr int kMaxDeliveries = 20;

// An action that was handed out.
struct TakenAction {
  internal::v1::ActionRecord record;
  std::string lease_id;
  absl::Time lease_end;
};

// What its taker is told.
[[nodiscard]] v1::ActionLease ToLease(const TakenAction& taken);

// An alert that is not to be delivered any more because it is over.
struct WithdrawnAlert {
  std::string id;
  bool held;  // for a digest
};

// What the queue cannot see from an action's record.
struct ActionContext {
  // Of an alert or its end: the id under which it was raised.
  std::string alert_id = "";
  // Of a digest: the actions that it takes up; they are there.
  std::vector<std::string> alerts_taken_up = {};
  // It was decided by this process: nobody can have had it but from here.
  bool is_new = false;
};

// Which actions a caller wants; an empty list: any.
struct ActionFilter {
  std::vector<v1::ActionKind> kinds = {};
  std::vector<std::string> sources = {};  // what concerns no platform is wanted in any case
};

// What becomes of a connector's word on an action that is done or dead; with ACCEPTED, `change` is
// to be logged.
[[nodiscard]] v1::AcknowledgeCode JudgeSettled(const internal::v1::ActionRecord& record,
                                               const v1::ActionResult& result,
                                               internal::v1::ActionChange* change);

// The actions that are not settled, and those that are until their rows are written. Actions of one
// ticket are handed out one after the other, in the order of their decisions: the next once the one
// before is settled. An action is dead when it was not carried out by its deadline (but not while
// somebody has it) or was handed out kMaxDeliveries times in vain.
//
// An alert whose record says that it is held (OWNER_RATE) is not handed out and holds up nothing. A
// digest waits for nothing, and what is decided later on one of its alerts' tickets waits for it.
//
// Annotations that tell where the user stands, and nothing more, are SUPERSEDED by newer ones of
// the ticket that do, unless somebody has them; without a row they leave no trace. That does not
// depend on what was known before a restart: whoever may have carried out the newer ones never gets
// older.
//
// State follows from calls and from `now` alone, which may go back. Not thread-safe.
class ActionQueue {
 public:
  // `epoch` sets the names of leases apart from those of other processes.
  explicit ActionQueue(std::string epoch) : epoch_(std::move(epoch)) {}

  // Adds an action as its row has it, or a new one, whose row is to be written. One that is there
  // already stays as it is.
  void Load(internal::v1::ActionRecord record, absl::Time now, const ActionContext& context = {});
  void Add(internal::v1::ActionRecord record, absl::Time now, const ActionContext& context = {});

  // nullptr: it is not here.
  [[nodiscard]] const internal::v1::ActionRecord* Find(std::string_view tenant,
                                                       std::string_view id) const;

  // Takes the change of the log record at `position`, unless a record as new was taken before or
  // the action was settled meanwhile (being done also changes what is dead). The action is here.
  void Change(std::string_view tenant, const internal::v1::ActionChange& change, uint64_t position,
              int64_t at, absl::Time now);

  // Keeps back, until Change() settles them or Reinstate(), the alert raised as `alert_id` and its
  // repetitions, as far as they are the owner's or the ticket's of the `resolution`, wait, and were
  // surely never handed out.
  [[nodiscard]] std::vector<WithdrawnAlert> Withdraw(const std::string& tenant,
                                                     const internal::v1::NewAction& resolution,
                                                     const std::string& alert_id);
  // What was withdrawn and is not settled may be handed out again.
  void Reinstate(absl::Time now);

  // Notes that the owner was told of something; other than what this adds and settles.
  void Tell(const OwnerRates::Owner& owner, absl::Time at) { rates_.Tell(owner, at); }
  [[nodiscard]] const OwnerRates& rates() const { return rates_; }

  // Leases up to `max` actions of the tenant that may be handed out now, oldest first.
  [[nodiscard]] std::vector<TakenAction> Take(std::string_view tenant, const ActionFilter& filter,
                                              size_t max, absl::Duration lease, absl::Time now);
  // Leases that action, if it may be handed out now.
  [[nodiscard]] std::optional<TakenAction> TakeOne(std::string_view tenant, std::string_view id,
                                                   absl::Duration lease, absl::Time now);
  // It was leased, but could not be delivered: as if it had not been.
  void Return(const TakenAction& taken, absl::Time now);
  // It can never be delivered.
  void Bury(const TakenAction& taken, absl::Time now);

  // What becomes of a connector's word on an action that is here; with ACCEPTED, `change` is to be
  // logged.
  [[nodiscard]] v1::AcknowledgeCode Judge(std::string_view tenant, const v1::ActionResult& result,
                                          absl::Time now, internal::v1::ActionChange* change) const;

  // Ends leases and buries what is dead by `now`.
  void Advance(absl::Time now);
  // When Advance() has something to do next; the infinite future when nothing waits.
  [[nodiscard]] absl::Time next() const;

  // Until when the action is leased; the infinite past when it is not.
  [[nodiscard]] absl::Time LeaseEnd(std::string_view tenant, std::string_view id) const;

  // How many rows are to be written, and the first of them, longest changed first. Whoever takes
  // them says whether they were written.
  [[nodiscard]] size_t changed() const { return changed_.size(); }
  void TakeChanged(size_t max, std::vector<store::ActionRow>* rows);
  void Written(const std::vector<store::ActionRow>& rows);
  void NotWritten(const std::vector<store::ActionRow>& rows);
  // Forgets what is settled and has its row.
  void ForgetSettled();

  [[nodiscard]] int64_t unsettled() const { return static_cast<int64_t>(unsettled_.size()); }
  [[nodiscard]] int64_t leased() const { return leased_; }
  // Dead actions whose rows do not say so yet.
  [[nodiscard]] int64_t unwritten_dead() const;
  // When the oldest action that is not settled was decided; the infinite future when there is none.
  [[nodiscard]] absl::Time oldest() const;

 private:
  using Name = std::pair<std::string_view, std::string_view>;  // tenant, id
  using Order = std::pair<uint64_t, uint32_t>;                 // position, number

  struct Entry {
    internal::v1::ActionRecord record;
    std::string lease_id;  // of the newest lease
    absl::Time lease_end = absl::InfinitePast();
    absl::Time wake = absl::InfiniteFuture();  // its place in timed_
    bool ready = false;                        // it is in ready_
    bool is_new = false;                       // as in ActionContext, as the two that follow
    std::string alert_id;
    std::vector<std::string> tickets;  // whose actions are handed out in order with it
    bool withdrawn = false;
    uint64_t change = 0;  // its place in changed_; 0: its row has it all
    bool has_row = false;

    [[nodiscard]] bool placed() const { return wake != absl::InfiniteFuture(); }
    [[nodiscard]] bool leased() const { return lease_end != absl::InfinitePast(); }
    [[nodiscard]] bool settled() const { return record.settled_at() != 0; }
    [[nodiscard]] bool held() const { return !settled() && record.reason_code() == kOwnerRate; }
    [[nodiscard]] bool never_left() const {
      return held() || (is_new && !settled() && !leased() && record.attempts() == 0);
    }
    [[nodiscard]] Order order() const { return {record.position(), record.number()}; }
  };
  using Queue = std::map<Order, Entry*>;
  // Tenant, source, kind.
  using Shelf = std::tuple<std::string, std::string, v1::ActionKind>;

  static Name NameOf(const Entry& entry);
  static std::string TicketOf(const internal::v1::ActionRecord& record);
  static OwnerRates::Owner OwnerOf(const internal::v1::ActionRecord& record);
  static Shelf ShelfOf(const internal::v1::ActionRecord& record);

  Entry* FindEntry(std::string_view tenant, std::string_view id) const;
  Entry* Insert(internal::v1::ActionRecord record, absl::Time now, const ActionContext& context);
  std::vector<std::string> TicketsOf(const internal::v1::ActionRecord& record,
                                     const ActionContext& context) const;
  void Join(const std::string& ticket, absl::Time now, Entry* entry);
  void Leave(const std::string& ticket, absl::Time now, Entry* entry);
  void SupersedeBefore(const Entry& newer, absl::Time now);
  bool IsNext(Entry* entry) const;
  void Place(Entry* entry, absl::Time now);
  void Displace(Entry* entry);
  void Settle(v1::ActionState state, std::string_view reason_code, int64_t at, absl::Time now,
              Entry* entry);
  void EndLease(Entry* entry);
  TakenAction Lease(absl::Duration lease, absl::Time now, Entry* entry);
  Entry* FirstReady(const std::string& tenant, const ActionFilter& filter) const;
  void NoteChange(Entry* entry);
  void Forget(Entry* entry);  // if it is settled and has its row

  const std::string epoch_;
  uint64_t leases_ = 0;
  int64_t leased_ = 0;
  // Keys are views into the entries' own records.
  absl::flat_hash_map<Name, std::unique_ptr<Entry>> entries_;
  Queue unsettled_;
  absl::flat_hash_map<std::string, Queue> tickets_;  // those not settled of each ticket
  std::map<Shelf, Queue> ready_;
  std::map<std::tuple<absl::Time, Order>, Entry*> timed_;
  std::map<uint64_t, Entry*> changed_;  // by when they changed
  std::vector<Entry*> withdrawn_;
  OwnerRates rates_;
  uint64_t changes_ = 0;
};

}  // namespace waypost::pipeline
