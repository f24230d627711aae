// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "sidecar/base/clock.h"
#include "sidecar/rules/loader.h"
#include "sidecar/rules/rule_set.h"
#include "sidecar/text/diagnostic.h"

namespace waypost::rules {

// How the rules in force came to be.
struct RuleState {
  // When the set in force was put in force; infinite past before there is one.
  absl::Time loaded_at = absl::InfinitePast();
  // The files differ from the set in force because they do not load.
  bool stale = false;
  // What the last reload found.
  std::vector<Diagnostic> diagnostics;
};

struct ReloadResult {
  bool valid = false;     // the files as they are now load
  bool in_force = false;  // and are in force after the call
  std::vector<Diagnostic> diagnostics;
  std::string digest;  // of the set in force after the call; empty when there is none
};

// The rule set in force. Reloading compiles aside and swaps whole, or keeps the last good set.
// Thread-safe; readers never wait, not for a reload either. `clock` outlives it.
class RuleHolder {
 public:
  // `path`: a file or folder as for LoadRules. Nothing is in force until the first Reload.
  RuleHolder(std::string path, const Clock& clock) : path_(std::move(path)), clock_(clock) {}

  // The set in force; null until one has loaded. Keep the pointer for as long as one evaluation
  // lasts.
  [[nodiscard]] std::shared_ptr<const RuleSet> rule_set() const { return rule_set_.load(); }

  [[nodiscard]] RuleState state() const;
  [[nodiscard]] const std::string& path() const { return path_; }

  // Reads the files again and puts them in force when they load. Files that cannot be read are an
  // error among the diagnostics. Reloads run one after the other; unchanged files keep the set and
  // its time.
  ReloadResult Reload();

  // What Reload would find, without putting anything in force.
  [[nodiscard]] ReloadResult Check() const;

 private:
  [[nodiscard]] LoadResult Load() const;

  const std::string path_;
  const Clock& clock_;
  absl::Mutex reload_mutex_;  // held over a whole reload
  std::atomic<std::shared_ptr<const RuleSet>> rule_set_;
  mutable absl::Mutex state_mutex_ ABSL_ACQUIRED_AFTER(reload_mutex_);
  RuleState state_ ABSL_GUARDED_BY(state_mutex_);
};

}  // namespace waypost::rules
