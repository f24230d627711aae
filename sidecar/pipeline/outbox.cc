// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/outbox.h"

#include <algorithm>
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

constexpr size_t kDefaultMaxActions = 10;
constexpr absl::Duration kDefaultLease = absl::Seconds(60);
// How often a thread without work looks at the clock.
constexpr absl::Duration kIdle = absl::Minutes(1);
// When digests could not be written.
constexpr absl::Duration kGatherRetry = absl::Seconds(1);

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

ActionFilter FilterOf(const v1::PullActionsRequest& request) {
  ActionFilter filter;
  for (const int kind : request.kinds()) filter.kinds.push_back(static_cast<v1::ActionKind>(kind));
  filter.sources.assign(request.sources().begin(), request.sources().end());
  return filter;
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

void Outbox::Start(Gather gather) {
  gather_ = std::move(gather);
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
  const absl::Time machine_now = SystemClock().Now();
  const absl::Time now = clock_->Now();
  const auto wake_for = [&](absl::Time next) {
    return machine_now + std::clamp(next - now, absl::ZeroDuration(), kIdle);
  };
  absl::Time wake = wake_for(queue_.next());
  // A record that is on its way wakes the thread.
  if (gathering_.empty()) {
    wake = std::min(wake, std::max(wake_for(queue_.rates().next()), gather_again_));
  }
  for (const WaitingPull& pull : pulls_) wake = std::min(wake, pull.until);
  return wake;
}

void Outbox::Run() {
  mutex_.Lock();
  while (!stopping_ || !pulls_.empty()) {
    woken_ = false;
    queue_.Advance(clock_->Now());
    const std::vector<std::string> tenants = TenantsToGather();
    if (!tenants.empty()) {
      mutex_.Unlock();
      for (const std::string& tenant : tenants) {
        gather_(tenant, [this, tenant](bool written) { Gathered(tenant, written); });
      }
      mutex_.Lock();
      continue;
    }
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

std::vector<std::string> Outbox::TenantsToGather() {
  std::vector<std::string> tenants;
  if (ended_ || SystemClock().Now() < gather_again_) return tenants;
  for (const OwnerRates::Owner& owner : queue_.rates().Due(clock_->Now())) {
    if (gathering_.insert(owner.first).second) tenants.push_back(owner.first);
  }
  return tenants;
}

void Outbox::Gathered(const std::string& tenant, bool written) {
  const absl::MutexLock lock(&mutex_);
  gathering_.erase(tenant);
  if (!written) gather_again_ = SystemClock().Now() + kGatherRetry;
  woken_ = true;
  waker_.Signal();
}

// Those who came first are served first, with what is due by the clock: once the digests are on
// disk.
std::vector<Outbox::ServedPull> Outbox::ServeSome() {
  std::vector<ServedPull> served;
  if (!gathering_.empty() && !ended_) return served;
  std::vector<WaitingPull> left;
  const absl::Time machine_now = SystemClock().Now();
  for (WaitingPull& pull : pulls_) {
    const v1::PullActionsRequest& request = pull.request;
    const size_t max = request.max_actions() == 0 ? kDefaultMaxActions
                                                  : static_cast<size_t>(request.max_actions());
    const absl::Duration lease =
        request.has_lease_duration() ? FromProto(request.lease_duration()) : kDefaultLease;
    std::vector<TakenAction> taken;
    if (!ended_) {
      taken = queue_.Take(request.tenant(), FilterOf(request), max, lease, clock_->Now());
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
    absl::StatusOr<v1::Action> content = Read(action.record);
    if (content.ok()) {
      v1::LeasedAction* leased = response->add_actions();
      *leased->mutable_action() = *std::move(content);
      *leased->mutable_lease() = ToLease(action);
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

absl::StatusOr<std::optional<ActionRecord>> Outbox::Find(std::string_view tenant,
                                                         std::string_view id) const {
  {
    const absl::MutexLock lock(&mutex_);
    if (const ActionRecord* record = queue_.Find(tenant, id)) return *record;
  }
  WAYPOST_ASSIGN_OR_RETURN(const std::optional<store::ActionRow> row,
                           store_->FindAction(tenant, id));
  if (!row.has_value()) return std::nullopt;
  return ParseAction(*row);
}

// Of a digest, the alerts that are in the log still.
absl::StatusOr<v1::Action> Outbox::Read(const ActionRecord& record) const {
  if (record.action().kind() != v1::ACTION_KIND_ALERT_DIGEST) return ReadAction(*store_, record);
  WAYPOST_ASSIGN_OR_RETURN(const std::vector<std::string> ids, ReadDigest(*store_, record));
  v1::Action digest = Describe(record);
  digest.mutable_alert_digest()->set_owner_id(record.action().owner_id());
  for (const std::string& id : ids) {
    WAYPOST_ASSIGN_OR_RETURN(const std::optional<ActionRecord> alert, Find(record.tenant(), id));
    if (!alert.has_value()) continue;
    absl::StatusOr<v1::Action> action = ReadAction(*store_, *alert);
    if (absl::IsNotFound(action.status())) continue;
    WAYPOST_RETURN_IF_ERROR(action.status());
    digest.mutable_alert_digest()->add_alerts()->Swap(action->mutable_alert());
  }
  if (digest.alert_digest().alerts().empty()) return absl::NotFoundError("its alerts were pruned");
  return digest;
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
    WAYPOST_ASSIGN_OR_RETURN(const std::optional<ActionRecord> known,
                             Find(request.tenant(), result.action_id()));
    const ActionRecord stored = known.value_or(ActionRecord());
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
