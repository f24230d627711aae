// SPDX-License-Identifier: Apache-2.0
// How the outbox follows the log.
#include <algorithm>
#include <limits>
#include <utility>

#include "sidecar/base/logging.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/pipeline/alert_admission.h"
#include "sidecar/pipeline/outbox.h"

namespace waypost::pipeline {
namespace {

using internal::v1::ActionRecord;
using internal::v1::OutboxChanges;

constexpr size_t kLoadPage = 1000;

// An alert by itself or a digest, but no alert that waits for one.
bool TellsOwner(const ActionRecord& record) {
  if (record.action().kind() == v1::ACTION_KIND_ALERT_DIGEST) return true;
  const std::string& reason = record.reason_code();
  const bool untold = reason == kOwnerRate || reason == kInDigest || reason == kResolved;
  return record.action().kind() == v1::ACTION_KIND_ALERT && !record.action().owner_id().empty() &&
         !untold;
}

OwnerRates::Owner OwnerOf(const ActionRecord& record) {
  return {record.tenant(), record.action().owner_id()};
}

absl::Time TimeOf(const ActionRecord& record) { return absl::FromUnixMicros(record.decided_at()); }

// When the record was decided; nothing when that is not known.
absl::StatusOr<std::optional<absl::Time>> DecidedAt(const store::Store& store, uint64_t position) {
  const absl::StatusOr<store::LogRecord> record = store.ReadRecord(position);
  if (absl::IsNotFound(record.status())) return std::nullopt;  // pruned
  WAYPOST_RETURN_IF_ERROR(record.status());
  internal::v1::Decision decision;
  if (!decision.ParseFromString(record->decision)) {
    return absl::DataLossError("a logged decision is damaged");
  }
  const int64_t at = std::max(decision.decided_at(), decision.outbox().at());
  if (at == 0) return std::nullopt;
  return absl::FromUnixMicros(at);
}

// A position of the log, up to `last`, after which everything is that was decided after `since`; at
// most twice as far back as need be.
absl::StatusOr<uint64_t> PositionBefore(const store::Store& store, absl::Time since,
                                        uint64_t last) {
  for (uint64_t back = 1; back < last; back *= 2) {
    WAYPOST_ASSIGN_OR_RETURN(const std::optional<absl::Time> at, DecidedAt(store, last - back));
    if (at.has_value() && *at <= since) return last - back;
  }
  return 0;
}

}  // namespace

// Besides what waits, what was settled by records that will be replayed: these must find it.
absl::Status Outbox::Load() {
  WAYPOST_ASSIGN_OR_RETURN(const uint64_t materialized, store_->MaterializedPosition());
  {
    const absl::MutexLock lock(&mutex_);
    position_ = materialized;
  }
  WAYPOST_RETURN_IF_ERROR(LoadState(store::ActionState::kWaiting, 0));
  WAYPOST_RETURN_IF_ERROR(LoadState(store::ActionState::kDone, materialized));
  WAYPOST_RETURN_IF_ERROR(LoadState(store::ActionState::kDead, materialized));
  return LoadTold();
}

absl::Status Outbox::LoadState(store::ActionState state, uint64_t after_position) {
  store::ActionQuery query{.state = state, .after_position = after_position};
  if (after_position > 0) query.after_number = std::numeric_limits<uint32_t>::max();
  query.limit = kLoadPage;
  const absl::Time now = clock_->Now();
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const std::vector<store::ActionRow> rows, store_->ListActions(query));
    for (const store::ActionRow& row : rows) {
      WAYPOST_ASSIGN_OR_RETURN(ActionRecord record, ParseAction(row));
      const ActionContext context = ContextOf(record);
      for (const std::string& id : context.alerts_taken_up) {
        WAYPOST_RETURN_IF_ERROR(BringBackOne(record.tenant(), id));
      }
      const absl::MutexLock lock(&mutex_);
      queue_.Load(std::move(record), now, context);
    }
    if (rows.size() < kLoadPage) return absl::OkStatus();
    query.after_position = rows.back().position;
    query.after_number = rows.back().number;
  }
}

// Of the actions before the log's tail, which is replayed, those of the last hour.
absl::Status Outbox::LoadTold() {
  const absl::Time since = clock_->Now() - kRateWindow;
  uint64_t position = 0;
  {
    const absl::MutexLock lock(&mutex_);
    position = position_;
  }
  WAYPOST_ASSIGN_OR_RETURN(const uint64_t before, PositionBefore(*store_, since, position));
  for (const store::ActionState state :
       {store::ActionState::kWaiting, store::ActionState::kDone, store::ActionState::kDead}) {
    store::ActionQuery query{.state = state, .after_position = before, .limit = kLoadPage};
    while (true) {
      WAYPOST_ASSIGN_OR_RETURN(const std::vector<store::ActionRow> rows,
                               store_->ListActions(query));
      for (const store::ActionRow& row : rows) {
        if (row.position > position) break;
        WAYPOST_ASSIGN_OR_RETURN(const ActionRecord record, ParseAction(row));
        const absl::MutexLock lock(&mutex_);
        if (TellsOwner(record)) queue_.Tell(OwnerOf(record), TimeOf(record));
      }
      if (rows.size() < kLoadPage) break;
      query.after_position = rows.back().position;
      query.after_number = rows.back().number;
    }
  }
  return absl::OkStatus();
}

// What cannot be read is found out when the action is handed out.
ActionContext Outbox::ContextOf(const ActionRecord& record) const {
  ActionContext context;
  context.alert_id = record.action().id();
  if (record.settled_at() != 0) return context;
  if (record.action().kind() == v1::ACTION_KIND_ALERT_DIGEST) {
    context.alerts_taken_up = ReadDigest(*store_, record).value_or(std::vector<std::string>());
  } else if (record.reason_code() == kOwnerRate) {
    const absl::StatusOr<v1::Action> action = ReadAction(*store_, record);
    if (action.ok() && !action->alert().repeats_id().empty()) {
      context.alert_id = action->alert().repeats_id();
    }
  }
  return context;
}

absl::Status Outbox::BringBack(std::string_view tenant, const OutboxChanges& changes) {
  for (const internal::v1::ActionChange& change : ChangesOf(changes)) {
    WAYPOST_RETURN_IF_ERROR(BringBackOne(tenant, change.action_id()));
  }
  return absl::OkStatus();
}

absl::Status Outbox::BringBackOne(std::string_view tenant, std::string_view id) {
  {
    const absl::MutexLock lock(&mutex_);
    if (queue_.Find(tenant, id) != nullptr) return absl::OkStatus();
  }
  WAYPOST_ASSIGN_OR_RETURN(const std::optional<store::ActionRow> row,
                           store_->FindAction(tenant, id));
  if (!row.has_value()) return absl::OkStatus();
  WAYPOST_ASSIGN_OR_RETURN(ActionRecord record, ParseAction(*row));
  const ActionContext context = ContextOf(record);
  const absl::MutexLock lock(&mutex_);
  queue_.Load(std::move(record), clock_->Now(), context);
  return absl::OkStatus();
}

void Outbox::TakeNew(ActionRecord action, const ActionContext& context) {
  if (TellsOwner(action)) queue_.Tell(OwnerOf(action), TimeOf(action));
  queue_.Add(std::move(action), clock_->Now(), context);
}

void Outbox::Take(const store::LogRecord& record, const OutboxChanges& changes,
                  const std::vector<std::string>& alert_ids, bool is_new) {
  for (int i = 0; i < changes.actions_size(); ++i) {
    TakeNew(RecordOf(changes, i, record.position, record.tenant, record.person_id),
            {.alert_id = alert_ids[static_cast<size_t>(i)], .is_new = is_new});
  }
  for (int i = 0; i < changes.alert_digests_size(); ++i) {
    const auto& ids = changes.alert_digests(i).action_ids();
    TakeNew(RecordOfDigest(changes, i, record.position, record.tenant),
            {.alerts_taken_up = {ids.begin(), ids.end()}, .is_new = is_new});
  }
  for (const internal::v1::ActionChange& change : ChangesOf(changes)) {
    if (queue_.Find(record.tenant, change.action_id()) == nullptr) continue;  // pruned
    queue_.Change(record.tenant, change, record.position, changes.at(), clock_->Now());
  }
}

absl::Status Outbox::Replay(const store::LogRecord& record,
                            const internal::v1::Decision& decision) {
  {
    const absl::MutexLock lock(&mutex_);
    if (record.position <= position_) return absl::OkStatus();
  }
  WAYPOST_RETURN_IF_ERROR(BringBack(record.tenant, decision.outbox()));
  const absl::MutexLock lock(&mutex_);
  Take(record, decision.outbox(), AlertIds(decision), false);
  position_ = record.position;
  return absl::OkStatus();
}

void Outbox::Admit(int owner_cap, absl::Span<store::LogRecord> records,
                   absl::Span<const std::unique_ptr<OutboxNews>> news) {
  const absl::MutexLock lock(&mutex_);
  AlertAdmission admission(owner_cap, &queue_);
  for (size_t i = 0; i < records.size(); ++i) {
    if (news[i] != nullptr) admission.Admit(clock_->Now(), &records[i], news[i].get());
  }
}

void Outbox::Abandon() {
  const absl::MutexLock lock(&mutex_);
  queue_.Reinstate(clock_->Now());
}

std::vector<std::vector<v1::ActionLease>> Outbox::Apply(
    absl::Span<const store::LogRecord> records,
    absl::Span<const std::unique_ptr<OutboxNews>> news) {
  std::vector<std::vector<v1::ActionLease>> leases(records.size());
  bool any = false;
  for (size_t i = 0; i < records.size(); ++i) {
    if (news[i] == nullptr) continue;
    any = true;
    const absl::Status status = BringBack(records[i].tenant, news[i]->changes);
    if (status.ok()) continue;
    LogWarning("An action that was acknowledged cannot be read; a restart takes the word again",
               {{"status", status.ToString()}});
  }
  const absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < records.size(); ++i) {
    if (news[i] != nullptr) Take(records[i], news[i]->changes, news[i]->alert_ids, true);
  }
  queue_.Reinstate(clock_->Now());
  // Only now: a later record may have settled an action of an earlier one.
  for (size_t i = 0; i < records.size(); ++i) {
    if (news[i] == nullptr || !news[i]->lease_actions) continue;
    for (const internal::v1::NewAction& action : news[i]->changes.actions()) {
      const std::optional<TakenAction> taken =
          queue_.TakeOne(records[i].tenant, action.id(), kAnswerLease, clock_->Now());
      if (taken.has_value()) leases[i].push_back(ToLease(*taken));
    }
  }
  if (!records.empty()) position_ = records.back().position;
  if (any) {
    woken_ = true;
    waker_.Signal();
  }
  return leases;
}

}  // namespace waypost::pipeline
