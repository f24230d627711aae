// SPDX-License-Identifier: Apache-2.0
// The bounds stated in outbox_service.proto.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/duration.pb.h"
#include "sidecar/service/field_checker.h"
#include "sidecar/service/request_validation.h"

namespace waypost::service {
namespace {

constexpr int kMaxActions = 100;
constexpr int kMaxResults = 1000;
constexpr int kMaxKinds = 16;
constexpr int kMaxSources = 1000;
constexpr size_t kActionIdBytes = 220;
constexpr size_t kLeaseIdBytes = 64;
constexpr size_t kSourceBytes = 100;  // as in an event
constexpr size_t kErrorBytes = 1000;
constexpr size_t kTokenBytes = 64;

struct Bounds {
  int64_t min_seconds;
  int64_t max_seconds;
  const char* words;
};
constexpr Bounds kLease = {1, 3600, "must be 1 second to 1 hour"};
constexpr Bounds kWait = {0, 20, "must be 0 to 20 seconds"};
constexpr Bounds kRetry = {0, 24 * 3600, "must be 0 to 24 hours"};

void CheckDuration(const google::protobuf::Duration& duration, const Bounds& bounds,
                   const FieldPath& path, std::string_view name, FieldChecker* checker) {
  const bool whole = duration.nanos() >= 0 && duration.nanos() < 1'000'000'000;
  const bool below_end = duration.seconds() < bounds.max_seconds ||
                         (duration.seconds() == bounds.max_seconds && duration.nanos() == 0);
  if (whole && below_end && duration.seconds() >= bounds.min_seconds) return;
  checker->Add(path, name, bounds.words);
}

void CheckResult(const v1::ActionResult& result, const FieldPath& path, FieldChecker* checker) {
  checker->Identifier(result.action_id(), kActionIdBytes, path, "action_id");
  checker->OptionalIdentifier(result.lease_id(), kLeaseIdBytes, path, "lease_id");
  if (result.outcome() == v1::ACTION_OUTCOME_UNSPECIFIED) {
    checker->Add(path, "outcome", "is required");
  }
  checker->Known(v1::ActionOutcome_IsValid(result.outcome()), result.outcome(), path, "outcome");
  if (result.has_retry_after()) {
    CheckDuration(result.retry_after(), kRetry, path, "retry_after", checker);
  }
  checker->Text(result.error(), kErrorBytes, path, "error");
}

absl::Status Finish(FieldChecker* checker) {
  const std::vector<pipeline::Violation> violations = checker->Take();
  if (violations.empty()) return absl::OkStatus();
  return pipeline::MakeBadRequest(pipeline::Reason::kRequestInvalid, violations);
}

}  // namespace

absl::Status CheckRequest(const v1::PullActionsRequest& request) {
  FieldChecker checker;
  const FieldPath root;
  checker.Tenant(request.tenant(), root);
  checker.Count(request.kinds_size(), kMaxKinds, root, "kinds");
  for (int i = 0; i < std::min(request.kinds_size(), kMaxKinds); ++i) {
    const int kind = request.kinds(i);
    checker.Known(v1::ActionKind_IsValid(kind) && kind != v1::ACTION_KIND_UNSPECIFIED, kind, root,
                  absl::StrCat("kinds[", i, "]"));
  }
  checker.Count(request.sources_size(), kMaxSources, root, "sources");
  for (int i = 0; i < std::min(request.sources_size(), kMaxSources); ++i) {
    checker.Identifier(request.sources(i), kSourceBytes, root, absl::StrCat("sources[", i, "]"));
  }
  if (request.max_actions() < 0 || request.max_actions() > kMaxActions) {
    checker.Add(root, "max_actions", "must be 1 to 100, or left out for 10");
  }
  if (request.has_lease_duration()) {
    CheckDuration(request.lease_duration(), kLease, root, "lease_duration", &checker);
  }
  if (request.has_wait()) CheckDuration(request.wait(), kWait, root, "wait", &checker);
  return Finish(&checker);
}

absl::Status CheckRequest(const v1::AcknowledgeActionsRequest& request) {
  FieldChecker checker;
  const FieldPath root;
  checker.Tenant(request.tenant(), root);
  if (request.results().empty()) checker.Add(root, "results", "is empty; at least one is needed");
  checker.Count(request.results_size(), kMaxResults, root, "results");
  absl::flat_hash_set<std::string_view> seen;
  for (int i = 0; i < std::min(request.results_size(), kMaxResults); ++i) {
    const FieldPath path{&root, "results", i};
    CheckResult(request.results(i), path, &checker);
    if (!seen.insert(request.results(i).action_id()).second) {
      checker.Add(path, "action_id", "is told twice in this request");
    }
  }
  return Finish(&checker);
}

absl::Status CheckRequest(const v1::ListActionsRequest& request) {
  FieldChecker checker;
  const FieldPath root;
  checker.Tenant(request.tenant(), root);
  checker.Known(v1::ActionState_IsValid(request.state()), request.state(), root, "state");
  if (request.state() == v1::ACTION_STATE_LEASED) {
    checker.Add(root, "state", "must be waiting, done or dead; those leased are among the waiting");
  }
  if (request.page_size() < 0 || request.page_size() > kMaxPageSize) {
    checker.Add(
        root, "page_size",
        absl::StrCat("must be 1 to ", kMaxPageSize, ", or left out for ", kDefaultPageSize));
  }
  checker.OptionalIdentifier(request.page_token(), kTokenBytes, root, "page_token");
  return Finish(&checker);
}

}  // namespace waypost::service
