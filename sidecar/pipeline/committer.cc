// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/committer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "sidecar/base/logging.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/pipeline/answer.h"
#include "sidecar/pipeline/errors.h"
#include "sidecar/pipeline/replayer.h"

namespace waypost::pipeline {
namespace {

// Beyond this a longer batch saves no more per record: see the design's measurements.
constexpr size_t kMaxBatchRecords = 1024;
constexpr size_t kMaxBatchBytes = size_t{1} << 20;
constexpr size_t kPruneRows = 1000;
// A person, a journey, a ticket and two actions are what the first event of a person brings; the
// rest is for catching up.
constexpr size_t kRowsPerEvent = 8;
// Told in outbox_service.proto.
constexpr absl::Duration kSettledActionsKept = absl::Hours(30 * 24);
constexpr absl::Duration kPruneInterval = absl::Hours(1);
// How often a thread without work looks at the clock for what is too old.
constexpr absl::Duration kIdle = absl::Minutes(1);
constexpr absl::Duration kFirstRetry = absl::Milliseconds(100);
constexpr absl::Duration kLastRetry = absl::Seconds(5);
// What memory held when the store failed fits it again, and the tables may be what fails.
constexpr size_t kNever = std::numeric_limits<size_t>::max();

}  // namespace

Committer::Committer(store::Store* store, const Clock* clock, RuleSource rules,
                     const Options& options, WorkingSet* set, CommitQueue* queue, Outbox* outbox,
                     Expectations* expectations)
    : store_(store),
      clock_(clock),
      rules_(std::move(rules)),
      options_(options),
      set_(set),
      queue_(queue),
      outbox_(outbox),
      expectations_(expectations),
      writer_(
          store, [this] { return ArchiveBefore(); }, set, outbox) {}

Committer::~Committer() { Stop(); }

absl::Status Committer::Start() {
  WAYPOST_RETURN_IF_ERROR(Rebuild(options_.write_behind_persons));
  // At once, so that a process that dies young again and again does not replay more each time.
  if (queue_->durable_position() > materialized_) write_at_ = SystemClock().Now();
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void Committer::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  queue_->Wake();
  if (thread_.joinable()) thread_.join();
}

absl::Status Committer::Flush() {
  absl::MutexLock lock(&mutex_);
  const int64_t mine = ++flushes_asked_;
  queue_->Wake();
  const auto settled = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return flushes_done_ >= mine || stopped_ || !store_status_.ok();
  };
  mutex_.Await(absl::Condition(&settled));
  return store_status_;
}

absl::Status Committer::store_status() const {
  const absl::MutexLock lock(&mutex_);
  return store_status_;
}

bool Committer::Stopping() const {
  const absl::MutexLock lock(&mutex_);
  return stopping_;
}

void Committer::Run() {
  while (!Stopping() || queue_->waiting() > 0) {
    const absl::Status status = Work();
    if (!status.ok()) Fail(status);
  }
  if (store_status().ok()) {
    writer_.Abandon();
    absl::Status status =
        writer_.WriteAll(queue_->durable_position(), TableWriter::Barrier::kFree, TakeDueBasis());
    if (status.ok()) status = WriteExpectations();
    if (status.ok()) {
      materialized_ = queue_->durable_position();
    } else {
      LogWarning("The tables could not be written; the next start reads the log instead",
                 {{"status", status.ToString()}});
    }
  }
  const absl::MutexLock lock(&mutex_);
  stopped_ = true;
}

absl::Status Committer::Work() {
  WAYPOST_RETURN_IF_ERROR(CommitWaiting(NextDeadline()));
  WAYPOST_RETURN_IF_ERROR(WriteTables());
  Prune();
  FinishFlushes();
  return absl::OkStatus();
}

absl::Time Committer::NextDeadline() const {
  if (writer_.busy() || WriteIsDue() || PruneIsDue()) return absl::InfinitePast();
  return std::min(write_at_, SystemClock().Now() + kIdle);
}

absl::Status Committer::CommitWaiting(absl::Time deadline) {
  batch_ = {};
  queue_->Take(kMaxBatchRecords, kMaxBatchBytes, deadline, &batch_);
  if (batch_.records.empty()) return absl::OkStatus();
  outbox_->Admit(rules_()->caps.alerts_per_owner_per_hour, absl::MakeSpan(batch_.records),
                 batch_.news);
  const absl::Status appended = store_->Append(batch_.records);
  if (!appended.ok()) {
    outbox_->Abandon();
    return appended;
  }
  Answer();
  return absl::OkStatus();
}

absl::Status Committer::CommitUpTo(uint64_t position) {
  while (queue_->durable_position() < position) {
    WAYPOST_RETURN_IF_ERROR(CommitWaiting(absl::InfiniteFuture()));
  }
  return absl::OkStatus();
}

void Committer::CountDecidedByTime() {
  for (const store::LogRecord& record : batch_.records) {
    const bool of_connector = record.person_id.empty();
    if (record.event.empty() && !record.decision.empty() && !of_connector) ++decided_by_time_;
  }
}

void Committer::Answer() {
  CountDecidedByTime();
  // Before anybody hears of the records: who then pulls finds their actions.
  const auto leases = outbox_->Apply(batch_.records, batch_.news);
  expectations_->Learn(batch_.records, batch_.observations);
  std::vector<CommitQueue::Waiter> waiters = queue_->Complete(batch_.records.size());
  for (size_t i = 0; i < waiters.size(); ++i) {
    if (waiters[i].done != nullptr) AnswerOne(batch_.records[i], leases[i], &waiters[i]);
  }
  if (write_at_ == absl::InfiniteFuture()) write_at_ = SystemClock().Now() + options_.write_behind;
}

void Committer::AnswerOne(const store::LogRecord& record,
                          const std::vector<v1::ActionLease>& leases, CommitQueue::Waiter* waiter) {
  if (record.event.empty()) return waiter->done(std::string_view());  // a connector's word
  ++recorded_;
  const absl::StatusOr<std::string_view> response = ResponseIn(record.decision);
  if (leases.empty() || !response.ok()) {
    waiter->done(response);
  } else {
    const std::string leasing = LeasingResponse(*response, leases);
    waiter->done(std::string_view(leasing));
  }
  if (waiter->again.empty()) return;
  const std::string duplicate = DuplicateOf(response.value_or(std::string_view()));
  for (RecordCallback& done : waiter->again) done(std::string_view(duplicate));
}

bool Committer::WriteIsDue() const {
  {
    const absl::MutexLock lock(&mutex_);
    if (flushes_asked_ > flushes_written_) return true;
  }
  return SystemClock().Now() >= write_at_ || ManyHaveNews() ||
         queue_->durable_position() - materialized_ >= options_.write_behind_events;
}

bool Committer::ManyHaveNews() const {
  return set_->changed_persons.load(std::memory_order_relaxed) >=
         static_cast<int64_t>(options_.write_behind_persons);
}

absl::Status Committer::WriteTables() {
  if (!writer_.busy()) {
    if (!WriteIsDue()) return absl::OkStatus();
    {
      const absl::MutexLock lock(&mutex_);
      round_flushes_ = flushes_asked_;
    }
    write_at_ = absl::InfiniteFuture();
    round_position_ = queue_->durable_position();
    writer_.Begin(round_position_, TakeDueBasis());
  }
  WAYPOST_RETURN_IF_ERROR(WriteSlices());
  if (writer_.busy()) return absl::OkStatus();
  materialized_ = round_position_;
  if (expectations_->unwritten() >= options_.write_behind_events) {
    WAYPOST_RETURN_IF_ERROR(WriteExpectations());
  }
  const absl::MutexLock lock(&mutex_);
  flushes_written_ = round_flushes_;
  return absl::OkStatus();
}

// One slice, so that nobody waits long; but whoever brings more persons than a slice takes has the
// rows of their events written before more events, so that what only memory has stays bounded.
absl::Status Committer::WriteSlices() {
  const uint64_t committed = queue_->durable_position();
  const uint64_t rows_brought =
      (committed - std::exchange(paced_position_, committed)) * kRowsPerEvent;
  uint64_t rows = 0;
  do {
    WAYPOST_RETURN_IF_ERROR(writer_.WriteSlice(
        TableWriter::Barrier::kFree, [this](uint64_t position) { return CommitUpTo(position); }));
    rows += TableWriter::kRowsPerSlice;
  } while (writer_.busy() && ManyHaveNews() && rows < rows_brought);
  return absl::OkStatus();
}

void Committer::NoteDueBasis(std::string basis) {
  const absl::MutexLock lock(&mutex_);
  due_basis_ = std::move(basis);
}

std::optional<std::string> Committer::TakeDueBasis() {
  const absl::MutexLock lock(&mutex_);
  return std::exchange(due_basis_, std::nullopt);
}

// What a new ticket may still join must stay at hand.
absl::Time Committer::ArchiveBefore() const {
  return clock_->Now() - std::max(options_.archive_after, rules_()->stitching.matter_window);
}

absl::Status Committer::WriteExpectations() {
  if (expectations_->unwritten() == 0) return absl::OkStatus();
  const store::Materialization news = expectations_->News();
  WAYPOST_RETURN_IF_ERROR(store_->Materialize(news));
  expectations_->Written(news);
  return absl::OkStatus();
}

bool Committer::PruneIsDue() const { return clock_->Now() >= prune_at_; }

// What was learned is written before its records go, and so once an hour; but a disk that is full
// of records must not keep them.
absl::StatusOr<size_t> Committer::PruneSome(absl::Time now) {
  const absl::Status learned = WriteExpectations();
  if (!learned.ok()) {
    LogWarning("What was learned of how long tickets take could not be written",
               {{"status", learned.ToString()}});
  }
  WAYPOST_ASSIGN_OR_RETURN(const size_t pruned,
                           store_->Prune(now - options_.retention, kPruneRows));
  if (pruned > 0) return pruned;
  return store_->PruneActions(now - kSettledActionsKept, kPruneRows);
}

void Committer::Prune() {
  if (!PruneIsDue()) return;
  const absl::Time now = clock_->Now();
  const absl::StatusOr<size_t> pruned = PruneSome(now);
  if (!pruned.ok()) {
    LogWarning("What is too old could not be deleted; trying again in an hour",
               {{"status", pruned.status().ToString()}});
  }
  if (pruned.ok() && *pruned > 0) {
    pruned_ = true;
    return;
  }
  prune_at_ = now + kPruneInterval;
  if (std::exchange(pruned_, false)) set_->ForgetWritten();
}

void Committer::FinishFlushes() {
  if (PruneIsDue()) return;
  const absl::MutexLock lock(&mutex_);
  flushes_done_ = flushes_written_;
}

void Committer::Fail(const absl::Status& why) {
  LogError("The store failed; new events are refused until it works again",
           {{"status", why.ToString()}});
  const absl::Status refusal = StoreError(why);
  queue_->Refuse(refusal);
  SetStoreStatus(refusal);
  ForgetUncommitted(refusal);
  for (absl::Duration delay = kFirstRetry;; delay = std::min(delay * 2, kLastRetry)) {
    const absl::Status status = Recover();
    if (status.ok()) break;
    LogWarning("The store does not work yet", {{"status", status.ToString()}});
    const absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), delay)) return;
  }
  // In this order: whoever hears that it works may send at once.
  queue_->Refuse(absl::OkStatus());
  SetStoreStatus(absl::OkStatus());
  LogInfo("The store works again");
}

// Whoever reserved a position has filled it once the barrier is held, because the barrier is shared
// from before the one until after the other.
void Committer::ForgetUncommitted(const absl::Status& why) {
  write_at_ = absl::InfiniteFuture();
  std::vector<CommitQueue::Waiter> waiters;
  absl::Status rebuilt;
  {
    const absl::MutexLock barrier(&set_->barrier);
    waiters = queue_->Reset(queue_->durable_position() + 1);
    rebuilt = RebuildHoldingBarrier(kNever);
  }
  if (!rebuilt.ok()) {
    LogWarning("The store cannot be read either", {{"status", rebuilt.ToString()}});
  }
  for (CommitQueue::Waiter& waiter : waiters) {
    if (waiter.done != nullptr) waiter.done(why);
    for (RecordCallback& done : waiter.again) done(why);
  }
}

absl::Status Committer::Rebuild(size_t write_at_persons) {
  const absl::MutexLock barrier(&set_->barrier);
  return RebuildHoldingBarrier(write_at_persons);
}

absl::Status Committer::RebuildHoldingBarrier(size_t write_at_persons) {
  set_->usable = false;
  writer_.Abandon();
  {
    const absl::MutexLock lock(&mutex_);
    due_basis_.reset();
  }
  const absl::StatusOr<int64_t> waiting = store_->CountDue();
  set_->Clear(waiting.value_or(0));
  WAYPOST_RETURN_IF_ERROR(waiting.status());
  WAYPOST_ASSIGN_OR_RETURN(const uint64_t last, ReplayTail(*store_, *rules_(), write_at_persons,
                                                           &writer_, set_, outbox_, expectations_));
  WAYPOST_ASSIGN_OR_RETURN(materialized_, store_->MaterializedPosition());
  (void)queue_->Reset(last + 1);
  set_->usable = true;
  return absl::OkStatus();
}

// A disk that is full may let a store recover and still take nothing: the tables are the proof.
absl::Status Committer::Recover() {
  WAYPOST_RETURN_IF_ERROR(store_->Recover());
  WAYPOST_RETURN_IF_ERROR(Rebuild(kNever));
  const uint64_t last = queue_->durable_position();
  const absl::Status status = writer_.WriteAll(last, TableWriter::Barrier::kFree);
  if (!status.ok()) {
    const absl::Status rebuilt = Rebuild(kNever);
    return rebuilt.ok() ? status : rebuilt;
  }
  materialized_ = last;
  return absl::OkStatus();
}

void Committer::SetStoreStatus(const absl::Status& status) {
  {
    const absl::MutexLock lock(&mutex_);
    store_status_ = status;
    if (status.ok()) flushes_done_ = flushes_written_ = flushes_asked_;
  }
  if (options_.on_store_change) options_.on_store_change(status);
}

}  // namespace waypost::pipeline
