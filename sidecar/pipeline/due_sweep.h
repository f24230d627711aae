// SPDX-License-Identifier: Apache-2.0
// Finds every person's due time anew when the rules, or the program, changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sidecar/pipeline/committer.h"
#include "sidecar/pipeline/pipeline.h"
#include "sidecar/pipeline/working_set.h"
#include "sidecar/rules/rule_set.h"
#include "sidecar/store/store.h"

namespace waypost::pipeline {

// Goes through all persons who have an open journey or wait for something, a page at a time: first
// those in memory, then the rows. Whoever gets an event meanwhile is done with the new rules
// anyway. The store remembers which rules the due times are by, so that a sweep that a restart cut
// short begins again. For the timer thread alone.
class DueSweep {
 public:
  // All outlive the sweep. No more than `max_changed` persons with news wait for the tables because
  // of it.
  DueSweep(const store::Store* store, RuleSource rules, size_t max_changed, WorkingSet* set,
           Committer* committer)
      : store_(store),
        rules_(std::move(rules)),
        max_changed_(static_cast<int64_t>(max_changed)),
        set_(set),
        committer_(committer) {}

  enum class Progress {
    kDone,    // the due times are by the rules in force
    kMore,    // call again
    kBehind,  // the tables have to catch up first: call again soon
  };
  // Does a page, if there is anything to do. After a failure call it again later.
  [[nodiscard]] absl::StatusOr<Progress> Step();

 private:
  absl::StatusOr<Progress> StepTo(const std::string& basis, const rules::RuleSet& rules);
  void Begin(const std::string& basis, const rules::RuleSet& rules);
  absl::Status Look(const store::PersonName& name, const rules::RuleSet& rules);

  const store::Store* const store_;
  const RuleSource rules_;
  const int64_t max_changed_;
  WorkingSet* const set_;
  Committer* const committer_;
  int64_t cleared_ = -1;                // WorkingSet::cleared() that the rest belongs to
  std::string done_;                    // the basis of all due times
  std::optional<std::string> running_;  // the basis of those up to `after_`
  store::PersonName after_;
};

}  // namespace waypost::pipeline
