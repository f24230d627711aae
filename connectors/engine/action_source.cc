// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/action_source.h"

#include <utility>

#include "connectors/engine/sidecar_call.h"
#include "sidecar/base/clock.h"
#include "waypost/v1/outbox_service.grpc.pb.h"

namespace waypost::connectors {
namespace {

constexpr int kMaxActions = 10;
constexpr int kWaitSeconds = 20;
// Long enough for ten calls of a slow tool.
constexpr int kLeaseSeconds = 360;
constexpr absl::Duration kTimeout = absl::Seconds(40);

class SidecarSource final : public ActionSource {
 public:
  SidecarSource(const std::string& target, const std::string& tenant,
                std::vector<std::string> sources)
      : stub_(v1::OutboxService::NewStub(SidecarChannel(target))),
        tenant_(tenant),
        sources_(std::move(sources)) {}

  absl::StatusOr<std::vector<v1::LeasedAction>> Pull() override {
    v1::PullActionsRequest request;
    request.set_tenant(tenant_);
    request.set_max_actions(kMaxActions);
    for (const std::string& source : sources_) request.add_sources(source);
    request.mutable_wait()->set_seconds(kWaitSeconds);
    request.mutable_lease_duration()->set_seconds(kLeaseSeconds);
    v1::PullActionsResponse response;
    const absl::Status status = Call([&](grpc::ClientContext* context) {
      return stub_->PullActions(context, request, &response);
    });
    if (!status.ok()) return status;
    return std::vector<v1::LeasedAction>(response.actions().begin(), response.actions().end());
  }

  absl::Status Acknowledge(const std::vector<v1::ActionResult>& results) override {
    v1::AcknowledgeActionsRequest request;
    request.set_tenant(tenant_);
    for (const v1::ActionResult& result : results) *request.add_results() = result;
    v1::AcknowledgeActionsResponse response;
    return Call([&](grpc::ClientContext* context) {
      return stub_->AcknowledgeActions(context, request, &response);
    });
  }

  void Cancel() override { call_.Cancel(); }

 private:
  template <typename Method>
  absl::Status Call(const Method& method) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(SystemClock().Now() + kTimeout));
    if (!call_.Begin(&context)) return absl::CancelledError("ending");
    const grpc::Status status = method(&context);
    call_.End();
    return FromGrpc(status);
  }

  const std::unique_ptr<v1::OutboxService::Stub> stub_;
  const std::string tenant_;
  const std::vector<std::string> sources_;
  CancellableCall call_;
};

}  // namespace

std::unique_ptr<ActionSource> MakeSidecarSource(const std::string& target,
                                                const std::string& tenant,
                                                std::vector<std::string> sources) {
  return std::make_unique<SidecarSource>(target, tenant, std::move(sources));
}

}  // namespace waypost::connectors
