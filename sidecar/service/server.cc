// SPDX-License-Identifier: Apache-2.0
#include "sidecar/service/server.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/stubs/logging.h"
#include "sidecar/base/logging.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/pipeline/pipeline.h"
#include "sidecar/rules/rule_holder.h"
#include "sidecar/rules/watcher.h"
#include "sidecar/service/address.h"
#include "sidecar/service/admin.h"
#include "sidecar/service/event_intake.h"
#include "sidecar/service/grpc_server.h"
#include "sidecar/service/health.h"
#include "sidecar/service/http_server.h"
#include "sidecar/service/methods.h"
#include "sidecar/service/read_pool.h"
#include "sidecar/store/memory_store.h"
#include "sidecar/store/sqlite_store.h"
#include "sidecar/text/diagnostic.h"

namespace waypost::service {
namespace {

constexpr int kReadThreads = 2;
constexpr size_t kMaxWaitingReads = 256;
constexpr absl::Duration kDefaultDeadline = absl::Seconds(10);
// Of the time for a shutdown, so that some is left to write what was accepted.
constexpr double kShareOfCalls = 0.8;

std::string DescribeErrors(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.level != DiagnosticLevel::kError) continue;
    absl::StrAppend(&text, "\n", diagnostic.ToString());
  }
  return text;
}

class Sidecar final : public Server {
 public:
  explicit Sidecar(const ServerOptions& options)
      : options_(options), rules_(options.rules, *options.clock) {}
  ~Sidecar() override { (void)Shutdown(kDefaultDeadline); }

  absl::Status Begin();

  std::vector<std::string> addresses() const override { return grpc_->addresses(); }
  std::string http_address() const override { return http_ == nullptr ? "" : http_->address(); }
  absl::Status ReloadRules() override { return StatusOf(admin_->Reload()); }
  absl::Status SettleDue() override { return pipeline_->SettleDue(); }
  absl::Status Shutdown(absl::Duration deadline) override;

 private:
  absl::Status ReadAddresses();
  absl::Status LoadRules();
  absl::Status OpenStore();
  absl::Status StartPipeline();
  absl::Status StartGrpc();
  absl::Status StartHttp();
  absl::Status WatchRules();
  void ReportReady();

  static absl::Status StatusOf(const rules::ReloadResult& result);

  const ServerOptions options_;
  std::vector<Address> grpc_addresses_;
  std::vector<Address> http_addresses_;  // at most one

  // In the order in which they are built; each uses only those before it.
  Health health_;
  rules::RuleHolder rules_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  std::unique_ptr<Admin> admin_;
  std::unique_ptr<EventIntake> intake_;
  std::unique_ptr<ReadPool> pool_;
  std::unique_ptr<Methods> methods_;
  std::unique_ptr<GrpcServer> grpc_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<rules::Watcher> watcher_;
};

absl::Status Sidecar::Begin() {
  // Its only messages here tell of malformed input, which the caller gets as an answer.
  google::protobuf::SetLogHandler(nullptr);
  WAYPOST_RETURN_IF_ERROR(ReadAddresses());
  WAYPOST_RETURN_IF_ERROR(LoadRules());
  WAYPOST_RETURN_IF_ERROR(OpenStore());
  WAYPOST_RETURN_IF_ERROR(StartPipeline());
  WAYPOST_RETURN_IF_ERROR(StartGrpc());
  WAYPOST_RETURN_IF_ERROR(StartHttp());
  WAYPOST_RETURN_IF_ERROR(WatchRules());
  ReportReady();
  return absl::OkStatus();
}

absl::Status Sidecar::ReadAddresses() {
  if (options_.listen.empty()) return absl::InvalidArgumentError("no address to listen on");
  for (const std::string& text : options_.listen) {
    WAYPOST_ASSIGN_OR_RETURN(grpc_addresses_.emplace_back(), ParseAddress(text));
  }
  if (!options_.http.empty()) {
    WAYPOST_ASSIGN_OR_RETURN(http_addresses_.emplace_back(), ParseAddress(options_.http));
  }
  return absl::OkStatus();
}

absl::Status Sidecar::StatusOf(const rules::ReloadResult& result) {
  if (result.in_force) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the rules do not load:", DescribeErrors(result.diagnostics)));
}

absl::Status Sidecar::LoadRules() {
  const rules::ReloadResult result = rules_.Reload();
  WAYPOST_RETURN_IF_ERROR(StatusOf(result));
  health_.Set("rules", true, absl::StrCat("rule set ", result.digest, " is in force"));
  return absl::OkStatus();
}

absl::Status Sidecar::OpenStore() {
  if (options_.data.empty()) {
    store_ = store::MakeMemoryStore();
    return absl::OkStatus();
  }
  store::SqliteOptions options;
  options.path = options_.data;
  options.max_bytes = options_.max_data_bytes;
  WAYPOST_ASSIGN_OR_RETURN(store_, store::OpenSqliteStore(options));
  return absl::OkStatus();
}

absl::Status Sidecar::StartPipeline() {
  pipeline::Options options;
  options.retention = options_.retention;
  options.cache_bytes = options_.cache_bytes;
  options.on_store_change = [this](const absl::Status& status) {
    health_.Set("store", status.ok(), status.ok() ? "works" : std::string(status.message()));
  };
  WAYPOST_ASSIGN_OR_RETURN(
      pipeline_, pipeline::Pipeline::Start(
                     store_.get(), options_.clock, [this] { return rules_.rule_set(); }, options));
  health_.Set("store", true, "works");
  return absl::OkStatus();
}

absl::Status Sidecar::StartGrpc() {
  admin_ = std::make_unique<Admin>(&rules_, pipeline_.get(), &health_, options_.clock,
                                   std::string(store_->kind()));
  intake_ = std::make_unique<EventIntake>(pipeline_.get(), options_.clock);
  pool_ = std::make_unique<ReadPool>(kReadThreads, kMaxWaitingReads);
  methods_ = std::make_unique<Methods>(pipeline_.get(), admin_.get(), intake_.get(), pool_.get());
  WAYPOST_ASSIGN_OR_RETURN(grpc_, GrpcServer::Start(grpc_addresses_, *methods_, *intake_));
  return absl::OkStatus();
}

absl::Status Sidecar::StartHttp() {
  if (http_addresses_.empty()) return absl::OkStatus();
  WAYPOST_ASSIGN_OR_RETURN(http_, HttpServer::Start(http_addresses_.front(), *methods_, health_));
  return absl::OkStatus();
}

absl::Status Sidecar::WatchRules() {
  if (!options_.watch_rules) return absl::OkStatus();
  WAYPOST_ASSIGN_OR_RETURN(
      watcher_, rules::Watcher::Start(options_.rules, [this] { (void)admin_->Reload(); }));
  return absl::OkStatus();
}

void Sidecar::ReportReady() {
  health_.Listen([this](bool serving) { grpc_->SetServing(serving); });
  for (const std::string& address : addresses()) {
    LogInfo("Listening for gRPC", {{"address", address}});
  }
  if (http_ != nullptr) LogInfo("Listening for HTTP", {{"address", http_->address()}});
  LogInfo("Ready", {{"store", std::string(store_->kind())},
                    {"digest", rules_.rule_set()->digest},
                    {"log_position", absl::StrCat(pipeline_->stats().log_position)}});
}

absl::Status Sidecar::Shutdown(absl::Duration deadline) {
  if (pipeline_ == nullptr) return absl::OkStatus();
  const absl::Time until = absl::Now() + deadline;
  const auto left = [until] { return std::max(until - absl::Now(), absl::ZeroDuration()); };
  absl::Status status;
  if (grpc_ != nullptr) LogInfo("Shutting down");
  health_.Set("shutdown", false, "shutting down");
  watcher_.reset();
  pipeline_->EndPulls();
  std::thread http([this] {
    if (http_ != nullptr) http_->Shutdown();
  });
  if (grpc_ != nullptr) status.Update(grpc_->Shutdown(left() * kShareOfCalls));
  http.join();
  pool_.reset();
  status.Update(pipeline_->Drain(left()));
  health_.Listen(nullptr);
  pipeline_.reset();
  store_.reset();
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options) {
  auto server = std::make_unique<Sidecar>(options);
  WAYPOST_RETURN_IF_ERROR(server->Begin());
  return server;
}

}  // namespace waypost::service
