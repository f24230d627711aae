// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/grpc_server.h"

#include <sys/stat.h>

#include <algorithm>
#include <list>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/message.h"
#include "grpc/health/v1/health.pb.h"
#include "grpc/support/log.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "sidecar/base/logging.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/service/grpc_services.h"
#include "waypost/v1/admin_service.grpc.pb.h"
#include "waypost/v1/insight_service.grpc.pb.h"
#include "waypost/v1/journey_service.grpc.pb.h"
#include "waypost/v1/outbox_service.grpc.pb.h"

namespace waypost::service {
namespace {

// Above every bound of ours, so that what is too large gets our answer and not the library's.
constexpr int kMaxMessageBytes = 16 << 20;
// For what was just answered to reach its caller.
constexpr absl::Duration kSendTime = absl::Milliseconds(100);

// Files that the process makes while this lives are their owner's alone.
class PrivateFiles {
 public:
  PrivateFiles() : before_(umask(S_IRWXG | S_IRWXO | S_IXUSR)) {}
  ~PrivateFiles() { umask(before_); }
  PrivateFiles(const PrivateFiles&) = delete;
  PrivateFiles& operator=(const PrivateFiles&) = delete;

 private:
  const mode_t before_;
};

// What the library has to say, save that it cannot listen, which Start answers.
void LogForGrpc(gpr_log_func_args* line) {
  if (line->severity != GPR_LOG_SEVERITY_ERROR) return;
  const std::string_view file = line->file;
  if (file.substr(file.rfind('/') + 1) == "chttp2_server.cc") return;
  LogError("gRPC", {{"at", absl::StrCat(line->file, ":", line->line)}, {"error", line->message}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(const std::vector<Address>& addresses,
                                                              const Methods& methods,
                                                              const EventIntake& intake) {
  std::unique_ptr<GrpcServer> self(new GrpcServer);
  static const bool plugins = [] {
    gpr_set_log_function(LogForGrpc);
    // The library answers health checks without descriptors, which reflection shows.
    google::protobuf::LinkMessageReflection<grpc::health::v1::HealthCheckRequest>();
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  (void)plugins;
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(-1);
  // Two sidecars on one port would each get half of the events.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  std::list<int> ports;
  for (const Address& address : addresses) {
    if (!address.unix_path.empty()) WAYPOST_RETURN_IF_ERROR(PrepareUnixSocket(address.unix_path));
    builder.AddListeningPort(address.ToString(), grpc::InsecureServerCredentials(),
                             &ports.emplace_back(0));
  }
  self->services_ = MakeGrpcServices(methods, intake, &self->calls_, &self->streams_);
  for (const auto& service : self->services_) builder.RegisterService(service.get());
  {
    const PrivateFiles files;
    self->server_ = builder.BuildAndStart();
  }
  auto port = ports.begin();
  for (Address address : addresses) {
    if (self->server_ == nullptr || *port <= 0) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", address.ToString(),
                       ": is it in use by another process? Choose another with --listen"));
    }
    address.port = *port++;
    self->addresses_.push_back(address.ToString());
  }
  self->SetServing(false);
  return self;
}

GrpcServer::~GrpcServer() { (void)Shutdown(absl::ZeroDuration()); }

void GrpcServer::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface* health = server_->GetHealthCheckService();
  for (const char* service :
       {"", v1::JourneyService::service_full_name(), v1::OutboxService::service_full_name(),
        v1::InsightService::service_full_name(), v1::AdminService::service_full_name()}) {
    health->SetServingStatus(service, serving);
  }
}

absl::Status GrpcServer::Shutdown(absl::Duration deadline) {
  if (server_ == nullptr || shut_down_) return absl::OkStatus();
  shut_down_ = true;
  calls_.Close();
  streams_.EndAll();
  const absl::Time until = absl::Now() + deadline;
  const bool ended = calls_.AwaitNone(until) && streams_.AwaitNone(until);
  // Waits for streams that only their callers end, such as health watches.
  server_->Shutdown(absl::ToChronoTime(std::min(until, absl::Now() + kSendTime)));
  server_->Wait();
  if (ended) return absl::OkStatus();
  return absl::DeadlineExceededError("calls that were still under way were cut off");
}

}  // namespace waypost::service
