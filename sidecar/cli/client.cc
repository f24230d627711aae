// SPDX-License-Identifier: Apache-2.0
#include "sidecar/cli/client.h"

#include "absl/strings/str_cat.h"
#include "google/rpc/status.pb.h"
#include "sidecar/base/clock.h"

namespace waypost::cli {

std::shared_ptr<grpc::Channel> Connect(const std::string& target) {
  return grpc::CreateChannel(target, grpc::InsecureChannelCredentials());
}

std::unique_ptr<grpc::ClientContext> CallContext() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(absl::ToChronoTime(SystemClock().Now() + kCallTimeout));
  return context;
}

google::rpc::BadRequest Violations(const std::string& serialized_status) {
  google::rpc::Status status;
  google::rpc::BadRequest bad_request;
  if (status.ParseFromString(serialized_status)) {
    for (const google::protobuf::Any& detail : status.details()) {
      if (detail.UnpackTo(&bad_request)) {
        break;
      }
    }
  }
  return bad_request;
}

absl::Status FromGrpc(const grpc::Status& status, const std::string& target) {
  if (status.ok()) {
    return absl::OkStatus();
  }
  std::string message = status.error_message();
  const bool from_server = !status.error_details().empty();
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE && !from_server) {
    message = absl::StrCat("no sidecar answers at ", target,
                           "; start one with 'waypost serve', or name its address with --target");
  } else if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    message = absl::StrCat("the sidecar at ", target, " did not answer within ",
                           absl::FormatDuration(kCallTimeout));
  }
  const google::rpc::BadRequest bad_request = Violations(status.error_details());
  if (bad_request.field_violations_size() > 1) {  // the message of a single one is that one
    message = absl::StrCat(bad_request.field_violations_size(), " things are wrong:");
    for (const auto& violation : bad_request.field_violations()) {
      absl::StrAppend(&message, "\n  ", violation.field(), ": ", violation.description());
    }
  }
  return {static_cast<absl::StatusCode>(status.error_code()), message};
}

}  // namespace waypost::cli
