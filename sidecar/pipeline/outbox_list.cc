// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/journey/micros.h"
#include "sidecar/pipeline/errors.h"
#include "sidecar/pipeline/outbox.h"

namespace waypost::pipeline {
namespace {

using internal::v1::ActionRecord;

constexpr size_t kDefaultPageSize = 100;

store::ActionState StateOf(const v1::ListActionsRequest& request) {
  switch (request.state()) {
    case v1::ACTION_STATE_DONE:
      return store::ActionState::kDone;
    case v1::ACTION_STATE_DEAD:
      return store::ActionState::kDead;
    default:
      return store::ActionState::kWaiting;
  }
}

std::string TokenAfter(const store::ActionRow& row) {
  return absl::StrCat(row.position, ".", row.number);
}

absl::Status ReadToken(const std::string& token, store::ActionQuery* query) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(token, absl::MaxSplits('.', 1));
  if (absl::SimpleAtoi(parts.first, &query->after_position) &&
      absl::SimpleAtoi(parts.second, &query->after_number)) {
    return absl::OkStatus();
  }
  return MakeBadRequest(Reason::kRequestInvalid,
                        {{"page_token", "is not one that was given; start again without one"}});
}

v1::ActionStatus StatusOf(const ActionRecord& record) {
  v1::ActionStatus status;
  *status.mutable_action() = Describe(record);
  status.set_state(record.state());
  status.set_attempts(record.attempts());
  if (record.retry_at() != 0) journey::SetTime(record.retry_at(), status.mutable_retry_at());
  status.set_reason_code(record.reason_code());
  status.set_error(record.error());
  if (record.settled_at() != 0) journey::SetTime(record.settled_at(), status.mutable_settled_at());
  return status;
}

}  // namespace

absl::StatusOr<v1::ListActionsResponse> Outbox::List(const v1::ListActionsRequest& request) const {
  store::ActionQuery query{.tenant = request.tenant(), .state = StateOf(request)};
  query.limit =
      request.page_size() == 0 ? kDefaultPageSize : static_cast<size_t>(request.page_size());
  if (!request.page_token().empty()) {
    WAYPOST_RETURN_IF_ERROR(ReadToken(request.page_token(), &query));
  }
  WAYPOST_ASSIGN_OR_RETURN(const std::vector<store::ActionRow> rows, store_->ListActions(query));
  v1::ListActionsResponse response;
  for (const store::ActionRow& row : rows) {
    WAYPOST_ASSIGN_OR_RETURN(ActionRecord record, ParseAction(row));
    const v1::ActionState listed = record.state();
    const absl::MutexLock lock(&mutex_);
    if (const ActionRecord* newer = queue_.Find(row.tenant, row.action_id)) record = *newer;
    if (record.state() != listed) continue;  // settled since the tables were written
    v1::ActionStatus* status = response.add_actions();
    *status = StatusOf(record);
    const absl::Time lease_end = queue_.LeaseEnd(row.tenant, row.action_id);
    if (lease_end == absl::InfinitePast()) continue;
    status->set_state(v1::ACTION_STATE_LEASED);
    status->clear_retry_at();
    journey::SetTime(absl::ToUnixMicros(lease_end), status->mutable_lease_expires_at());
  }
  if (rows.size() == query.limit) response.set_next_page_token(TokenAfter(rows.back()));
  return response;
}

}  // namespace waypost::pipeline
