// SPDX-License-Identifier: Apache-2.0
// The errors that callers see: one table of stable reasons, carried in absl::Status payloads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace waypost::pipeline {

// Why a call failed. Each has a status code, a stable name for google.rpc.ErrorInfo and, where
// waiting helps, a delay for google.rpc.RetryInfo (errors.cc holds the table).
enum class Reason {
  kEventInvalid,        // INVALID_ARGUMENT: the event breaks a stated bound
  kEventMalformed,      // INVALID_ARGUMENT: the bytes are no such message
  kEventTooLarge,       // INVALID_ARGUMENT: more than 1 MiB
  kEventIdReused,       // INVALID_ARGUMENT: its id is that of an event of another ticket or source
  kRequestInvalid,      // INVALID_ARGUMENT: another request breaks a stated bound
  kRequestMalformed,    // INVALID_ARGUMENT: the bytes or the JSON are no such message
  kBatchTooLarge,       // INVALID_ARGUMENT: no event, or more than 1,000, in a batch
  kJourneyNotFound,     // NOT_FOUND
  kTicketNotFound,      // NOT_FOUND
  kEventNotFound,       // NOT_FOUND: never recorded, or pruned
  kDefinitionNotFound,  // NOT_FOUND: the rules have no such journey definition
  kSurveyUnknown,       // NOT_FOUND: no such invitation was sent about the ticket
  kRatingOutOfRange,    // INVALID_ARGUMENT: not on the scale of the survey
  kSurveyExpired,       // FAILED_PRECONDITION: answered too late
  kAlreadyAnswered,     // FAILED_PRECONDITION: and no longer to be changed
  kQueueFull,           // RESOURCE_EXHAUSTED: too many events wait
  kReadersBusy,         // RESOURCE_EXHAUSTED: too many reads wait
  kDiskFull,            // RESOURCE_EXHAUSTED
  kStoreUnavailable,    // UNAVAILABLE: the store cannot be written or read now
  kStoreDamaged,        // DATA_LOSS: stored bytes make no sense
  kShuttingDown,        // UNAVAILABLE
  kMethodUnknown,       // UNIMPLEMENTED
  kInternal,            // INTERNAL: a defect of ours
};

// The domain of every ErrorInfo.
inline constexpr std::string_view kErrorDomain = "waypost";
// Payload types, as google.protobuf.Any names them.
inline constexpr std::string_view kErrorInfoType = "type.googleapis.com/google.rpc.ErrorInfo";
inline constexpr std::string_view kBadRequestType = "type.googleapis.com/google.rpc.BadRequest";
inline constexpr std::string_view kRetryInfoType = "type.googleapis.com/google.rpc.RetryInfo";

// One thing that is wrong with a request.
struct Violation {
  std::string field;        // a path such as "event.ticket.requester.id"
  std::string description;  // what is wrong and what is allowed
};

// An error with ErrorInfo and, where waiting helps, RetryInfo.
[[nodiscard]] absl::Status MakeError(Reason reason, std::string_view message);

// SHUTTING_DOWN, in the words that every call of a sidecar that ends is answered with.
[[nodiscard]] absl::Status ShuttingDown();

// An error with ErrorInfo and a BadRequest of all violations, of which there is at least one. The
// message names the first.
[[nodiscard]] absl::Status MakeBadRequest(Reason reason, const std::vector<Violation>& violations);

// A store's failure as callers see it: RESOURCE_EXHAUSTED is a full disk, UNAVAILABLE and
// DATA_LOSS stay, a status with a reason already is left alone, all others are internal. Paths and
// other details of the store go to the log, not to callers.
[[nodiscard]] absl::Status StoreError(const absl::Status& status);

}  // namespace waypost::pipeline
