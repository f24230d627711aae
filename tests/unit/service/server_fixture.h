// SPDX-License-Identifier: Apache-2.0
// A sidecar in this process with the shipped rules, its store in memory unless a test says where.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "sidecar/service/server.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "waypost/v1/admin_service.grpc.pb.h"
#include "waypost/v1/insight_service.grpc.pb.h"
#include "waypost/v1/journey_service.grpc.pb.h"

namespace waypost::service {

// The details of an error that gRPC carried.
struct ErrorDetails {
  explicit ErrorDetails(const grpc::Status& status) {
    google::rpc::Status rpc;
    EXPECT_TRUE(rpc.ParseFromString(status.error_details()));
    EXPECT_EQ(rpc.code(), static_cast<int>(status.error_code()));
    Read(rpc);
  }
  explicit ErrorDetails(const google::rpc::Status& rpc) { Read(rpc); }

  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  bool retry = false;

 private:
  void Read(const google::rpc::Status& rpc) {
    for (const google::protobuf::Any& detail : rpc.details()) {
      if (detail.Is<google::rpc::ErrorInfo>()) detail.UnpackTo(&info);
      if (detail.Is<google::rpc::BadRequest>()) detail.UnpackTo(&bad_request);
      retry |= detail.Is<google::rpc::RetryInfo>();
    }
  }
};

// The details of an error that HTTP carried.
inline ErrorDetails ConnectDetails(const std::string& json) {
  google::protobuf::Struct error;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &error).ok()) << json;
  google::rpc::Status status;
  for (const auto& value : error.fields().at("details").list_value().values()) {
    const auto& detail = value.struct_value().fields();
    google::protobuf::Any* any = status.add_details();
    any->set_type_url("type.googleapis.com/" + detail.at("type").string_value());
    EXPECT_TRUE(absl::Base64Unescape(detail.at("value").string_value(), any->mutable_value()));
  }
  return ErrorDetails(status);
}

class ServerFixture : public ::testing::Test {
 protected:
  ServerFixture() {
    options_.listen = {"unix:" + folder_.File("socket"), "127.0.0.1:0"};
    options_.http = "127.0.0.1:0";
    options_.data = "";
    options_.rules = std::string(WAYPOST_SOURCE_DIR) + "/rules/service-desk";
    options_.watch_rules = false;
    options_.clock = &clock_;
  }

  void Start() {
    absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(options_);
    ASSERT_THAT(server, testing::IsOk());
    server_ = *std::move(server);
    Connect(server_->addresses()[0]);
  }

  void Connect(const std::string& address) {
    channel_ = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
    journeys_ = v1::JourneyService::NewStub(channel_);
    insight_ = v1::InsightService::NewStub(channel_);
    admin_ = v1::AdminService::NewStub(channel_);
  }

  static v1::TicketEvent MakeEvent(std::string_view id, std::string_view ref) {
    v1::TicketEvent event;
    event.set_event_id(std::string(id));
    event.set_source("desk");
    event.mutable_occurred_at()->set_seconds(1'777'888'800);
    event.mutable_ticket()->set_ref(std::string(ref));
    event.mutable_ticket()->set_type("incident");
    event.mutable_ticket()->mutable_requester()->set_id("ann");
    return event;
  }

  grpc::Status Record(const v1::TicketEvent& event, v1::RecordEventResponse* response) {
    grpc::ClientContext context;
    v1::RecordEventRequest request;
    *request.mutable_event() = event;
    return journeys_->RecordEvent(&context, request, response);
  }

  v1::GetStatusResponse GetStatus() {
    grpc::ClientContext context;
    v1::GetStatusResponse response;
    EXPECT_TRUE(admin_->GetStatus(&context, {}, &response).ok());
    return response;
  }

  TemporaryFolder folder_;
  VirtualClock clock_{absl::FromUnixSeconds(1'777'888'800)};
  ServerOptions options_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::JourneyService::Stub> journeys_;
  std::unique_ptr<v1::InsightService::Stub> insight_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
};

}  // namespace waypost::service
