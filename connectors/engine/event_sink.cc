// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/event_sink.h"

#include "absl/strings/str_cat.h"
#include "connectors/engine/sidecar_call.h"
#include "sidecar/base/clock.h"
#include "waypost/v1/journey_service.grpc.pb.h"

namespace waypost::connectors {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(30);
class SidecarSink final : public EventSink {
 public:
  explicit SidecarSink(const std::string& target)
      : stub_(v1::JourneyService::NewStub(SidecarChannel(target))) {}

  absl::Status Record(const std::vector<const v1::TicketEvent*>& events,
                      std::vector<absl::Status>* results) override {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(SystemClock().Now() + kTimeout));
    if (!call_.Begin(&context)) return absl::CancelledError("ending");
    v1::RecordEventsRequest request;
    v1::RecordEventsResponse response;
    for (const v1::TicketEvent* event : events) *request.add_events() = *event;
    const auto stream = stub_->RecordEvents(&context);
    const bool answered = stream->Write(request) && stream->Read(&response);
    stream->WritesDone();
    const grpc::Status status = stream->Finish();
    call_.End();
    if (!answered) {
      return status.ok() ? absl::UnavailableError("the sidecar ended the stream")
                         : FromGrpc(status);
    }
    return TakeResults(response, events.size(), results);
  }

  void Cancel() override { call_.Cancel(); }

 private:
  static absl::Status TakeResults(const v1::RecordEventsResponse& response, size_t count,
                                  std::vector<absl::Status>* results) {
    if (static_cast<size_t>(response.results_size()) != count) {
      return absl::InternalError(
          absl::StrCat("the sidecar answered ", response.results_size(), " of ", count, " events"));
    }
    for (const v1::RecordEventResult& result : response.results()) {
      results->push_back(result.has_error()
                             ? absl::Status(static_cast<absl::StatusCode>(result.error().code()),
                                            result.error().message())
                             : absl::OkStatus());
    }
    return absl::OkStatus();
  }

  const std::unique_ptr<v1::JourneyService::Stub> stub_;
  CancellableCall call_;
};

}  // namespace

std::unique_ptr<EventSink> MakeSidecarSink(const std::string& target) {
  return std::make_unique<SidecarSink>(target);
}

}  // namespace waypost::connectors
