// SPDX-License-Identifier: Apache-2.0
#include "sidecar/pipeline/pipeline.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "sidecar/base/status_macros.h"
#include "sidecar/pipeline/acknowledger.h"
#include "sidecar/pipeline/commit_queue.h"
#include "sidecar/pipeline/committer.h"
#include "sidecar/pipeline/due_timer.h"
#include "sidecar/pipeline/errors.h"
#include "sidecar/pipeline/expectations.h"
#include "sidecar/pipeline/outbox.h"
#include "sidecar/pipeline/reader.h"
#include "sidecar/pipeline/recorder.h"
#include "sidecar/pipeline/working_set.h"

namespace waypost::pipeline {
namespace {

class PersonPipeline final : public Pipeline {
 public:
  PersonPipeline(store::Store* store, const Clock* clock, const RuleSource& rules,
                 const Options& options)
      : store_(store),
        set_(store, options.cache_bytes),
        queue_(options.max_waiting_events, options.max_waiting_bytes),
        outbox_(store, clock),
        recorder_(store, clock, rules, options.backlog_grace, &expectations_, &set_, &queue_),
        committer_(store, clock, rules, options, &set_, &queue_, &outbox_, &expectations_),
        timer_(store, clock, rules, options, &expectations_, &set_, &queue_, &recorder_,
               &committer_),
        reader_(store, rules, &set_, &queue_, [this] { return committer_.Flush(); }),
        acknowledger_(clock, &set_, &queue_, &outbox_) {}

  ~PersonPipeline() override {
    queue_.Close();
    outbox_.Stop();
  }

  absl::Status Begin() {
    WAYPOST_RETURN_IF_ERROR(outbox_.Load());
    WAYPOST_RETURN_IF_ERROR(expectations_.Load(*store_));
    WAYPOST_RETURN_IF_ERROR(committer_.Start());
    outbox_.Start([this](const std::string& tenant, absl::AnyInvocable<void(bool)> done) {
      acknowledger_.GatherDigests(tenant, std::move(done));
    });
    timer_.Start();
    return absl::OkStatus();
  }

  using Pipeline::Record;
  void Record(const v1::TicketEvent& event, std::string serialized, Delivery delivery,
              RecordCallback done) override {
    recorder_.Record(event, std::move(serialized), delivery, std::move(done));
  }

  absl::StatusOr<v1::GetJourneyResponse> GetJourney(const v1::GetJourneyRequest& request) override {
    return ForCaller(reader_.GetJourney(request));
  }
  absl::StatusOr<v1::ListJourneysResponse> ListJourneys(
      const v1::ListJourneysRequest& request) override {
    return ForCaller(reader_.ListJourneys(request));
  }
  absl::StatusOr<v1::ExplainJourneyResponse> ExplainJourney(
      const v1::ExplainJourneyRequest& request) override {
    return ForCaller(reader_.ExplainJourney(request));
  }
  absl::StatusOr<v1::GetJourneyMapResponse> GetJourneyMap(
      const v1::GetJourneyMapRequest& request) override {
    return ForCaller(reader_.GetJourneyMap(request));
  }
  absl::StatusOr<v1::ListUnmappedEventsResponse> ListUnmappedEvents(
      const v1::ListUnmappedEventsRequest& request) override {
    return ForCaller(reader_.ListUnmappedEvents(request));
  }
  absl::StatusOr<v1::ListPromisesResponse> ListPromises(
      const v1::ListPromisesRequest& request) override {
    return ForCaller(reader_.ListPromises(request));
  }
  absl::StatusOr<v1::ListSurveyDecisionsResponse> ListSurveyDecisions(
      const v1::ListSurveyDecisionsRequest& request) override {
    return ForCaller(reader_.ListSurveyDecisions(request));
  }

  void PullActions(const v1::PullActionsRequest& request, PullCallback done) override {
    outbox_.Pull(request, std::move(done));
  }
  absl::StatusOr<v1::AcknowledgeActionsResponse> AcknowledgeActions(
      const v1::AcknowledgeActionsRequest& request) override {
    return ForCaller(acknowledger_.Acknowledge(request));
  }
  absl::StatusOr<v1::ListActionsResponse> ListActions(
      const v1::ListActionsRequest& request) override {
    if (const absl::Status flushed = committer_.Flush(); !flushed.ok()) return StoreError(flushed);
    return ForCaller(outbox_.List(request));
  }
  void EndPulls() override { outbox_.EndPulls(); }

  absl::Status SettleDue() override { return timer_.Settle(); }
  void RulesChanged() override { timer_.Wake(); }
  absl::Status Flush() override { return committer_.Flush(); }

  absl::Status Drain(absl::Duration deadline) override {
    queue_.Close();
    outbox_.Stop();
    timer_.Stop();
    if (!queue_.AwaitEmpty(SystemClock().Now() + deadline)) {
      return absl::DeadlineExceededError("events still wait for the disk");
    }
    committer_.Stop();
    absl::Status status = committer_.store_status();
    if (status.ok()) return status;
    return absl::Status(
        status.code(),
        absl::StrCat("the store could not be written at the end, so the next start reads the log; "
                     "what was answered is on disk. The cause: ",
                     status.message()));
  }

  Stats stats() const override;

 private:
  template <typename Response>
  static absl::StatusOr<Response> ForCaller(absl::StatusOr<Response> response) {
    if (response.ok()) return response;
    return StoreError(response.status());
  }

  const store::Store* const store_;
  WorkingSet set_;
  CommitQueue queue_;
  Outbox outbox_;
  Expectations expectations_;
  Recorder recorder_;
  Committer committer_;
  DueTimer timer_;
  Reader reader_;
  Acknowledger acknowledger_;
};

Stats PersonPipeline::stats() const {
  Stats stats;
  stats.events_recorded = committer_.recorded();
  stats.events_refused = queue_.refused();
  stats.events_waiting = static_cast<int64_t>(queue_.waiting());
  stats.log_position = queue_.durable_position();
  stats.materialized_position = committer_.materialized_position();
  stats.store = committer_.store_status();
  stats.decided_by_time = committer_.decided_by_time();
  stats.waiting_persons = set_.due().waiting();
  stats.next_due = timer_.Next();
  outbox_.Count(&stats);
  stats.expectations = expectations_.Coverages();
  set_.Count(&stats.cached_persons, &stats.cached_bytes);
  return stats;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Pipeline>> Pipeline::Start(store::Store* store, const Clock* clock,
                                                          const RuleSource& rules,
                                                          const Options& options) {
  if (options.retention < absl::Hours(24)) {
    return absl::InvalidArgumentError("the retention must be at least one day");
  }
  auto pipeline = std::make_unique<PersonPipeline>(store, clock, rules, options);
  WAYPOST_RETURN_IF_ERROR(pipeline->Begin());
  return pipeline;
}

}  // namespace waypost::pipeline
