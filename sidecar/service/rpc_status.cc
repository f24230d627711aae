// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/rpc_status.h"

#include <array>
#include <map>

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/wrappers.pb.h"
#include "google/rpc/error_details.pb.h"
#include "sidecar/base/logging.h"
#include "sidecar/pipeline/errors.h"
#include "sidecar/text/absl_view.h"

namespace waypost::service {
namespace {

struct ConnectRow {
  std::string_view name;
  int http;
};

// By canonical code, 0 to 16.
constexpr std::array<ConnectRow, 17> kConnect = {{{"ok", 200},
                                                  {"canceled", 499},
                                                  {"unknown", 500},
                                                  {"invalid_argument", 400},
                                                  {"deadline_exceeded", 504},
                                                  {"not_found", 404},
                                                  {"already_exists", 409},
                                                  {"permission_denied", 403},
                                                  {"resource_exhausted", 429},
                                                  {"failed_precondition", 400},
                                                  {"aborted", 409},
                                                  {"out_of_range", 400},
                                                  {"unimplemented", 501},
                                                  {"internal", 500},
                                                  {"unavailable", 503},
                                                  {"data_loss", 500},
                                                  {"unauthenticated", 401}}};

const ConnectRow& RowOf(absl::StatusCode code) {
  const auto number = static_cast<size_t>(code);
  return kConnect[number < kConnect.size() ? number : 2];
}

absl::Status WithReason(const absl::Status& status) {
  if (status.GetPayload(AbslView(pipeline::kErrorInfoType)).has_value()) return status;
  LogError("A call failed unexpectedly", {{"status", status.ToString()}});
  return pipeline::MakeError(pipeline::Reason::kInternal,
                             "something went wrong inside; the log says what");
}

std::string JsonString(const std::string& text) {
  google::protobuf::StringValue value;
  value.set_value(text);
  std::string json;
  return google::protobuf::util::MessageToJsonString(value, &json).ok() ? json : "\"\"";
}

template <typename Detail>
bool AppendDebug(const google::protobuf::Any& any, std::string* json) {
  Detail detail;
  std::string text;
  if (!any.UnpackTo(&detail)) return false;
  if (!google::protobuf::util::MessageToJsonString(detail, &text).ok()) return false;
  absl::StrAppend(json, ",\"debug\":", text);
  return true;
}

void AppendDetail(const google::protobuf::Any& any, std::string* json) {
  const std::string& url = any.type_url();
  absl::StrAppend(json, "{\"type\":", JsonString(url.substr(url.rfind('/') + 1)), ",\"value\":\"");
  std::string value = absl::Base64Escape(any.value());
  while (!value.empty() && value.back() == '=') value.pop_back();
  absl::StrAppend(json, value, "\"");
  (void)(AppendDebug<google::rpc::ErrorInfo>(any, json) ||
         AppendDebug<google::rpc::BadRequest>(any, json) ||
         AppendDebug<google::rpc::RetryInfo>(any, json));
  json->push_back('}');
}

}  // namespace

google::rpc::Status ToRpcStatus(const absl::Status& failure) {
  const absl::Status status = WithReason(failure);
  google::rpc::Status rpc;
  rpc.set_code(static_cast<int>(status.code()));
  rpc.set_message(std::string(status.message()));
  std::map<std::string, std::string> details;
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    details.emplace(std::string(type), std::string(payload));
  });
  for (auto& [type, value] : details) {
    google::protobuf::Any* detail = rpc.add_details();
    detail->set_type_url(type);
    detail->set_value(std::move(value));
  }
  return rpc;
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status rpc = ToRpcStatus(status);
  return grpc::Status(static_cast<grpc::StatusCode>(rpc.code()), rpc.message(),
                      rpc.SerializeAsString());
}

std::string_view ConnectCode(absl::StatusCode code) { return RowOf(code).name; }

int ConnectHttpStatus(absl::StatusCode code) { return RowOf(code).http; }

std::string ToConnectJson(const absl::Status& status) {
  const google::rpc::Status rpc = ToRpcStatus(status);
  const std::string code(ConnectCode(static_cast<absl::StatusCode>(rpc.code())));
  std::string json = absl::StrCat("{\"code\":\"", code,
                                  "\",\"message\":", JsonString(rpc.message()), ",\"details\":[");
  for (int i = 0; i < rpc.details_size(); ++i) {
    if (i > 0) json.push_back(',');
    AppendDetail(rpc.details(i), &json);
  }
  json += "]}";
  return json;
}

}  // namespace waypost::service
