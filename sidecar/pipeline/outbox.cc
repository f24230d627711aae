// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/outbox.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sidecar/base/logging.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/micros.h"
#include "sidecar/pipeline/errors.h"

namespace waypost::pipeline {
namespace {

using internal::v1::ActionRecord;
using internal::v1::OutboxChanges;

constexpr size_t kLoadPage = 1000;
constexpr size_t kDefaultMaxActions = 10;
constexpr absl::Duration kDefaultLease = absl::Seconds(60);
// How often a thread without work looks at the clock.
constexpr absl::Duration kIdle = absl::Minutes(1);

absl::StatusOr<ActionRecord> Parse(const store::ActionRow& row) {
  ActionRecord record;
  if (!record.ParseFromString(row.blob)) {
    return absl::DataLossError("the row of an action is damaged");
  }
  return record;
}

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

std::vector<v1::ActionKind> KindsOf(const v1::PullActionsRequest& request) {
  std::vector<v1::ActionKind> kinds;
  for (const int kind : request.kinds()) kinds.push_back(static_cast<v1::ActionKind>(kind));
  return kinds;
}

v1::ActionLease LeaseOf(const TakenAction& taken) {
  v1::ActionLease lease;
  lease.set_action_id(taken.record.action().id());
  lease.set_lease_id(taken.lease_id);
  journey::SetTime(absl::ToUnixMicros(taken.lease_end), lease.mutable_expires_at());
  return lease;
}

std::string_view Explain(v1::AcknowledgeCode code) {
  switch (code) {
    case v1::ACKNOWLEDGE_CODE_ALREADY_DONE:
      return "it was done before";
    case v1::ACKNOWLEDGE_CODE_ALREADY_DEAD:
      return "it is dead, and nobody is to try it again";
    case v1::ACKNOWLEDGE_CODE_LEASE_LOST:
      return "the lease is not the newest one: somebody else has the action, or it waits again";
    case v1::ACKNOWLEDGE_CODE_UNKNOWN_ACTION:
      return "there is no such action, or it was settled long ago";
    default:
      return "";
  }
}

}  // namespace

Outbox::Outbox(const store::Store* store, const Clock* clock)
    : store_(store),
      clock_(clock),
      queue_(absl::StrCat(absl::Hex(absl::ToUnixMicros(clock->Now())))) {}

Outbox::~Outbox() { Stop(); }

// Besides what waits, what was settled by records that will be replayed: these must find it.
absl::Status Outbox::Load() {
  WAYPOST_ASSIGN_OR_RETURN(const uint64_t materialized, store_->MaterializedPosition());
  {
    const absl::MutexLock lock(&mutex_);
    position_ = materialized;
  }
  WAYPOST_RETURN_IF_ERROR(LoadState(store::ActionState::kWaiting, 0));
  WAYPOST_RETURN_IF_ERROR(LoadState(store::ActionState::kDone, materialized));
  return LoadState(store::ActionState::kDead, materialized);
}

absl::Status Outbox::LoadState(store::ActionState state, uint64_t after_position) {
  store::ActionQuery query{.state = state, .after_position = after_position};
  if (after_position > 0) query.after_number = std::numeric_limits<uint32_t>::max();
  query.limit = kLoadPage;
  const absl::Time now = clock_->Now();
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const std::vector<store::ActionRow> rows, store_->ListActions(query));
    for (const store::ActionRow& row : rows) {
      WAYPOST_ASSIGN_OR_RETURN(ActionRecord record, Parse(row));
      const absl::MutexLock lock(&mutex_);
      queue_.Load(std::move(record), now);
    }
    if (rows.size() < kLoadPage) return absl::OkStatus();
    query.after_position = rows.back().position;
    query.after_number = rows.back().number;
  }
}

absl::Status Outbox::BringBack(std::string_view tenant, std::string_view id) {
  {
    const absl::MutexLock lock(&mutex_);
    if (queue_.Find(tenant, id) != nullptr) return absl::OkStatus();
  }
  WAYPOST_ASSIGN_OR_RETURN(const std::optional<store::ActionRow> row,
                           store_->FindAction(tenant, id));
  if (!row.has_value()) return absl::OkStatus();
  WAYPOST_ASSIGN_OR_RETURN(ActionRecord record, Parse(*row));
  const absl::MutexLock lock(&mutex_);
  queue_.Load(std::move(record), clock_->Now());
  return absl::OkStatus();
}

void Outbox::Take(const store::LogRecord& record, const OutboxChanges& changes) {
  const absl::Time now = clock_->Now();
  for (int i = 0; i < changes.actions_size(); ++i) {
    queue_.Add(RecordOf(changes, i, record.position, record.tenant, record.person_id), now);
  }
  for (const internal::v1::ActionChange& change : changes.changes()) {
    if (queue_.Find(record.tenant, change.action_id()) == nullptr) continue;  // pruned
    queue_.Change(record.tenant, change, record.position, changes.at(), now);
  }
}

absl::Status Outbox::Replay(const store::LogRecord& record, const OutboxChanges& changes) {
  {
    const absl::MutexLock lock(&mutex_);
    if (record.position <= position_) return absl::OkStatus();
  }
  for (const internal::v1::ActionChange& change : changes.changes()) {
    WAYPOST_RETURN_IF_ERROR(BringBack(record.tenant, change.action_id()));
  }
  const absl::MutexLock lock(&mutex_);
  Take(record, changes);
  position_ = record.position;
  return absl::OkStatus();
}

std::vector<std::vector<v1::ActionLease>> Outbox::Apply(
    absl::Span<const store::LogRecord> records,
    absl::Span<const std::unique_ptr<OutboxNews>> news) {
  std::vector<std::vector<v1::ActionLease>> leases(records.size());
  bool any = false;
  for (size_t i = 0; i < records.size(); ++i) {
    if (news[i] == nullptr) continue;
    any = true;
    for (const internal::v1::ActionChange& change : news[i]->changes.changes()) {
      const absl::Status status = BringBack(records[i].tenant, change.action_id());
      if (status.ok()) continue;
      LogWarning("An action that was acknowledged cannot be read; a restart takes the word again",
                 {{"status", status.ToString()}});
    }
  }
  const absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < records.size(); ++i) {
    if (news[i] == nullptr) continue;
    Take(records[i], news[i]->changes);
    if (!news[i]->lease_actions) continue;
    for (const internal::v1::NewAction& action : news[i]->changes.actions()) {
      const std::optional<TakenAction> taken =
          queue_.TakeOne(records[i].tenant, action.id(), kAnswerLease, clock_->Now());
      if (taken.has_value()) leases[i].push_back(LeaseOf(*taken));
    }
  }
  if (!records.empty()) position_ = records.back().position;
  if (any) {
    woken_ = true;
    waker_.Signal();
  }
  return leases;
}

void Outbox::Start() {
  {
    const absl::MutexLock lock(&mutex_);
    queue_.ForgetSettled();
  }
  clock_->AddListener(this);
  thread_ = std::thread([this] { Run(); });
}

void Outbox::Stop() {
  if (!thread_.joinable()) return;
  EndPulls();
  clock_->RemoveListener(this);
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  Wake();
  thread_.join();
}

void Outbox::Wake() {
  const absl::MutexLock lock(&mutex_);
  woken_ = true;
  waker_.Signal();
}

void Outbox::ClockWasSet() { Wake(); }

void Outbox::EndPulls() {
  {
    const absl::MutexLock lock(&mutex_);
    ended_ = true;
  }
  Wake();
}

void Outbox::Pull(const v1::PullActionsRequest& request, PullCallback done) {
  absl::Status refusal;
  {
    const absl::MutexLock lock(&mutex_);
    if (ended_) {
      refusal = ShuttingDown();
    } else if (pulls_.size() >= kMaxPulls) {
      refusal = MakeError(Reason::kReadersBusy, "too many pulls wait for actions; try again");
    } else {
      const absl::Time until = SystemClock().Now() + FromProto(request.wait());
      pulls_.push_back({request, std::move(done), until});
      woken_ = true;
      waker_.Signal();
    }
  }
  if (!refusal.ok()) done(refusal);
}

absl::Time Outbox::WakeAt() const {
  const absl::Duration until_next = queue_.next() - clock_->Now();
  absl::Time wake = SystemClock().Now() + std::clamp(until_next, absl::ZeroDuration(), kIdle);
  for (const WaitingPull& pull : pulls_) wake = std::min(wake, pull.until);
  return wake;
}

void Outbox::Run() {
  mutex_.Lock();
  while (!stopping_ || !pulls_.empty()) {
    woken_ = false;
    std::vector<ServedPull> served = ServeSome();
    if (!served.empty()) {
      mutex_.Unlock();
      for (ServedPull& pull : served) Deliver(std::move(pull));
      mutex_.Lock();
      continue;
    }
    while (!woken_ && !waker_.WaitWithDeadline(&mutex_, WakeAt())) {
    }
  }
  mutex_.Unlock();
}

// Those who came first are served first.
std::vector<Outbox::ServedPull> Outbox::ServeSome() {
  std::vector<ServedPull> served;
  std::vector<WaitingPull> left;
  queue_.Advance(clock_->Now());
  const absl::Time machine_now = SystemClock().Now();
  for (WaitingPull& pull : pulls_) {
    const v1::PullActionsRequest& request = pull.request;
    const size_t max = request.max_actions() == 0 ? kDefaultMaxActions
                                                  : static_cast<size_t>(request.max_actions());
    const absl::Duration lease =
        request.has_lease_duration() ? FromProto(request.lease_duration()) : kDefaultLease;
    std::vector<TakenAction> taken;
    if (!ended_) {
      taken = queue_.Take(request.tenant(), KindsOf(request), max, lease, clock_->Now());
    }
    if (taken.empty() && !ended_ && pull.until > machine_now) {
      left.push_back(std::move(pull));
    } else {
      served.push_back({std::move(pull.done), std::move(taken)});
    }
  }
  pulls_ = std::move(left);
  return served;
}

void Outbox::Deliver(ServedPull pull) {
  v1::PullActionsResponse response;
  const absl::Status status = AddContent(pull.taken, &response);
  if (status.ok() || response.actions_size() > 0) {
    pull.done(std::move(response));
  } else {
    pull.done(StoreError(status));
  }
}

// Fills what can be read. What cannot be read now is returned; what never can be is dead.
absl::Status Outbox::AddContent(const std::vector<TakenAction>& taken,
                                v1::PullActionsResponse* response) {
  absl::Status failure;
  for (const TakenAction& action : taken) {
    absl::StatusOr<v1::Action> content = ReadAction(*store_, action.record);
    if (content.ok()) {
      v1::LeasedAction* leased = response->add_actions();
      *leased->mutable_action() = *std::move(content);
      *leased->mutable_lease() = LeaseOf(action);
      leased->set_attempt(action.record.attempts());
      continue;
    }
    const absl::MutexLock lock(&mutex_);
    if (absl::IsNotFound(content.status()) || absl::IsDataLoss(content.status())) {
      LogError("An action cannot be delivered: its decision is gone",
               {{"status", content.status().ToString()}});
      queue_.Bury(action, clock_->Now());
    } else {
      queue_.Return(action, clock_->Now());
      failure.Update(content.status());
    }
  }
  return failure;
}

v1::AcknowledgeCode Outbox::JudgeOne(const std::string& tenant, const v1::ActionResult& result,
                                     const ActionRecord* stored, OutboxChanges* changes) const {
  internal::v1::ActionChange change;
  v1::AcknowledgeCode code = v1::ACKNOWLEDGE_CODE_UNKNOWN_ACTION;
  if (queue_.Find(tenant, result.action_id()) != nullptr) {
    code = queue_.Judge(tenant, result, clock_->Now(), &change);
  } else if (stored != nullptr && stored->settled_at() != 0) {
    code = JudgeSettled(*stored, result, &change);
  }
  if (code == v1::ACKNOWLEDGE_CODE_ACCEPTED) *changes->add_changes() = std::move(change);
  return code;
}

absl::StatusOr<Outbox::Judgement> Outbox::Judge(const v1::AcknowledgeActionsRequest& request) {
  Judgement judgement;
  judgement.changes.set_at(absl::ToUnixMicros(clock_->Now()));
  for (const v1::ActionResult& result : request.results()) {
    ActionRecord stored;
    bool here = false;
    {
      const absl::MutexLock lock(&mutex_);
      here = queue_.Find(request.tenant(), result.action_id()) != nullptr;
    }
    if (!here) {
      WAYPOST_ASSIGN_OR_RETURN(const std::optional<store::ActionRow> row,
                               store_->FindAction(request.tenant(), result.action_id()));
      if (row.has_value()) {
        WAYPOST_ASSIGN_OR_RETURN(stored, Parse(*row));
      }
    }
    v1::ActionAcknowledgement* answer = judgement.response.add_acknowledgements();
    answer->set_action_id(result.action_id());
    const absl::MutexLock lock(&mutex_);
    answer->set_code(JudgeOne(request.tenant(), result, &stored, &judgement.changes));
    answer->set_message(std::string(Explain(answer->code())));
  }
  return judgement;
}

size_t Outbox::changed() const {
  const absl::MutexLock lock(&mutex_);
  return queue_.changed();
}

void Outbox::TakeChanged(size_t max, std::vector<store::ActionRow>* rows) {
  const absl::MutexLock lock(&mutex_);
  queue_.TakeChanged(max, rows);
}

void Outbox::Written(const std::vector<store::ActionRow>& rows) {
  const absl::MutexLock lock(&mutex_);
  queue_.Written(rows);
}

void Outbox::NotWritten(const std::vector<store::ActionRow>& rows) {
  const absl::MutexLock lock(&mutex_);
  queue_.NotWritten(rows);
}

void Outbox::Count(Stats* stats) const {
  const absl::StatusOr<int64_t> dead = store_->CountActions(store::ActionState::kDead);
  const absl::MutexLock lock(&mutex_);
  stats->actions_leased = queue_.leased();
  stats->actions_waiting = queue_.unsettled() - queue_.leased();
  stats->actions_dead = dead.value_or(0) + queue_.unwritten_dead();
  stats->oldest_action = queue_.oldest();
}

}  // namespace waypost::pipeline
