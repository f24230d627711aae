// SPDX-License-Identifier: Apache-2.0
#include "connectors/engine/event_sink.h"

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "sidecar/base/clock.h"
#include "waypost/v1/journey_service.grpc.pb.h"

namespace waypost::connectors {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(30);
// gRPC's own back-off grows to two minutes, which a desk would wait for after a restart.
constexpr int kMinReconnectMs = 100;
constexpr int kMaxReconnectMs = 2000;

absl::Status FromGrpc(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

class SidecarSink final : public EventSink {
 public:
  explicit SidecarSink(const std::string& target) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kMinReconnectMs);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kMinReconnectMs);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMs);
    stub_ = v1::JourneyService::NewStub(
        grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments));
  }

  absl::Status Record(const std::vector<const v1::TicketEvent*>& events,
                      std::vector<absl::Status>* results) override {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(SystemClock().Now() + kTimeout));
    if (!Begin(&context)) return absl::CancelledError("ending");
    v1::RecordEventsRequest request;
    v1::RecordEventsResponse response;
    for (const v1::TicketEvent* event : events) *request.add_events() = *event;
    const auto stream = stub_->RecordEvents(&context);
    const bool answered = stream->Write(request) && stream->Read(&response);
    stream->WritesDone();
    const grpc::Status status = stream->Finish();
    End();
    if (!answered) {
      return status.ok() ? absl::UnavailableError("the sidecar ended the stream")
                         : FromGrpc(status);
    }
    return TakeResults(response, events.size(), results);
  }

  void Cancel() override {
    const absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }

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

  bool Begin(grpc::ClientContext* context) {
    const absl::MutexLock lock(&mutex_);
    context_ = cancelled_ ? nullptr : context;
    return !cancelled_;
  }

  void End() {
    const absl::MutexLock lock(&mutex_);
    context_ = nullptr;
  }

  std::unique_ptr<v1::JourneyService::Stub> stub_;
  absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace

std::unique_ptr<EventSink> MakeSidecarSink(const std::string& target) {
  return std::make_unique<SidecarSink>(target);
}

}  // namespace waypost::connectors
