// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/tool_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "connectors/engine/json_value.h"
#include "connectors/engine/retry_after.h"
#include "sidecar/base/status_macros.h"

namespace waypost::connectors {
namespace {

constexpr absl::Duration kLongestRetryAfter = absl::Hours(1);
// Date has whole seconds, and the answer was under way: a smaller difference is none.
constexpr absl::Duration kSameTime = absl::Seconds(2);

absl::Status Failure(int http_status) {
  const std::string what = absl::StrCat("the tool answered ", http_status);
  switch (http_status) {
    case 404:
    case 410:
      return absl::NotFoundError(what);
    case 401:
    case 403:
      return absl::PermissionDeniedError(what);
    case 408:
    case 409:
    case 423:
    case 425:
    case 429:
    case 503:
      return absl::UnavailableError(what);
    default:
      break;
  }
  if (http_status / 100 == 3) return absl::PermissionDeniedError(what);
  if (http_status / 100 == 4) return absl::InvalidArgumentError(what);
  return absl::InternalError(what);
}

}  // namespace

ToolReader::ToolReader(const ToolAddress* address, std::string secret,
                       std::unique_ptr<ToolClient> client, const Clock* clock,
                       const ReadPatience& patience)
    : address_(address),
      secret_(std::move(secret)),
      client_(std::move(client)),
      clock_(clock),
      patience_(patience) {}

absl::StatusOr<cel::Value> ToolReader::Ask(ToolCall call) {
  retry_after_ = absl::ZeroDuration();
  WAYPOST_RETURN_IF_ERROR(address_->AddHeaders({secret_, ""}, &call));
  const absl::StatusOr<ToolAnswer> answer = client_->Call(call);
  if (absl::IsOutOfRange(answer.status())) {
    return absl::InvalidArgumentError(answer.status().message());
  }
  // Reading changes nothing, so whether it was done is all the same.
  if (!answer.ok()) return absl::UnavailableError(answer.status().message());
  const absl::Time now = clock_->Now();
  if (const auto told = ParseHttpDate(answer->date); told.has_value()) {
    const absl::Duration difference = *told - now;
    clock_difference_ =
        absl::AbsDuration(difference) < kSameTime ? absl::ZeroDuration() : difference;
  }
  retry_after_ = std::min(
      ParseRetryAfter(answer->retry_after, now + clock_difference_).value_or(absl::ZeroDuration()),
      kLongestRetryAfter);
  if (answer->status / 100 != 2) return Failure(answer->status);
  absl::StatusOr<cel::Value> value = ParseJsonValue(answer->body);
  if (!value.ok()) {
    return absl::InternalError(absl::StrCat("the tool's answer: ", value.status().message()));
  }
  return value;
}

absl::Duration ToolReader::DelayAfter(const absl::Status& failure) {
  absl::Duration delay = patience_.first_delay;
  for (int at = 0; at < failures_ && delay < patience_.longest_delay; ++at) delay *= 2;
  ++failures_;
  if (retry_after_ > absl::ZeroDuration()) return retry_after_;
  if (absl::IsPermissionDenied(failure)) return patience_.refused_delay;
  return std::min(delay, patience_.longest_delay);
}

absl::Time ToolReader::ToolTime() const { return clock_->Now() + clock_difference_; }

}  // namespace waypost::connectors
