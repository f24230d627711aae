// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <deque>
#include <limits>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "tests/bench/load.h"

namespace waypost::bench {
namespace {

// One request in flight at a time. Each has its own tickets, so that the events of a ticket arrive
// in their order.
class UnarySlot {
 public:
  UnarySlot(v1::JourneyService::Stub* stub, const EventFactoryOptions& factory,
            const LoadOptions& options, const Window& window, std::atomic<uint64_t>* left,
            absl::BlockingCounter* finished)
      : stub_(stub),
        factory_(factory),
        paced_(options.rate > 0),
        window_(window),
        left_(left),
        finished_(finished) {}

  // A request is due: starts it, or lets it wait for the one in flight.
  void Due(LoadClock::time_point time) {
    {
      const absl::MutexLock lock(&mutex_);
      if (busy_) {
        due_.push_back(time);
        return;
      }
      busy_ = true;
    }
    Start(time);
  }

  // Nothing more will be due.
  void Close() {
    const absl::MutexLock lock(&mutex_);
    closed_ = true;
    tally_.backlog = due_.size();
    due_.clear();
    if (!busy_) finished_->DecrementCount();
  }

  // After everything is finished.
  [[nodiscard]] const Tally& tally() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return tally_; }

 private:
  void Start(LoadClock::time_point time) {
    since_ = time;
    context_.emplace();
    *request_.mutable_event() = factory_.Next();
    stub_->async()->RecordEvent(&*context_, &request_, &response_,
                                [this](const grpc::Status& status) { Done(status); });
  }

  void Done(const grpc::Status& status) {
    std::optional<LoadClock::time_point> next;
    {
      const absl::MutexLock lock(&mutex_);
      ++tally_.sent;
      if (!status.ok()) {
        tally_.Fail(absl::StrCat(status.error_code(), ": ", status.error_message()));
      } else if (response_.enrichment().decision_id().empty() || response_.duplicate()) {
        tally_.Fail("an answer without a decision of its own");
      } else {
        tally_.Record(window_, since_, 1);
      }
      next = TakeNext();
      if (!next.has_value()) {
        busy_ = false;
        if (closed_ || !paced_) finished_->DecrementCount();
      }
    }
    if (next.has_value()) Start(*next);
  }

  std::optional<LoadClock::time_point> TakeNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const LoadClock::time_point now = LoadClock::now();
    if (!paced_) {
      const bool go_on = now < window_.end && TakeFromBudget();
      return go_on ? std::make_optional(now) : std::nullopt;
    }
    if (due_.empty()) return std::nullopt;
    const LoadClock::time_point time = due_.front();
    due_.pop_front();
    return time;
  }

  bool TakeFromBudget() {
    uint64_t left = left_->load();
    while (left > 0 && !left_->compare_exchange_weak(left, left - 1)) {
    }
    return left > 0;
  }

  v1::JourneyService::Stub* const stub_;
  EventFactory factory_;
  const bool paced_;
  const Window window_;
  std::atomic<uint64_t>* const left_;
  absl::BlockingCounter* const finished_;

  // Of the request in flight.
  LoadClock::time_point since_;
  std::optional<grpc::ClientContext> context_;
  v1::RecordEventRequest request_;
  v1::RecordEventResponse response_;

  absl::Mutex mutex_;
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<LoadClock::time_point> due_ ABSL_GUARDED_BY(mutex_);
  Tally tally_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

Tally RunUnaryLoad(const LoadOptions& options, const Stubs& stubs, const Window& window) {
  const int count = options.requests == 0
                        ? options.in_flight
                        : static_cast<int>(std::min<uint64_t>(
                              options.requests, static_cast<uint64_t>(options.in_flight)));
  // The first request of each slot is not taken from the budget.
  std::atomic<uint64_t> left = options.requests == 0
                                   ? std::numeric_limits<uint64_t>::max()
                                   : options.requests - static_cast<uint64_t>(count);
  absl::BlockingCounter finished(count);
  std::vector<std::unique_ptr<UnarySlot>> slots;
  for (int i = 0; i < count; ++i) {
    slots.push_back(std::make_unique<UnarySlot>(stubs[static_cast<size_t>(i) % stubs.size()].get(),
                                                FactoryOptions(options, i, count), options, window,
                                                &left, &finished));
  }
  if (options.rate > 0) {
    Pace(options.rate, window.end,
         [&slots](uint64_t i, LoadClock::time_point time) { slots[i % slots.size()]->Due(time); });
    for (const auto& slot : slots) slot->Close();
  } else {
    for (const auto& slot : slots) slot->Due(LoadClock::now());
  }
  finished.Wait();
  Tally total;
  for (const auto& slot : slots) total.Merge(slot->tally());
  return total;
}

}  // namespace waypost::bench
