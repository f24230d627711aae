// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/errors.h"

#include <array>
#include <cstdint>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "sidecar/text/absl_view.h"

namespace waypost::pipeline {
namespace {

struct Row {
  Reason reason;
  std::string_view name;
  absl::StatusCode code;
  int64_t retry_milliseconds;  // 0: waiting does not help
};

constexpr std::array kReasons = {
    Row{Reason::kEventInvalid, "EVENT_INVALID", absl::StatusCode::kInvalidArgument, 0},
    Row{Reason::kEventMalformed, "EVENT_MALFORMED", absl::StatusCode::kInvalidArgument, 0},
    Row{Reason::kEventTooLarge, "EVENT_TOO_LARGE", absl::StatusCode::kInvalidArgument, 0},
    Row{Reason::kEventIdReused, "EVENT_ID_REUSED", absl::StatusCode::kInvalidArgument, 0},
    Row{Reason::kRequestInvalid, "REQUEST_INVALID", absl::StatusCode::kInvalidArgument, 0},
    Row{Reason::kRequestMalformed, "REQUEST_MALFORMED", absl::StatusCode::kInvalidArgument, 0},
    Row{Reason::kBatchTooLarge, "BATCH_SIZE", absl::StatusCode::kInvalidArgument, 0},
    Row{Reason::kJourneyNotFound, "JOURNEY_NOT_FOUND", absl::StatusCode::kNotFound, 0},
    Row{Reason::kTicketNotFound, "TICKET_NOT_FOUND", absl::StatusCode::kNotFound, 0},
    Row{Reason::kEventNotFound, "EVENT_NOT_FOUND", absl::StatusCode::kNotFound, 0},
    Row{Reason::kDefinitionNotFound, "DEFINITION_NOT_FOUND", absl::StatusCode::kNotFound, 0},
    Row{Reason::kSurveyUnknown, "SURVEY_UNKNOWN", absl::StatusCode::kNotFound, 0},
    Row{Reason::kRatingOutOfRange, "RATING_OUT_OF_RANGE", absl::StatusCode::kInvalidArgument, 0},
    Row{Reason::kSurveyExpired, "SURVEY_EXPIRED", absl::StatusCode::kFailedPrecondition, 0},
    Row{Reason::kAlreadyAnswered, "ALREADY_ANSWERED", absl::StatusCode::kFailedPrecondition, 0},
    Row{Reason::kQueueFull, "QUEUE_FULL", absl::StatusCode::kResourceExhausted, 100},
    Row{Reason::kReadersBusy, "READERS_BUSY", absl::StatusCode::kResourceExhausted, 500},
    Row{Reason::kDiskFull, "DISK_FULL", absl::StatusCode::kResourceExhausted, 5000},
    Row{Reason::kStoreUnavailable, "STORE_UNAVAILABLE", absl::StatusCode::kUnavailable, 1000},
    Row{Reason::kStoreDamaged, "STORE_DAMAGED", absl::StatusCode::kDataLoss, 0},
    Row{Reason::kShuttingDown, "SHUTTING_DOWN", absl::StatusCode::kUnavailable, 1000},
    Row{Reason::kMethodUnknown, "METHOD_UNKNOWN", absl::StatusCode::kUnimplemented, 0},
    Row{Reason::kInternal, "INTERNAL", absl::StatusCode::kInternal, 0},
};

constexpr bool InOrderOfTheEnum() {
  for (size_t i = 0; i < kReasons.size(); ++i) {
    if (static_cast<size_t>(kReasons[i].reason) != i) return false;
  }
  return true;
}
static_assert(InOrderOfTheEnum());

const Row& RowOf(Reason reason) { return kReasons[static_cast<size_t>(reason)]; }

void Attach(std::string_view type, const google::protobuf::MessageLite& detail,
            absl::Status* status) {
  status->SetPayload(AbslView(type), absl::Cord(detail.SerializeAsString()));
}

}  // namespace

absl::Status MakeError(Reason reason, std::string_view message) {
  const Row& row = RowOf(reason);
  absl::Status status(row.code, AbslView(message));
  google::rpc::ErrorInfo info;
  info.set_reason(row.name.data(), row.name.size());
  info.set_domain(kErrorDomain.data(), kErrorDomain.size());
  Attach(kErrorInfoType, info, &status);
  if (row.retry_milliseconds > 0) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(row.retry_milliseconds / 1000);
    retry.mutable_retry_delay()->set_nanos(
        static_cast<int32_t>(row.retry_milliseconds % 1000 * 1'000'000));
    Attach(kRetryInfoType, retry, &status);
  }
  return status;
}

absl::Status ShuttingDown() {
  return MakeError(Reason::kShuttingDown, "the sidecar is shutting down; try again");
}

absl::Status MakeBadRequest(Reason reason, const std::vector<Violation>& violations) {
  google::rpc::BadRequest details;
  for (const Violation& violation : violations) {
    google::rpc::BadRequest::FieldViolation* field = details.add_field_violations();
    field->set_field(violation.field);
    field->set_description(violation.description);
  }
  const Violation& first = violations.front();
  std::string message = absl::StrCat(first.field, ": ", first.description);
  if (violations.size() > 1) {
    absl::StrAppend(&message, " (and ", violations.size() - 1, " more in the details)");
  }
  absl::Status status = MakeError(reason, message);
  Attach(kBadRequestType, details, &status);
  return status;
}

absl::Status StoreError(const absl::Status& status) {
  if (status.ok() || status.GetPayload(AbslView(kErrorInfoType)).has_value()) return status;
  switch (status.code()) {
    case absl::StatusCode::kResourceExhausted:
      return MakeError(Reason::kDiskFull,
                       "the disk under the store is full; nothing was recorded, try again later");
    case absl::StatusCode::kUnavailable:
      return MakeError(Reason::kStoreUnavailable, "the store cannot be used now; try again");
    case absl::StatusCode::kDataLoss:
      return MakeError(Reason::kStoreDamaged, "the store holds bytes that make no sense");
    default:
      return MakeError(Reason::kInternal, "the store failed unexpectedly; the log says how");
  }
}

}  // namespace waypost::pipeline
