// SPDX-License-Identifier: Apache-2.0
// The bounds that the protos state in their comments, checked all at once.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "sidecar/pipeline/errors.h"
#include "waypost/v1/admin_service.pb.h"
#include "waypost/v1/insight_service.pb.h"
#include "waypost/v1/journey_service.pb.h"
#include "waypost/v1/outbox_service.pb.h"
#include "waypost/v1/ticket.pb.h"

namespace waypost::service {

inline constexpr size_t kMaxEventBytes = size_t{1} << 20;
inline constexpr size_t kMaxEventsPerBatch = 1000;
inline constexpr size_t kMaxRulesBytes = size_t{4} << 20;
// How far the platform's clock may be ahead of ours. An event of the future would make all that
// happens until then late.
inline constexpr absl::Duration kMaxClockSkew = absl::Minutes(10);

// What the event_id of an answer given by RecordFeedback begins with; the feedback_id follows.
inline constexpr std::string_view kFeedbackPrefix = "feedback/";
inline constexpr int kMaxPageSize = 1000;
inline constexpr int kDefaultPageSize = 100;
inline constexpr std::string_view kDefaultTenant = "default";

// Everything that is wrong with the event, by its fields' paths below `path` (such as "event"), in
// the order of the proto; empty when it may be recorded. `now` bounds occurred_at. Does not look at
// its size. Costs well under 1 us for a good event.
[[nodiscard]] std::vector<pipeline::Violation> CheckEvent(const v1::TicketEvent& event,
                                                          std::string_view path, absl::Time now);

// OK, or INVALID_ARGUMENT with every violation. Tenant and page size may be unset.
[[nodiscard]] absl::Status CheckRequest(const v1::GetJourneyRequest& request);
[[nodiscard]] absl::Status CheckRequest(const v1::ListJourneysRequest& request);
[[nodiscard]] absl::Status CheckRequest(const v1::ExplainJourneyRequest& request);
[[nodiscard]] absl::Status CheckRequest(const v1::GetJourneyMapRequest& request);
[[nodiscard]] absl::Status CheckRequest(const v1::ListUnmappedEventsRequest& request);
[[nodiscard]] absl::Status CheckRequest(const v1::ListPromisesRequest& request);
[[nodiscard]] absl::Status CheckRequest(const v1::ListSurveyDecisionsRequest& request);
[[nodiscard]] absl::Status CheckRequest(const v1::CheckRulesRequest& request);
// `now` bounds answered_at.
[[nodiscard]] absl::Status CheckRequest(const v1::RecordFeedbackRequest& request, absl::Time now);
[[nodiscard]] absl::Status CheckRequest(const v1::PullActionsRequest& request);
[[nodiscard]] absl::Status CheckRequest(const v1::AcknowledgeActionsRequest& request);
[[nodiscard]] absl::Status CheckRequest(const v1::ListActionsRequest& request);

}  // namespace waypost::service
