// SPDX-License-Identifier: Apache-2.0
#include "sidecar/rules/rule_holder.h"

#include <utility>

#include "sidecar/text/diagnostic_codes.h"

namespace waypost::rules {

LoadResult RuleHolder::Load() const {
  auto loaded = LoadRules(path_);
  if (loaded.ok()) {
    return *std::move(loaded);
  }
  Diagnostic diagnostic;
  diagnostic.location.file = path_;
  diagnostic.code = std::string(CodeName(DiagnosticCode::kFileUnreadable));
  diagnostic.message = std::string(loaded.status().message());
  return {nullptr, {std::move(diagnostic)}};
}

RuleState RuleHolder::state() const {
  const absl::MutexLock lock(&state_mutex_);
  return state_;
}

ReloadResult RuleHolder::Reload() {
  const absl::MutexLock reload_lock(&reload_mutex_);
  LoadResult loaded = Load();
  const auto before = rule_set_.load();
  const bool valid = loaded.rule_set != nullptr;
  const bool changed = valid && (before == nullptr || before->digest != loaded.rule_set->digest);
  if (changed) {
    rule_set_.store(loaded.rule_set);
  }
  {
    const absl::MutexLock lock(&state_mutex_);
    state_.stale = !valid && before != nullptr;
    state_.diagnostics = loaded.diagnostics;
    if (changed) {
      state_.loaded_at = clock_.Now();
    }
  }
  const auto now_in_force = rule_set_.load();
  return {valid, valid, std::move(loaded.diagnostics),
          now_in_force == nullptr ? "" : now_in_force->digest};
}

ReloadResult RuleHolder::Check() const {
  LoadResult loaded = Load();
  const bool valid = loaded.rule_set != nullptr;
  const auto current = rule_set_.load();
  const std::string digest = current == nullptr ? "" : current->digest;
  return {valid, valid && loaded.rule_set->digest == digest, std::move(loaded.diagnostics), digest};
}

}  // namespace waypost::rules
