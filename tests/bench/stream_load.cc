// SPDX-License-Identifier: Apache-2.0
#include <deque>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "tests/bench/load.h"

namespace waypost::bench {
namespace {

// One stream with up to `window` batches in flight. The hold keeps it alive between operations.
class BatchStream
    : public grpc::ClientBidiReactor<v1::RecordEventsRequest, v1::RecordEventsResponse> {
 public:
  BatchStream(const EventFactoryOptions& factory, const LoadOptions& options, size_t in_flight,
              const Window& window, absl::BlockingCounter* finished)
      : factory_(factory),
        batch_(options.batch),
        paced_(options.rate > 0),
        in_flight_(in_flight),
        window_(window),
        finished_(finished) {}

  void Begin(v1::JourneyService::Stub* stub) {
    stub->async()->RecordEvents(&context_, this);
    StartRead(&response_);
    AddHold();
    StartCall();
    if (!paced_) Pump();
  }

  void Due(LoadClock::time_point time) {
    {
      const absl::MutexLock lock(&mutex_);
      due_.push_back(time);
    }
    Pump();
  }

  // Nothing more will be due.
  void Close() {
    {
      const absl::MutexLock lock(&mutex_);
      closing_ = true;
      tally_.backlog = due_.size();
    }
    Pump();
  }

  void OnWriteDone(bool ok) override {
    {
      const absl::MutexLock lock(&mutex_);
      writing_ = false;
      if (!ok) broken_ = true;
    }
    Pump();
  }

  void OnReadDone(bool ok) override {
    {
      const absl::MutexLock lock(&mutex_);
      if (ok) {
        Check();
        sent_.pop_front();
      } else {
        broken_ = true;
      }
    }
    if (ok) StartRead(&response_);
    Pump();
  }

  void OnDone(const grpc::Status& status) override {
    {
      const absl::MutexLock lock(&mutex_);
      if (!status.ok()) {
        tally_.Fail(absl::StrCat(status.error_code(), ": ", status.error_message()));
      } else if (!sent_.empty()) {
        tally_.Fail(absl::StrCat("the stream ended with ", sent_.size(), " batches unanswered"));
      }
    }
    finished_->DecrementCount();
  }

  // After everything is finished.
  [[nodiscard]] const Tally& tally() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return tally_; }

 private:
  void Check() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    tally_.sent += static_cast<uint64_t>(batch_);
    if (response_.results_size() != batch_) {
      tally_.Fail(absl::StrCat(response_.results_size(), " results for ", batch_, " events"));
      return;
    }
    for (const v1::RecordEventResult& result : response_.results()) {
      if (result.has_error()) {
        tally_.Fail(absl::StrCat(result.error().code(), ": ", result.error().message()));
      } else if (result.response().enrichment().decision_id().empty() ||
                 result.response().duplicate()) {
        tally_.Fail("a result without a decision of its own");
      }
    }
    tally_.Record(window_, sent_.front(), static_cast<uint64_t>(batch_));
  }

  // Writes the next batch, or ends the stream, if it is time for either.
  void Pump() {
    bool write = false;
    bool half_close = false;
    bool release = false;
    {
      const absl::MutexLock lock(&mutex_);
      if (writing_ || released_) return;
      if (!paced_ && LoadClock::now() >= window_.end) closing_ = true;
      half_close = closing_ && !broken_;
      release = released_ = closing_ || broken_;
      if (!release) write = writing_ = FillNext();
    }
    if (write) StartWrite(&request_);
    if (half_close) StartWritesDone();
    if (release) RemoveHold();
  }

  bool FillNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (sent_.size() >= in_flight_ || (paced_ && due_.empty())) return false;
    if (paced_) {
      sent_.push_back(due_.front());
      due_.pop_front();
    } else {
      sent_.push_back(LoadClock::now());
    }
    while (request_.events_size() < batch_) request_.add_events();
    for (v1::TicketEvent& event : *request_.mutable_events()) event = factory_.Next();
    return true;
  }

  EventFactory factory_;
  const int batch_;
  const bool paced_;
  const size_t in_flight_;
  const Window window_;
  absl::BlockingCounter* const finished_;
  grpc::ClientContext context_;
  v1::RecordEventsRequest request_;
  v1::RecordEventsResponse response_;

  absl::Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
  bool released_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<LoadClock::time_point> due_ ABSL_GUARDED_BY(mutex_);
  std::deque<LoadClock::time_point> sent_ ABSL_GUARDED_BY(mutex_);
  Tally tally_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

Tally RunStreamLoad(const LoadOptions& options, const Stubs& stubs, const Window& window) {
  const int count = static_cast<int>(stubs.size());
  const auto in_flight = static_cast<size_t>(std::max(1, options.in_flight / count));
  absl::BlockingCounter finished(count);
  std::vector<std::unique_ptr<BatchStream>> streams;
  for (int i = 0; i < count; ++i) {
    streams.push_back(std::make_unique<BatchStream>(FactoryOptions(options, i, count), options,
                                                    in_flight, window, &finished));
    streams.back()->Begin(stubs[static_cast<size_t>(i)].get());
  }
  if (options.rate > 0) {
    Pace(options.rate, window.end, [&streams](uint64_t i, LoadClock::time_point time) {
      streams[i % streams.size()]->Due(time);
    });
    for (const auto& stream : streams) stream->Close();
  }
  finished.Wait();
  Tally total;
  for (const auto& stream : streams) total.Merge(stream->tally());
  return total;
}

}  // namespace waypost::bench
