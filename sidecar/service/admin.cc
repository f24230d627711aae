// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/admin.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "sidecar/base/logging.h"
#include "sidecar/base/version.h"
#include "sidecar/rules/loader.h"

namespace waypost::service {
namespace {

using ::google::protobuf::util::TimeUtil;

constexpr size_t kMaxLoggedErrors = 5;

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  return TimeUtil::NanosecondsToTimestamp(absl::ToUnixNanos(time));
}

v1::DiagnosticSeverity SeverityOf(DiagnosticLevel level) {
  switch (level) {
    case DiagnosticLevel::kError:
      return v1::DIAGNOSTIC_SEVERITY_ERROR;
    case DiagnosticLevel::kWarning:
      return v1::DIAGNOSTIC_SEVERITY_WARNING;
    case DiagnosticLevel::kNote:
      return v1::DIAGNOSTIC_SEVERITY_NOTE;
  }
  return v1::DIAGNOSTIC_SEVERITY_UNSPECIFIED;
}

void AddDiagnostics(const std::vector<Diagnostic>& diagnostics,
                    google::protobuf::RepeatedPtrField<v1::Diagnostic>* out) {
  for (const Diagnostic& diagnostic : diagnostics) {
    v1::Diagnostic* added = out->Add();
    added->set_file(diagnostic.location.file);
    added->set_line(diagnostic.location.line);
    added->set_column(diagnostic.location.column);
    added->set_severity(SeverityOf(diagnostic.level));
    added->set_code(diagnostic.code);
    added->set_message(diagnostic.message);
    added->set_path(diagnostic.path);
    added->set_snippet(diagnostic.snippet);
  }
}

size_t CountErrors(const std::vector<Diagnostic>& diagnostics) {
  return static_cast<size_t>(std::count_if(
      diagnostics.begin(), diagnostics.end(),
      [](const Diagnostic& diagnostic) { return diagnostic.level == DiagnosticLevel::kError; }));
}

// A line for each of the first.
void LogErrors(const std::vector<Diagnostic>& diagnostics) {
  size_t logged = 0;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.level != DiagnosticLevel::kError || logged == kMaxLoggedErrors) continue;
    LogWarning("An error in the rules", {{"at", diagnostic.location.ToString()},
                                         {"code", diagnostic.code},
                                         {"error", diagnostic.message}});
    ++logged;
  }
}

google::protobuf::Duration ToDuration(absl::Duration duration) {
  return TimeUtil::NanosecondsToDuration(absl::ToInt64Nanoseconds(duration));
}

void AddExpectations(const std::vector<pipeline::TenantCoverage>& tenants,
                     v1::GetStatusResponse* response) {
  for (const pipeline::TenantCoverage& tenant : tenants) {
    for (const expectation::AgeCoverage& age : tenant.ages) {
      v1::ExpectationCoverage* added = response->add_expectations();
      added->set_tenant(tenant.tenant);
      *added->mutable_age() = ToDuration(age.age);
      added->set_windows(static_cast<int64_t>(age.windows));
      added->set_resolved(static_cast<int64_t>(age.resolved));
      added->set_refused(age.refused);
      if (age.windows > 0) *added->mutable_median_width() = ToDuration(age.median_width);
      if (!age.coverage.has_value()) continue;
      added->set_p50_coverage(age.coverage->p50);
      added->set_p80_coverage(age.coverage->p80);
    }
  }
}

}  // namespace

absl::StatusOr<v1::GetRuleSetResponse> Admin::GetRuleSet(
    const v1::GetRuleSetRequest& /*request*/) const {
  const std::shared_ptr<const rules::RuleSet> rule_set = rules_->rule_set();
  v1::GetRuleSetResponse response;
  response.set_name(rule_set->name);
  response.set_digest(rule_set->digest);
  *response.mutable_loaded_at() = ToTimestamp(rules_->state().loaded_at);
  response.mutable_files()->insert(rule_set->files.begin(), rule_set->files.end());
  for (const rules::Rule& rule : rule_set->rules) response.add_rule_ids(rule.id);
  for (const rules::JourneyDefinition& definition : rule_set->journeys) {
    response.add_journey_definition_ids(definition.id);
  }
  return response;
}

absl::StatusOr<v1::CheckRulesResponse> Admin::CheckRules(
    const v1::CheckRulesRequest& request) const {
  const rules::LoadResult result =
      rules::LoadRulesFromFiles({request.files().begin(), request.files().end()});
  v1::CheckRulesResponse response;
  response.set_valid(result.rule_set != nullptr);
  if (result.rule_set != nullptr) response.set_digest(result.rule_set->digest);
  AddDiagnostics(result.diagnostics, response.mutable_diagnostics());
  return response;
}

rules::ReloadResult Admin::Reload() const {
  rules::ReloadResult result = rules_->Reload();
  if (result.in_force) {
    pipeline_->RulesChanged();
    health_->Set("rules", true, absl::StrCat("rule set ", result.digest, " is in force"));
    LogInfo("The rules are in force", {{"digest", result.digest}});
  } else {
    const size_t errors = CountErrors(result.diagnostics);
    health_->SetStale("rules",
                      absl::StrCat("the files on disk do not load (", errors, " errors); rule set ",
                                   result.digest, " stays in force"));
    LogWarning("The rules do not load; the last good ones stay in force",
               {{"errors", absl::StrCat(errors)}, {"digest", result.digest}});
    LogErrors(result.diagnostics);
  }
  return result;
}

absl::StatusOr<v1::ReloadRulesResponse> Admin::ReloadRules(
    const v1::ReloadRulesRequest& request) const {
  const rules::ReloadResult result = request.validate_only() ? rules_->Check() : Reload();
  v1::ReloadRulesResponse response;
  response.set_valid(result.valid);
  response.set_in_force(result.in_force);
  response.set_digest(result.digest);
  AddDiagnostics(result.diagnostics, response.mutable_diagnostics());
  return response;
}

absl::StatusOr<v1::GetStatusResponse> Admin::GetStatus(
    const v1::GetStatusRequest& /*request*/) const {
  v1::GetStatusResponse response;
  response.set_version(std::string(Version()));
  *response.mutable_started_at() = ToTimestamp(started_at_);
  for (const Health::Component& component : health_->components()) {
    v1::ComponentStatus* added = response.add_components();
    added->set_name(component.name);
    added->set_healthy(component.healthy);
    added->set_message(component.message);
  }
  response.set_rule_set_digest(rules_->rule_set()->digest);
  const rules::RuleState state = rules_->state();
  response.set_rules_stale(state.stale);
  *response.mutable_rules_loaded_at() = ToTimestamp(state.loaded_at);
  const pipeline::Stats stats = pipeline_->stats();
  response.set_events_recorded(stats.events_recorded);
  response.set_events_refused(stats.events_refused);
  response.set_events_waiting(stats.events_waiting);
  response.set_store(store_kind_);
  response.set_log_position(static_cast<int64_t>(stats.log_position));
  response.set_materialized_position(static_cast<int64_t>(stats.materialized_position));
  response.set_decided_by_time(stats.decided_by_time);
  response.set_waiting_persons(stats.waiting_persons);
  if (stats.next_due != absl::InfiniteFuture()) {
    *response.mutable_next_due_at() = ToTimestamp(stats.next_due);
  }
  response.set_actions_waiting(stats.actions_waiting);
  response.set_actions_leased(stats.actions_leased);
  response.set_actions_dead(stats.actions_dead);
  if (stats.oldest_action != absl::InfiniteFuture()) {
    *response.mutable_oldest_action_at() = ToTimestamp(stats.oldest_action);
  }
  *response.mutable_uptime() = ToDuration(clock_->Now() - started_at_);
  AddExpectations(stats.expectations, &response);
  return response;
}

}  // namespace waypost::service
