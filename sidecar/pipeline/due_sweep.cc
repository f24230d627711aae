// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/due_sweep.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "sidecar/base/logging.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/base/version.h"
#include "sidecar/journey/letters.h"
#include "sidecar/text/absl_view.h"

namespace waypost::pipeline {
namespace {

// About 10 ms of work, during which somebody who is due may wait.
constexpr size_t kPage = 256;

}  // namespace

absl::StatusOr<DueSweep::Progress> DueSweep::Step() {
  const std::shared_ptr<const rules::RuleSet> rules = rules_();
  const std::string basis = absl::StrCat(rules->digest, " ", AbslView(Version()));
  const absl::ReaderMutexLock barrier(&set_->barrier);
  if (!set_->usable) return absl::UnavailableError("the store cannot be read");
  if (cleared_ != set_->cleared()) {
    WAYPOST_ASSIGN_OR_RETURN(done_, store_->DueBasis());
    running_.reset();
    cleared_ = set_->cleared();
  }
  if (basis == done_) return Progress::kDone;
  return StepTo(basis, *rules);
}

absl::StatusOr<DueSweep::Progress> DueSweep::StepTo(const std::string& basis,
                                                    const rules::RuleSet& rules) {
  if (running_ != basis) Begin(basis, rules);
  if (set_->changed_persons >= max_changed_) return Progress::kBehind;
  WAYPOST_ASSIGN_OR_RETURN(const store::PersonPage page, store_->ListWaiting(after_, kPage));
  for (const store::PersonName& name : page.persons) {
    WAYPOST_RETURN_IF_ERROR(Look(name, rules));
  }
  if (page.next_after.has_value()) {
    after_ = *page.next_after;
    return Progress::kMore;
  }
  committer_->NoteDueBasis(basis);
  done_ = basis;
  running_.reset();
  return Progress::kDone;
}

// A journey that began since the tables were written last is in no row.
void DueSweep::Begin(const std::string& basis, const rules::RuleSet& rules) {
  running_ = basis;
  after_ = {};
  for (WorkingSet::Shard& shard : set_->shards()) {
    const absl::MutexLock lock(&shard.mutex);
    shard.cache.ForEach(
        [&](Person* person) { set_->SetDue(person, journey::NextWork(rules, person->record)); });
  }
}

absl::Status DueSweep::Look(const store::PersonName& name, const rules::RuleSet& rules) {
  const PersonName person(name.tenant, name.person_id);
  const WorkingSet::ShardLock lock(set_, person);
  const absl::Status status =
      set_->SetDueOf(person, [&](const auto& record) { return journey::NextWork(rules, record); });
  if (!absl::IsDataLoss(status)) return status;
  LogError("What time brings to a person is not known: their row is damaged",
           {{"status", status.ToString()}});
  return absl::OkStatus();
}

}  // namespace waypost::pipeline
