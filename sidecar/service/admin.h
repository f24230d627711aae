// SPDX-License-Identifier: Apache-2.0
// What AdminService answers.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sidecar/base/clock.h"
#include "sidecar/pipeline/pipeline.h"
#include "sidecar/rules/rule_holder.h"
#include "sidecar/service/health.h"
#include "waypost/v1/admin_service.pb.h"

namespace waypost::service {

// Thread-safe.
class Admin {
 public:
  // All outlive it. `store_kind` as Store::kind().
  Admin(rules::RuleHolder* rules, pipeline::Pipeline* pipeline, Health* health, const Clock* clock,
        std::string store_kind)
      : rules_(rules),
        pipeline_(pipeline),
        health_(health),
        clock_(clock),
        store_kind_(std::move(store_kind)),
        started_at_(clock->Now()) {}

  absl::StatusOr<v1::GetRuleSetResponse> GetRuleSet(const v1::GetRuleSetRequest& request) const;
  absl::StatusOr<v1::CheckRulesResponse> CheckRules(const v1::CheckRulesRequest& request) const;
  absl::StatusOr<v1::ReloadRulesResponse> ReloadRules(const v1::ReloadRulesRequest& request) const;
  absl::StatusOr<v1::GetStatusResponse> GetStatus(const v1::GetStatusRequest& request) const;

  // In force; never null.
  [[nodiscard]] std::shared_ptr<const rules::RuleSet> rule_set() const {
    return rules_->rule_set();
  }

  // Reads the rules again, tells health and log about it.
  rules::ReloadResult Reload() const;

 private:
  rules::RuleHolder* const rules_;
  pipeline::Pipeline* const pipeline_;
  Health* const health_;
  const Clock* const clock_;
  const std::string store_kind_;
  const absl::Time started_at_;
};

}  // namespace waypost::service
