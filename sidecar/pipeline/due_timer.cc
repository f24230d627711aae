// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/due_timer.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "sidecar/base/logging.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/pipeline/errors.h"

namespace waypost::pipeline {
namespace {

// How far ahead who is due is in memory; it is looked up again at half of it.
constexpr absl::Duration kAhead = absl::Minutes(5);
constexpr size_t kPage = 1000;
// Beyond so many in memory only those who are due already are looked up.
constexpr size_t kMaxAhead = 50'000;
// How many persons are decided for between looks at the other work.
constexpr int kBatch = 1000;
// How often the thread looks at a clock that nobody set: the machine's may step.
constexpr absl::Duration kIdle = absl::Minutes(1);
constexpr absl::Duration kRetry = absl::Milliseconds(100);
constexpr absl::Duration kCatchUp = absl::Milliseconds(20);

}  // namespace

DueTimer::DueTimer(const store::Store* store, const Clock* clock, const RuleSource& rules,
                   const Options& options, const journey::Outlook* outlook, WorkingSet* set,
                   CommitQueue* queue, Recorder* recorder, Committer* committer)
    : store_(store),
      clock_(clock),
      backlog_grace_(options.backlog_grace),
      set_(set),
      queue_(queue),
      decider_(clock, rules, outlook, set, queue, recorder),
      sweep_(store, rules, options.write_behind_persons, set, committer) {}

DueTimer::~DueTimer() { Stop(); }

void DueTimer::Start() {
  {
    const absl::MutexLock lock(&mutex_);
    stopped_ = false;
  }
  hold_until_ = clock_->Now() + backlog_grace_;
  clock_->AddListener(this);
  thread_ = std::thread([this] { Run(); });
}

void DueTimer::Stop() {
  if (!thread_.joinable()) return;
  clock_->RemoveListener(this);
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  Wake();
  thread_.join();
}

bool DueTimer::Stopping() const {
  const absl::MutexLock lock(&mutex_);
  return stopping_;
}

absl::Status DueTimer::Settle() {
  while (true) {
    WAYPOST_ASSIGN_OR_RETURN(const int64_t generation, AwaitSettled());
    if (queue_->AwaitDurable(decider_.LastPosition(generation), generation)) {
      return absl::OkStatus();
    }
  }
}

absl::StatusOr<int64_t> DueTimer::AwaitSettled() {
  absl::MutexLock lock(&mutex_);
  const int64_t mine = ++settles_asked_;
  Wake();
  const auto settled = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return settles_done_ >= mine || settles_failed_ >= mine || stopped_;
  };
  mutex_.Await(absl::Condition(&settled));
  if (settles_failed_ >= mine) return StoreError(failure_);
  if (settles_done_ >= mine) return settled_generation_;
  return ShuttingDown();
}

absl::Time DueTimer::Next() const {
  const absl::Time near = set_->due().next();
  if (near != absl::InfiniteFuture()) return near;
  const absl::StatusOr<std::vector<store::DuePerson>> far =
      store_->ListDue({}, absl::InfiniteFuture(), 1);
  return far.ok() && !far->empty() ? far->front().due_at : absl::InfiniteFuture();
}

void DueTimer::Run() {
  while (!Stopping()) {
    const int64_t generation = queue_->generation();
    int64_t asked = 0;
    {
      const absl::MutexLock lock(&mutex_);
      asked = settles_asked_;
    }
    Outcome outcome = Pass();
    {
      const absl::MutexLock lock(&mutex_);
      if (outcome.settled) {
        settles_done_ = asked;
        settled_generation_ = generation;
      }
      if (absl::IsUnavailable(outcome.status)) {
        settles_failed_ = asked;
        failure_ = outcome.status;
      }
    }
    if (outcome.wait > absl::ZeroDuration()) set_->due().Await(outcome.wait);
  }
  const absl::MutexLock lock(&mutex_);
  stopped_ = true;
}

DueTimer::Outcome DueTimer::Pass() {
  const absl::Time now = clock_->Now();
  const absl::StatusOr<bool> more_due = DecideSome(now);
  if (!more_due.ok()) return {more_due.status(), kRetry};
  const absl::StatusOr<bool> more_ahead = LookAhead(now);
  if (!more_ahead.ok()) return {more_ahead.status(), kRetry};
  const absl::StatusOr<DueSweep::Progress> swept = sweep_.Step();
  if (!swept.ok()) return {swept.status(), kRetry};
  if (*more_due || *more_ahead || *swept == DueSweep::Progress::kMore) return {};
  const absl::Duration until_next = UntilNext(now);
  if (*swept == DueSweep::Progress::kBehind) {
    queue_->Wake();
    return {absl::OkStatus(), std::min(kCatchUp, until_next)};
  }
  return {absl::OkStatus(), until_next, until_next > absl::ZeroDuration()};
}

absl::Duration DueTimer::UntilNext(absl::Time now) const {
  const absl::Time next = std::max(set_->due().next(), hold_until_);
  return std::clamp(next - now, absl::ZeroDuration(), kIdle);
}

bool DueTimer::Holds(absl::Time now) {
  hold_until_ = std::min(hold_until_, now + backlog_grace_);  // the clock may have gone back
  return now < hold_until_;
}

// True: somebody else may be due.
absl::StatusOr<bool> DueTimer::DecideSome(absl::Time now) {
  if (Holds(now)) return false;
  for (int i = 0; i < kBatch; ++i) {
    std::optional<store::DuePerson> person = set_->due().Take(now);
    if (!person.has_value()) return false;
    const absl::StatusOr<absl::Time> next =
        decider_.Decide({person->tenant, person->person_id}, person->due_at);
    if (absl::IsDataLoss(next.status())) {
      LogError("Nothing is decided for a person whose row is damaged",
               {{"status", next.status().ToString()}});
    } else if (!next.ok()) {
      set_->due().Add(*std::move(person));
      return next.status();
    } else if (*next <= read_up_to_.due_at) {
      person->due_at = *next;
      set_->due().Add(*std::move(person));
    }
  }
  return true;
}

// True: there is more to look up.
absl::StatusOr<bool> DueTimer::LookAhead(absl::Time now) {
  const absl::ReaderMutexLock barrier(&set_->barrier);
  if (!set_->usable) return absl::UnavailableError("the store cannot be read");
  if (cleared_ != set_->cleared()) {
    read_up_to_ = {};
    cleared_ = set_->cleared();
  }
  if (read_up_to_.due_at > now + 2 * kAhead) {  // the clock went back
    set_->due().Forget();
    read_up_to_ = {};
  }
  if (read_up_to_.due_at > now + kAhead / 2) return false;
  if (read_up_to_.due_at > now && set_->due().size() > kMaxAhead) return false;
  const absl::Time until = now + kAhead;
  // Memory before rows: who left memory in between has their row.
  AddFromMemory(set_->due().MoveHorizon(until), until);
  WAYPOST_ASSIGN_OR_RETURN(std::vector<store::DuePerson> rows,
                           store_->ListDue(read_up_to_, until, kPage));
  const bool full = rows.size() == kPage;
  read_up_to_ = full ? rows.back() : store::DuePerson{until};
  for (store::DuePerson& row : rows) set_->due().Add(std::move(row));
  return full || std::max(set_->due().next(), hold_until_) <= now;
}

void DueTimer::AddFromMemory(absl::Time after, absl::Time until) {
  for (WorkingSet::Shard& shard : set_->shards()) {
    const absl::MutexLock lock(&shard.mutex);
    shard.cache.ForEach([&](const Person* person) {
      if (person->due_at <= after || person->due_at > until) return;
      const auto& [tenant, person_id] = person->name();
      set_->due().Add({person->due_at, std::string(tenant), std::string(person_id)});
    });
  }
}

}  // namespace waypost::pipeline
